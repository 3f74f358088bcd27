"""Forms of the members page."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from branch.organisation.queries.tree import UnitView, unit_name
from branch.organisation.rules.roles import KINDS_BELOW, Role
from branch.organisation.wording import KIND_NAMES, ROLE_NAMES
from core.accounts.forms.sign_in import identity_field
from core.accounts.rules.identity import Identity, parse_identity
from core.form_keys.forms import PageForm
from core.web.forms.fields import IntegerField


class GiveRoleForm(PageForm):
    identity = identity_field()
    role = SelectField(_l("Role"))
    unit = SelectField(_l("Unit"))
    reason = TextAreaField(
        _l("Reason"), validators=[DataRequired(_l("Say why; the reason is kept.")), Length(max=500)]
    )

    def offer(self, roles: Sequence[Role], units: Sequence[UnitView]) -> None:
        """What the signed-in person may give, and where."""
        self.role.choices = [SelectChoice(role.value, ROLE_NAMES[role]) for role in roles]
        self.unit.choices = [SelectChoice(unit.code, "　" * unit.depth + unit_name(unit)) for unit in units]

    def contact(self) -> Identity:
        """What was typed, normalised; only after validation."""
        identity = parse_identity(self.identity.data or "")
        assert identity is not None
        return identity


class ReasonForm(PageForm):
    reason = StringField(
        _l("Reason"), validators=[DataRequired(_l("Say why; the reason is kept.")), Length(max=500)]
    )


class UnitForm(PageForm):
    """A unit below one that the person looks after; the kinds offered are those that may stand somewhere there."""

    parent = SelectField(_l("Stands below"))
    kind = SelectField(_l("What it is"))
    name_zh = StringField(_l("Name in Chinese"), [DataRequired(_l("Give the unit a name.")), Length(max=80)])
    name_en = StringField(_l("Name in English"), [Length(max=120)])
    code = StringField(_l("Code of the unit"), [Length(max=40)])

    def offer(self, units: Sequence[UnitView]) -> None:
        """Offer the units that may have others below them."""
        able = [unit for unit in units if KINDS_BELOW[unit.kind]]
        self.parent.choices = [SelectChoice(unit.code, "　" * unit.depth + unit_name(unit)) for unit in able]
        kinds = {kind for unit in able for kind in KINDS_BELOW[unit.kind]}
        self.kind.choices = [SelectChoice(kind, name) for kind, name in KIND_NAMES.items() if kind in kinds]


class TownForm(PageForm):
    name_zh = StringField(_l("Name in Chinese"), [DataRequired(_l("Give the unit a name.")), Length(max=80)])
    name_en = StringField(_l("Name in English"), [Length(max=120)])
    code = StringField(_l("Code of the unit"), [Length(max=40)])


class AppointForm(PageForm):
    identity = identity_field()
    role = SelectField(
        _l("Role"),
        choices=[SelectChoice(role.value, ROLE_NAMES[role]) for role in (Role.SECRETARY, Role.COMMITTEE)],
    )
    reason = TextAreaField(
        _l("Reason"), validators=[DataRequired(_l("Say why; the reason is kept.")), Length(max=500)]
    )

    def contact(self) -> Identity:
        """What was typed, normalised; only after validation."""
        identity = parse_identity(self.identity.data or "")
        assert identity is not None
        return identity


class TakeOverForm(PageForm):
    role = SelectField(
        _l("Whose work"),
        choices=[SelectChoice(role.value, ROLE_NAMES[role]) for role in (Role.SECRETARY, Role.COMMITTEE)],
    )
    days = IntegerField(
        _l("For how many days"),
        [InputRequired(_l("Type the number of days.")), NumberRange(1, 30, _l("Between 1 and 30 days."))],
    )
    reason = TextAreaField(
        _l("Reason, which the unit's people read"),
        validators=[DataRequired(_l("Say why; the reason is kept.")), Length(max=500)],
    )


class RenameForm(PageForm):
    name_zh = StringField(_l("Name in Chinese"), [DataRequired(_l("Give the unit a name.")), Length(max=80)])
    name_en = StringField(_l("Name in English"), [Length(max=120)])
