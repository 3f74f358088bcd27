"""What a grower says about a transformation."""

import re
from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from core.form_keys.forms import PageForm
from core.web.forms.fields import DecimalField, IntegerField
from traceability.lots.queries.records import LotView
from traceability.lots.rules.balance import StepKind
from traceability.lots.states import Root
from traceability.lots.wording import root_name
from traceability.plots.queries import PlotView
from traceability.transformations.service import Outcome

SIZE = NumberRange(min=Decimal("0.1"), max=5_000, message=_l("Type a number of centimetres above 0."))


class StepForm(PageForm):
    """The fields of every kind of step; `fit` takes away those that a kind does not have."""

    plants_in = IntegerField(
        _l("Plants that go in"),
        [
            InputRequired(_l("Type how many plants there are.")),
            NumberRange(min=1, max=100_000_000, message=_l("Type a number of plants above 0.")),
        ],
    )
    parts = StringField(_l("Plants in each part"), [DataRequired(_l("Type how many plants come out."))])
    others = SelectMultipleField(
        _l("Merge with"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    scion = SelectField(_l("Scions cut from"))
    root = SelectField(_l("Root"))
    plot = SelectField(_l("They stand now on"))
    diameter_min = DecimalField(_l("Ground diameter, smallest"), [Optional(), SIZE])
    diameter_max = DecimalField(_l("Ground diameter, largest"), [Optional(), SIZE])
    height_min = DecimalField(_l("Height, smallest"), [Optional(), SIZE])
    height_max = DecimalField(_l("Height, largest"), [Optional(), SIZE])
    reason = StringField(_l("Remarks"), [Length(max=200)])

    def fit(self, kind: StepKind, lots: Sequence[LotView], plots: Sequence[PlotView]) -> None:
        """Keep the fields of this kind and offer their choices; `lots` are the grower's other open lots."""
        unused = {
            StepKind.SPLIT: ("others", "scion", "root"),
            StepKind.MERGE: ("scion", "root"),
            StepKind.GRAFT: ("others", "root"),
            StepKind.POT_ON: ("others", "scion", "root"),
            StepKind.LIFT: ("others", "scion"),
        }[kind]
        for name in unused:
            delattr(self, name)
        if kind is not StepKind.SPLIT:
            self.parts.label.text = _("Plants that come out")
        offered = [SelectChoice(str(lot.id), _lot_words(lot)) for lot in lots]
        if kind is StepKind.MERGE:
            self.others.choices = offered
        if kind is StepKind.GRAFT:
            self.scion.choices = offered
        if kind is StepKind.LIFT:
            self.root.choices = [
                SelectChoice(str(root), root_name(root)) for root in (Root.ROOT_BALL, Root.BARE_ROOT)
            ]
        self.plot.choices = [SelectChoice(str(plot.id), plot.name) for plot in plots]

    def outcomes(self, kind: StepKind) -> list[Outcome]:
        """What comes out, in the units of the database; a part that is no number counts as 0."""
        changes: dict[str, object] = {"plot_id": int(self.plot.data)}
        for name, field, times in (
            ("ground_diameter_mm", "diameter", 10),
            ("height_cm", "height", 1),
        ):
            least, most = self[f"{field}_min"].data, self[f"{field}_max"].data
            if least is not None or most is not None:
                least, most = least if least is not None else most, most if most is not None else least
                changes[f"{name}_min"] = round(least * times)
                changes[f"{name}_max"] = round(most * times)
        if kind is StepKind.POT_ON:
            changes["root"] = str(Root.CONTAINER)
        if kind is StepKind.LIFT:
            changes["root"] = self.root.data
        words = [word for word in re.split(r"[^0-9]+", self.parts.data or "") if word]
        return [Outcome(min(int(word), 100_000_000), changes) for word in words[:50]]


def _lot_words(lot: LotView) -> str:
    return _(
        "%(cultivar)s, %(left)s plants left (%(number)s)",
        cultivar=lot.cultivar_name,
        left=f"{lot.quantity_on_hand:,}",
        number=lot.number,
    )
