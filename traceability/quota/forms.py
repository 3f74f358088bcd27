"""What the branch says about quota."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from core.form_keys.forms import PageForm
from core.web.forms.fields import DateField, DecimalField, IntegerField

PLANTS = [
    InputRequired(_l("Type how many plants there are.")),
    NumberRange(min=1, max=1_000_000_000, message=_l("Type a number of plants above 0.")),
]


class KeyForm(PageForm):
    """Which quota: a line of the page, chosen by its place."""

    line = SelectField(_l("Quota"), coerce=int)
    plants = IntegerField(_l("Plants"), PLANTS)
    reason = TextAreaField(_l("Reason"), [Length(max=500)])

    def offer(self, lines: Sequence[str]) -> None:
        """Fill the choices."""
        self.line.choices = [SelectChoice(place, words) for place, words in enumerate(lines)]


class TransferForm(KeyForm):
    """Free quota for another licensee."""

    receiver = SelectField(_l("To the licensee"), coerce=int)


class GrowForm(PageForm):
    """How many plants of one line outgrew their size class."""

    plants = IntegerField(_l("Plants"), PLANTS)
    loss = IntegerField(
        _l("Of them lost"), [InputRequired(_l("Type 0 when none were lost.")), NumberRange(min=0)]
    )
    counted_on = DateField(
        _l("Counted on"), [InputRequired(_l("Choose the day on which they were counted."))]
    )
    reason = TextAreaField(_l("Reason"), [Length(max=500)])


class FiguresForm(PageForm):
    """Plants on a mu and survivors of a hundred, with the reason."""

    stage = HiddenField()
    plants_per_mu = IntegerField(
        _l("Plants on a mu"), [InputRequired(_l("Type how many plants there are.")), NumberRange(min=1)]
    )
    survival = DecimalField(
        _l("Of 100 survive"),
        [InputRequired(_l("Type how many of 100 survive.")), NumberRange(min=0.1, max=100)],
    )
    reason = TextAreaField(_l("Reason"), [Length(max=500)])
