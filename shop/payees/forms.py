"""What is typed about a payee account."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp

from branch import api as branch
from core.form_keys.forms import PageForm

NUMBER = r"^\s*[0-9A-Za-z](?:[ -]?[0-9A-Za-z]){5,33}\s*$"


class WithdrawForm(PageForm):
    """Why an account is taken back."""

    reason = StringField(
        _l("Reason, which everyone concerned reads"),
        [InputRequired(_l("Please say why.")), Length(min=2, max=200)],
    )


class PayeeForm(PageForm):
    """A new account of a unit."""

    unit = SelectField(_l("Whose account"))
    payee = StringField(_l("Payee"), [InputRequired(_l("Please type the payee.")), Length(min=2, max=80)])
    bank = StringField(
        _l("Bank and branch"), [InputRequired(_l("Please type the bank.")), Length(min=2, max=120)]
    )
    account_number = StringField(
        _l("Account number"),
        [
            InputRequired(_l("Please type the account number.")),
            Length(max=40),
            Regexp(
                NUMBER, message=_l("An account number has 6 to 34 digits or letters, in groups if you like.")
            ),
        ],
    )
    note = StringField(_l("Note to buyers"), [Optional(), Length(max=200)])
    reason = WithdrawForm.reason

    def offer(self, units: Iterable[branch.UnitView]) -> None:
        """Fill the choices; the first is chosen."""
        self.unit.choices = [SelectChoice(unit.code, branch.unit_name(unit)) for unit in units]
