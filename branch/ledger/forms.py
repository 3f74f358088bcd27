"""Forms of the ledger: where a grower sells, and what a season cost him."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from branch.ledger.rules.costs import Purpose
from core.form_keys.forms import PageForm
from core.web.forms.fields import DateField
from core.web.forms.yuan import MOST_YUAN, YuanField

YES, NO = "yes", "no"


class ChannelForm(PageForm):
    """What a grower says of one place of sale."""

    sells = RadioField(
        _l("Do you sell there?"),
        choices=[
            SelectChoice(YES, _l("I sell there, or did")),
            SelectChoice(NO, _l("I have never sold there")),
        ],
        validators=[InputRequired(_l("Please choose one."))],
    )
    since = DateField(_l("First day of selling there"), validators=[Optional()])
    until = DateField(_l("Last day, if you have stopped"), validators=[Optional()])

    def words(self) -> dict[str, Any]:
        """The declaration; days are left out where nothing is sold."""
        if self.sells.data == NO:
            return {"sells": False, "since": None, "until": None}
        return {"sells": True, "since": self.since.data, "until": self.until.data}


def _amount(label: Any) -> YuanField:
    return YuanField(label, [Optional(), NumberRange(Decimal(0), MOST_YUAN)])


class CostForm(PageForm):
    """A cost sheet; a field left empty was not said, zero was."""

    seedlings = _amount(_l("Seedlings and cuttings"))
    labour = _amount(_l("Labour"))
    land = _amount(_l("Land and water"))
    packing = _amount(_l("Packing and freight"))
    other = _amount(_l("Other costs"))
    note = StringField(_l("Note"), [Optional(), Length(max=200)])

    def amounts(self) -> dict[str, int]:
        """What was said, in fen by purpose."""
        fields = {str(purpose): self[str(purpose)] for purpose in Purpose}
        return {purpose: field.minor for purpose, field in fields.items() if field.data is not None}
