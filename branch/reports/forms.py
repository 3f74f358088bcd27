"""Input of the report pages."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from branch.ledger.rules.periods import LONGEST_KEY, Period, between, parse_period
from branch.reports.service.recording import LONGEST_COMMENT
from core.form_keys.forms import PageForm
from core.web.forms.fields import IntegerField


class BuildForm(PageForm):
    """Of which unit and window a report is built."""

    unit = SelectField(_l("Unit"), validators=[DataRequired()])
    period = StringField(_l("Month, season or year"), validators=[DataRequired(), Length(max=LONGEST_KEY)])
    until = StringField(_l("Up to and including the month"), validators=[Optional(), Length(max=LONGEST_KEY)])

    def validate_period(self, field: StringField) -> None:
        try:
            parse_period((field.data or "").strip())
        except ValueError:
            raise ValidationError(
                _(
                    "Please give a month as 2026-03, a year as 2026, a season as 2026-S1, or months as 2026-03..2026-08."
                )
            ) from None

    def validate_until(self, field: StringField) -> None:
        try:
            between(parse_period((self.period.data or "").strip()), parse_period((field.data or "").strip()))
        except ValueError:
            raise ValidationError(
                _("Please give a month as 2026-08, from the first one on and at most twelve months.")
            ) from None

    def chosen(self) -> Period:
        """The window that a valid form names."""
        first = parse_period(self.period.data.strip())
        last = (self.until.data or "").strip()
        return between(first, parse_period(last)) if last else first


class MoveForm(PageForm):
    """A step of the flow; `revision` is that of the page on which the button stands.

    The button and a hidden field send the first two; only the comment is typed.
    """

    target = StringField(validators=[DataRequired()])
    revision = IntegerField(validators=[InputRequired()])
    comment = TextAreaField(_l("Comment"), validators=[Length(max=LONGEST_COMMENT)])
