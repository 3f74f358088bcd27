"""The upload of order exports."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import SelectField
from wtforms.validators import InputRequired, Optional, ValidationError

from core.clock import local_day, now
from core.form_keys.forms import PageForm
from core.web.forms.fields import DateField


class UploadForm(PageForm):
    """Files of one storefront; its choices are filled by the view."""

    storefront = SelectField(_l("Shop"), validators=[InputRequired()])
    files = MultipleFileField(
        _l("Export files"),
        validators=[InputRequired(_l("Choose the files that you have downloaded from the platform."))],
    )
    first_day = DateField(_l("First day of the export"), validators=[Optional()])
    last_day = DateField(_l("Last day of the export"), validators=[Optional()])

    def validate_first_day(self, field: Any) -> None:
        """Days in order, and none that has not come yet."""
        if self.last_day.data and field.data > self.last_day.data:
            raise ValidationError(_("The first day lies after the last."))
        _not_in_future(field.data)

    def validate_last_day(self, field: Any) -> None:
        """No day that has not come yet."""
        _not_in_future(field.data)

    def chosen_days(self) -> list[date]:
        """The ends of the chosen range, as far as they were told."""
        return [day for day in (self.first_day.data, self.last_day.data) if day is not None]


def _not_in_future(day: date) -> None:
    if day > local_day(now()):
        raise ValidationError(_("This day has not come yet."))
