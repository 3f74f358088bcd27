"""Forms about growers."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from branch.growers.queries.directory import GrowerFile
from branch.growers.rules.credit_code import is_valid_uscc, normalise_uscc
from branch.growers.service.membership import Application
from branch.organisation.queries.tree import UnitView, unit_name
from core.accounts.rules.identity import normalise_phone
from core.form_keys.forms import PageForm


class ApplyForm(PageForm):
    """What a grower says of himself to be admitted."""

    name = StringField(
        _l("Name of the nursery"), validators=[DataRequired(_l("Enter a name.")), Length(min=2, max=80)]
    )
    unit = SelectField(_l("Village"), validators=[DataRequired(_l("Choose a village."))])
    contact_name = StringField(
        _l("Contact person"),
        validators=[DataRequired(_l("Enter a name.")), Length(max=40)],
        render_kw={"autocomplete": "name"},
    )
    phone = StringField(
        _l("Phone"),
        validators=[DataRequired(_l("Enter a phone number."))],
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )
    phone_public = BooleanField(_l("Show this number to buyers"))
    uscc = StringField(_l("Unified social credit code"), validators=[Optional(), Length(max=30)])
    production_licence_number = StringField(
        _l("Number of the production and operation licence"), validators=[Optional(), Length(max=40)]
    )
    about = TextAreaField(_l("About the nursery"), validators=[Optional(), Length(max=2000)])

    def offer(self, villages: Sequence[UnitView]) -> None:
        """The villages to choose from."""
        self.unit.choices = [
            ("", _("Choose a village")),
            *((str(village.id), unit_name(village)) for village in villages),
        ]

    def fill(self, file: GrowerFile) -> None:
        """Start from what was said in a former application."""
        grower = file.grower
        self.name.data, self.unit.data, self.about.data = grower.name, str(grower.unit_id), grower.about
        self.contact_name.data, self.phone.data = file.contact_name, file.phone
        self.phone_public.data = grower.phone_public is not None
        self.uscc.data = grower.uscc
        self.production_licence_number.data = grower.production_licence_number

    def validate_phone(self, field: StringField) -> None:
        if normalise_phone(field.data) is None:
            raise ValidationError(_("Enter a mobile or landline number, with the area code."))

    def validate_uscc(self, field: StringField) -> None:
        if not is_valid_uscc(normalise_uscc(field.data)):
            raise ValidationError(
                _("The check character of this code does not fit. Please compare all 18 characters.")
            )

    def application(self) -> Application:
        """What was typed, normalised; only after validation."""
        phone = normalise_phone(self.phone.data or "")
        assert phone is not None
        return Application(
            name=self.name.data.strip(),
            contact_name=self.contact_name.data.strip(),
            phone=phone,
            phone_public=bool(self.phone_public.data),
            unit_id=int(self.unit.data),
            uscc=normalise_uscc(self.uscc.data) if self.uscc.data else None,
            production_licence_number=(self.production_licence_number.data or "").strip() or None,
            about=(self.about.data or "").strip(),
        )


class DecideForm(PageForm):
    """What the branch says with its decision about a grower."""

    reason = TextAreaField(_l("Reason"), validators=[Optional(), Length(max=500)])
