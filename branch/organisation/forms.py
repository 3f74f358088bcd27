"""Forms of the members page."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from branch.organisation.names import ROLE_NAMES
from branch.organisation.queries import UnitView, unit_name
from branch.organisation.roles import Role
from core.accounts.forms import identity_field
from core.accounts.identity import Identity, parse_identity


class GiveRoleForm(FlaskForm):
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


class ReasonForm(FlaskForm):
    reason = StringField(
        _l("Reason"), validators=[DataRequired(_l("Say why; the reason is kept.")), Length(max=500)]
    )
