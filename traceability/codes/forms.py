"""What a grower says when issuing or voiding codes."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from traceability.codes.states import Level


class IssueForm(FlaskForm):
    level = RadioField(
        _l("One code for"),
        choices=[
            SelectChoice(str(Level.UNIT), _l("each plant")),
            SelectChoice(str(Level.BUNDLE), _l("each bundle")),
            SelectChoice(str(Level.LOT), _l("the whole lot (leaflet)")),
        ],
        default=str(Level.UNIT),
    )
    count = IntegerField(
        _l("How many codes"),
        [
            InputRequired(_l("Type how many codes you need.")),
            NumberRange(min=1, max=20_000, message=_l("Between 1 and 20,000 codes can be issued at once.")),
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
    file = RadioField(
        _l("File"),
        choices=[
            SelectChoice("pdf", _l("Sheet of labels to print (PDF)")),
            SelectChoice("csv", _l("Table for a printing house (CSV)")),
        ],
        default="pdf",
    )

    @property
    def plants(self) -> int:
        """Plants under one code; only bundles have more than one."""
        return (self.plants_per_code.data or 1) if self.level.data == Level.BUNDLE else 1


class VoidForm(FlaskForm):
    reason = StringField(
        _l("Why they are voided"),
        [
            DataRequired(_l("Say why these codes are voided; whoever scans one will read it.")),
            Length(max=200),
        ],
    )
