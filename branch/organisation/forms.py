"""Forms of the members page."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from branch.organisation.queries.tree import UnitView, unit_name
from branch.organisation.rules.roles import KINDS_BELOW, Role
from branch.organisation.wording import KIND_NAMES, ROLE_NAMES
from core.accounts.forms.sign_in import ContactForm
from core.form_keys.forms import PageForm
from core.web.forms.fields import IntegerField


def _reason(field: type[StringField] = TextAreaField, label: object = _l("Reason")) -> StringField:
    return field(label, validators=[DataRequired(_l("Say why; the reason is kept.")), Length(max=500)])


def _leading_role(label: object) -> SelectField:
    leading = (Role.SECRETARY, Role.COMMITTEE)
    return SelectField(label, choices=[SelectChoice(role.value, ROLE_NAMES[role]) for role in leading])


class GiveRoleForm(ContactForm):
    """A role at one of the units that the signed-in person looks after, for whoever has the contact."""

    role = SelectField(_l("Role"))
    unit = SelectField(_l("Unit"))
    reason = _reason()

    def offer(self, roles: Sequence[Role], units: Sequence[UnitView]) -> None:
        """What the signed-in person may give, and where."""
        self.role.choices = [SelectChoice(role.value, ROLE_NAMES[role]) for role in roles]
        self.unit.choices = [SelectChoice(unit.code, "　" * unit.depth + unit_name(unit)) for unit in units]


class ReasonForm(PageForm):
    """Why a role is taken away."""

    reason = _reason(StringField)


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


class RenameForm(PageForm):
    """The names of a unit in both languages."""

    name_zh = StringField(_l("Name in Chinese"), [DataRequired(_l("Give the unit a name.")), Length(max=80)])
    name_en = StringField(_l("Name in English"), [Length(max=120)])


class TownForm(RenameForm):
    """A town to be opened; without a code one is made from its name."""

    code = StringField(_l("Code of the unit"), [Length(max=40)])


class AppointForm(ContactForm):
    """The first secretary or committee member of a town."""

    role = _leading_role(_l("Role"))
    reason = _reason()


class TakeOverForm(PageForm):
    """For how long an operator does whose work, and why."""

    role = _leading_role(_l("Whose work"))
    days = IntegerField(
        _l("For how many days"),
        [InputRequired(_l("Type the number of days.")), NumberRange(1, 30, _l("Between 1 and 30 days."))],
    )
    reason = _reason(label=_l("Reason, which the unit's people read"))
