"""The form that goes into the field."""

from datetime import UTC, datetime

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.form_keys.forms import PageForm
from core.web.forms.fields import IntegerField
from traceability.inspections.service import NewInspection

PLANTS = NumberRange(min=0, max=10_000_000, message=_l("Type a number of plants, 0 or more."))


class InspectionForm(PageForm):
    """One screen, made for a thumb."""

    lot = StringField(_l("Lot"), [InputRequired(_l("Type the number of the lot.")), Length(max=24)])
    conformant = RadioField(_l("Is the lot in order?"), [InputRequired(_l("Choose one."))])
    seen = TextAreaField(_l("What was seen"), [InputRequired(_l("Write what you saw.")), Length(max=2_000)])
    plants_counted = IntegerField(_l("Plants counted"), [Optional(), PLANTS])
    plants_unhealthy = IntegerField(_l("Of these unhealthy"), [Optional(), PLANTS])
    photo = FileField(_l("Photograph"), [Optional()])
    client_id = HiddenField()
    device_at = HiddenField()
    kept = HiddenField()

    def offer(self) -> None:
        """Fill the choices."""
        self.conformant.choices = [
            SelectChoice("yes", _l("In order")),
            SelectChoice("no", _l("Not in order")),
        ]

    def inspection(self, photo_key: str | None) -> NewInspection:
        """What was written down."""
        return NewInspection(
            client_id=self.client_id.data or "",
            lot_number=self.lot.data or "",
            conformant=self.conformant.data == "yes",
            seen=self.seen.data or "",
            plants_counted=self.plants_counted.data,
            plants_unhealthy=self.plants_unhealthy.data,
            photo_key=photo_key,
            device_at=read_moment(self.device_at.data),
        )


def read_moment(text: str | None) -> datetime | None:
    """A moment as scripts write it, in UTC; None for anything else."""
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
