"""Papers of a parcel, and its codes and courier."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from core.form_keys.forms import PageForm
from core.web.forms.fields import DateField, IntegerField


class PaperForm(PageForm):
    """One paper; `kept` holds the key of a scan that was uploaded with a form that failed."""

    kind = SelectField(_l("Paper"))
    number = StringField(
        _l("Number on the paper"),
        validators=[DataRequired(_l("Type the number that is printed on the paper.")), Length(max=60)],
    )
    issued_on = DateField(_l("Issued on"), validators=[Optional()])
    valid_until = DateField(_l("Valid until"), validators=[Optional()])
    scan = FileField(_l("Photograph or PDF"))
    kept = HiddenField()


class SendForm(PageForm):
    """Codes and courier; kept as a draft whatever happens."""

    codes = TextAreaField(_l("Codes in this parcel"))
    courier = StringField(_l("Courier"), validators=[Length(max=40)])
    tracking_number = StringField(_l("Tracking number"), validators=[Length(max=60)])


class FreshCodesForm(PageForm):
    """Codes issued for this very parcel."""

    lot = SelectField(_l("Lot"), coerce=int)
    level = SelectField(
        _l("Level"),
        choices=[
            SelectChoice("bundle", _l("one code a bundle")),
            SelectChoice("unit", _l("one code a plant")),
        ],
    )
    count = IntegerField(_l("How many codes"), validators=[DataRequired(), NumberRange(min=1, max=5000)])
    ending = SelectField(
        _l("As"),
        choices=[SelectChoice("pdf", _l("label sheet (PDF)")), SelectChoice("csv", _l("table (CSV)"))],
    )


class ReturnParcelForm(PageForm):
    """Why a parcel came back; the counts by lot stand beside it. `kept` as with `PaperForm`."""

    reason = StringField(
        _l("Why it came back"),
        validators=[
            DataRequired(_l("Say why; whoever scans one of the labels will read it.")),
            Length(max=200),
        ],
    )
    photo = FileField(_l("Photograph"), validators=[Optional()])
    kept = HiddenField()


class TrackingForm(PageForm):
    """A pasted table of tracking numbers."""

    table = TextAreaField(_l("Parcel, courier, tracking number"), validators=[DataRequired()])
