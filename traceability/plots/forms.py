"""What a grower says about land."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from core.form_keys.forms import PageForm
from core.web.forms.fields import DecimalField
from core.web.wording.formatting import M2_PER_MU


class PlotForm(PageForm):
    """A plot by name, place and area in mu."""

    name = StringField(_l("Name of the plot"), [DataRequired(_l("Give the plot a name.")), Length(max=60)])
    area_mu = DecimalField(
        _l("Area"),
        [
            InputRequired(_l("Type the area in mu.")),
            NumberRange(
                min=Decimal("0.01"), max=150_000, message=_l("The area must be between 0.01 and 150,000 mu.")
            ),
        ],
    )
    place = StringField(_l("Where it lies"), [Length(max=120)])

    @property
    def area_m2(self) -> int:
        """The area in whole square metres; 3 mu are 2,000."""
        return max(1, round((self.area_mu.data or Decimal(0)) * M2_PER_MU))
