"""What a grower says about product numbers."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from core.form_keys.forms import PageForm
from traceability.lots.queries.records import LotView
from traceability.resolver.queries import TradeItemView


class TradeItemForm(PageForm):
    """A GTIN that GS1 gave the grower, and what the product is called."""

    gtin = StringField(_l("GTIN"), [DataRequired(_l("Type the number that GS1 gave you.")), Length(max=20)])
    name_zh = StringField(
        _l("Name of the product, Chinese"), [DataRequired(_l("Give the product a name.")), Length(max=80)]
    )
    name_en = StringField(_l("Name of the product, English"), [Length(max=80)])


class LotUnderItemForm(PageForm):
    """Which lot is sold under which GTIN."""

    lot = SelectField(_l("Lot"), [DataRequired(_l("Choose a lot."))])
    gtin = SelectField(_l("Is sold under"), [DataRequired(_l("Choose a number."))])

    def offer(self, items: Sequence[TradeItemView], lots: Sequence[LotView]) -> None:
        """Offer the grower's own lots and numbers."""
        self.lot.choices = [(lot.number, f"{lot.cultivar} {lot.number}") for lot in lots]
        self.gtin.choices = [(item.gtin, f"{item.name} {item.gtin}") for item in items]
