"""What a grower says when issuing or voiding codes."""

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core.form_keys.forms import PageForm
from core.web.forms.fields import DecimalField, IntegerField
from traceability.codes.states import Level
from traceability.codes.wording import level_name


class IssueForm(PageForm):
    """How many codes of which level, and as which file; `offer` narrows the levels."""

    level = RadioField(_l("One code for"), default=str(Level.UNIT))
    count = IntegerField(
        _l("How many codes"),
        [
            InputRequired(_l("Type how many codes you need.")),
            NumberRange(min=1, max=100_000, message=_l("Between 1 and 100,000 codes make a batch here.")),
        ],
        default=24,
    )
    plants_per_code = IntegerField(
        _l("Plants in a bundle"),
        [
            Optional(),
            NumberRange(min=1, max=100_000, message=_l("A bundle's code stands for 1 to 100,000 plants.")),
        ],
        default=10,
    )
    inner = BooleanField(_l("With inner codes, for labels with a scratch film"))
    file = RadioField(
        _l("File"),
        choices=[
            SelectChoice("pdf", _l("A4 sheets of 24 labels (PDF)")),
            SelectChoice("roll", _l("Roll of labels, 40 × 60 mm, with the seedling label (PDF)")),
            SelectChoice("legal", _l("A4 sheets of 8 labels, with the seedling label (PDF)")),
            SelectChoice("csv", _l("Table for a printing house (CSV)")),
        ],
        default="pdf",
    )

    def offer(self, levels: Sequence[Level]) -> None:
        """Show only the levels that are worth their label for this lot."""
        self.level.choices = [SelectChoice(str(level), level_name(level)) for level in levels]
        if self.level.data not in levels:
            self.level.data = str(levels[0])

    @property
    def plants(self) -> int:
        """Plants under one code; only bundles have more than one."""
        return (self.plants_per_code.data or 1) if self.level.data == Level.BUNDLE else 1


class VoidForm(PageForm):
    """Why a batch is voided; whoever scans one of its codes reads it."""

    reason = StringField(
        _l("Why they are voided"),
        [
            DataRequired(_l("Say why these codes are voided; whoever scans one will read it.")),
            Length(max=200),
        ],
    )


def _size(label: object) -> DecimalField:
    wrong = _l("Type a number of centimetres above 0.")
    return DecimalField(label, [Optional(), NumberRange(min=Decimal("0.1"), max=3_000, message=wrong)])


class ActivateForm(PageForm):
    """Codes, one or a range a line, and what was measured in cm when the labels were hung."""

    codes = TextAreaField(_l("Codes"), [DataRequired(_l("Scan or type at least one code."))])
    diameter = _size(_l("Ground diameter"))
    height = _size(_l("Height"))
    photo = FileField(_l("Photograph"), [Optional()])
    kept = HiddenField()


class PackForm(PageForm):
    """A bundle and the plants' codes inside."""

    bundle = StringField(_l("The bundle's code"), [DataRequired(_l("Scan the label of the bundle."))])
    codes = TextAreaField(
        _l("Codes of the plants inside"), [DataRequired(_l("Scan or type at least one code."))]
    )


class ReturnForm(PageForm):
    """Codes of what came back and the plants counted alive."""

    codes = TextAreaField(
        _l("Codes of what came back"), [DataRequired(_l("Scan or type at least one code."))]
    )
    counted = IntegerField(
        _l("Plants counted alive"),
        [
            InputRequired(_l("Count the plants that came back.")),
            NumberRange(min=0, max=1_000_000, message=_l("Count the plants that came back.")),
        ],
    )
    reason = StringField(
        _l("Why they came back"),
        [DataRequired(_l("Say why; whoever scans one of the labels will read it.")), Length(max=200)],
    )
    photo = FileField(_l("Photograph"), [Optional()])
    kept = HiddenField()


class DecideForm(PageForm):
    """The second person's reason, where something is refused."""

    reason = StringField(_l("Reason, if refused"), [Optional(), Length(max=200)])


class ProposeVoidForm(PageForm):
    """Places of a batch, both included, and why they are voided."""

    batch = StringField(_l("Number of the batch"), [DataRequired(_l("Type the number of the batch."))])
    first = IntegerField(_l("From place"), [InputRequired(_l("Type the first place."))], default=1)
    last = IntegerField(_l("To place"), [InputRequired(_l("Type the last place."))])
    reason = StringField(
        _l("Why they are voided"),
        [
            DataRequired(_l("Say why these codes are voided; whoever scans one will read it.")),
            Length(max=200),
        ],
    )
