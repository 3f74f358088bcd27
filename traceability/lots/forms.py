"""What a grower says about a lot."""

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from core.form_keys.forms import PageForm
from core.web.forms.fields import DecimalField, IntegerField
from traceability.lots.queries.records import CultivarGroupView, CultivarView, LotView
from traceability.lots.service import NewLot
from traceability.lots.states import AGE_CODE, Propagation, Root
from traceability.lots.wording import propagation_name, root_name
from traceability.plots.queries import PlotView


def _size(label: object) -> DecimalField:
    wrong = _l("Type a number of centimetres above 0.")
    return DecimalField(label, [Optional(), NumberRange(min=Decimal("0.1"), max=5_000, message=wrong)])


class LotForm(PageForm):
    """One screen on a phone: the cultivar carries its group, sizes are in centimetres as the trade names them."""

    plot = SelectField(_l("Plot"), [DataRequired(_l("Choose one of your own plots."))])
    cultivar = SelectField(_l("Cultivar"), [DataRequired(_l("Choose a cultivar."))])
    quantity = IntegerField(
        _l("Plants in the lot"),
        [
            InputRequired(_l("Type how many plants there are.")),
            NumberRange(min=1, max=100_000_000, message=_l("The lot needs at least 1 plant.")),
        ],
    )
    diameter_min = _size(_l("Ground diameter, smallest"))
    diameter_max = _size(_l("Ground diameter, largest"))
    height_min = _size(_l("Height, smallest"))
    height_max = _size(_l("Height, largest"))
    root = RadioField(_l("Root"), default=str(Root.ROOT_BALL))
    propagation = RadioField(_l("Raised by"), default=str(Propagation.CUTTING))
    age_code = StringField(
        _l("Age"),
        [
            Optional(),
            Length(max=12),
            Regexp(AGE_CODE.pattern + "$", message=_l("Write the age as 2-1 or 1(1)-0.")),
        ],
    )
    grade = StringField(_l("Grade"), [Length(max=24)])
    origin = StringField(
        _l("Place of origin"), [DataRequired(_l("Type the place of origin.")), Length(max=120)]
    )
    photo = FileField(_l("Photograph of these plants"), [Optional()])
    kept = HiddenField()

    def offer(
        self,
        plots: Sequence[PlotView],
        groups: Sequence[CultivarGroupView],
        cultivars: Sequence[CultivarView],
    ) -> None:
        """Fill the choices."""
        self.root.choices = [SelectChoice(str(root), root_name(root)) for root in Root]
        self.propagation.choices = [SelectChoice(str(way), propagation_name(way)) for way in Propagation]
        self.plot.choices = [SelectChoice(plot.number, plot.name) for plot in plots]
        self.cultivar.choices = [
            choice
            for group in groups
            for choice in (
                *(
                    SelectChoice(
                        f"{cultivar.group_code}/{cultivar.name_zh}", cultivar.name, optgroup=group.name
                    )
                    for cultivar in cultivars
                    if cultivar.group_code == group.code
                ),
                SelectChoice(
                    f"{group.code}/{group.name_zh}",
                    _("%(group)s, not named", group=group.name),
                    optgroup=group.name,
                ),
            )
        ]

    def start_from(self, lot: LotView) -> None:
        """Take over from the last lot what seldom changes."""
        self.cultivar.data = f"{lot.cultivar_group}/{lot.cultivar}"
        self.root.data, self.propagation.data = lot.root, lot.propagation
        self.origin.data, self.grade.data, self.age_code.data = lot.origin, lot.grade, lot.age_code

    def lot(self, photo_key: str | None) -> NewLot:
        """What was said, in the units of the database."""
        group, _slash, cultivar = (self.cultivar.data or "/").partition("/")
        return NewLot(
            cultivar_group=group,
            cultivar=cultivar,
            propagation=self.propagation.data or "",
            root=self.root.data or "",
            origin=(self.origin.data or "").strip(),
            quantity=self.quantity.data or 0,
            age_code=(self.age_code.data or "").strip(),
            height_cm_min=_whole(self.height_min.data),
            height_cm_max=_whole(self.height_max.data),
            ground_diameter_mm_min=_whole(self.diameter_min.data, 10),
            ground_diameter_mm_max=_whole(self.diameter_max.data, 10),
            grade=(self.grade.data or "").strip(),
            photo_key=photo_key,
        )


def _whole(value: Decimal | None, times: int = 1) -> int | None:
    return None if value is None else max(1, round(value * times))


class CountForm(PageForm):
    """Plants found, or lost with a minus, and why."""

    plants = IntegerField(
        _l("Plants more, or fewer with a minus"),
        [
            InputRequired(_l("Type how many plants were found or lost.")),
            NumberRange(min=-100_000_000, max=100_000_000),
        ],
    )
    reason = StringField(_l("Why"), [DataRequired(_l("Say why in a few words.")), Length(max=200)])


class StateForm(PageForm):
    """Closing or opening a lot."""

    target = HiddenField(validators=[DataRequired()])
    reason = TextAreaField(_l("Reason"), [Length(max=500)])
