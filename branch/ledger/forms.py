"""Forms of the ledger: where a grower sells."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

YES, NO = "yes", "no"


class ChannelForm(FlaskForm):
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
