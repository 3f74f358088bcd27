"""Forms about outside storefronts."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from branch.licences.queries.marks import MarkView
from branch.platforms.rules.recognition import MAX_TEXT, ShopAddress, as_registered
from branch.platforms.wording import looks_like, why_unrecognised
from core.form_keys.forms import PageForm


def one_shop(_form: PageForm, field: StringField) -> None:
    """The address must name one shop, and must not be drawn like another site's."""
    recognition = as_registered(field.data or "")
    if not isinstance(recognition, ShopAddress):
        raise ValidationError(why_unrecognised(recognition.reason, recognition.platform))
    if recognition.imitates:
        raise ValidationError(looks_like(recognition.imitates))


class AddressForm(PageForm):
    """One more address of a shop."""

    address = TextAreaField(
        _l("Another address of this shop"),
        validators=[DataRequired(_l("Paste the shop's address.")), Length(max=MAX_TEXT), one_shop],
    )


class ProposalForm(PageForm):
    """A shop that a grower puts before the branch."""

    mark = RadioField(_l("Mark"), validators=[DataRequired(_l("Choose a mark."))])
    shop_name = StringField(
        _l("Name of the shop"), validators=[DataRequired(_l("Enter a name.")), Length(max=120)]
    )
    address = TextAreaField(
        _l("Address of the shop"),
        validators=[DataRequired(_l("Paste the shop's address.")), Length(max=MAX_TEXT), one_shop],
        description=_l(
            "Open the shop in a browser and paste the address that stands above the page. Short and shared links say nothing of the shop and cannot be registered."
        ),
    )

    def offer(self, marks: Sequence[MarkView]) -> None:
        """The marks under which the grower may sell."""
        self.mark.choices = [(mark.facts.code, mark.facts.name) for mark in marks]
        if not self.is_submitted() and len(marks) == 1:
            self.mark.data = marks[0].facts.code


class DecisionForm(PageForm):
    """What the branch says with a step."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[Optional(), Length(max=1000)],
        description=_l("The grower reads it. Needed to refuse and to suspend."),
    )
