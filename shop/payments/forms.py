"""Forms about money: amounts are typed in yuan and read as fen."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.form_keys.forms import PageForm
from core.web.forms.yuan import MOST_YUAN, YuanField


class ProofForm(PageForm):
    """`kept` names a file that was sent with an earlier, failed try."""

    file = FileField(_l("Receipt of the transfer"))
    stated = YuanField(
        _l("Amount that you transferred"),
        [InputRequired(_l("Please type the amount.")), NumberRange(Decimal("0.01"), MOST_YUAN)],
    )
    note = StringField(_l("Name of the account you paid from, or a note"), [Optional(), Length(max=200)])
    kept = HiddenField()


class ReturnedForm(PageForm):
    """Whose order it is, asked of whoever comes back in another browser."""

    contact = StringField(
        _l("Phone number or e-mail of the order"),
        [InputRequired(_l("Enter a mobile number or an e-mail address.")), Length(max=254)],
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )


class ReferenceForm(PageForm):
    """What the bank's statement says."""

    reference = StringField(
        _l("The bank's reference"),
        [InputRequired(_l("Please type the reference of the entry.")), Length(min=3, max=120)],
    )


class ConfirmForm(PageForm):
    """An entry on the account, as the bank's statement has it."""

    amount = YuanField(
        _l("Amount on the account"),
        [
            InputRequired(_l("Please type the amount that you see on the account.")),
            NumberRange(Decimal("0.01"), MOST_YUAN),
        ],
    )
    reference = ReferenceForm.reference


class RejectForm(PageForm):
    """Why a receipt is not taken."""

    reason = StringField(
        _l("Reason, which the buyer reads"), [InputRequired(_l("Please say why.")), Length(min=2, max=200)]
    )


class RefundForm(PageForm):
    """The units of each line are fields of their own, named by the line."""

    freight = BooleanField(_l("Give back the freight as well"))
    reduction = YuanField(
        _l("Reduction of price for plants that the buyer keeps"),
        [Optional(), NumberRange(Decimal(0), MOST_YUAN)],
    )
    reason = RejectForm.reason


class CancelForm(PageForm):
    """Why a buyer wants to cancel."""

    reason = TextAreaField(
        _l("Why do you want to cancel"), [InputRequired(_l("Please say why.")), Length(min=2, max=200)]
    )


class DeclineForm(PageForm):
    """Why a parcel is not cancelled."""

    answer = StringField(
        _l("Answer to the buyer"), [InputRequired(_l("Please say why.")), Length(min=2, max=200)]
    )
