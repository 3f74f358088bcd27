"""Input about programmes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from core.form_keys.forms import PageForm
from core.web.forms.fields import DateField

LONGEST_NAME = 120
LONGEST_NOTE = 1000


class ProgrammeForm(PageForm):
    """What a unit began, and on which day."""

    unit = SelectField(_l("Unit"), validators=[InputRequired()])
    name = StringField(
        _l("What it is called"),
        validators=[DataRequired(_l("Please give it a name.")), Length(max=LONGEST_NAME)],
    )
    started_on = DateField(
        _l("The day it began"), validators=[InputRequired(_l("Please give the day as YYYY-MM-DD."))]
    )
    note = TextAreaField(_l("What it is, and where it was decided"), validators=[Length(max=LONGEST_NOTE)])


class WithdrawProgrammeForm(PageForm):
    """Why a programme is withdrawn."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            DataRequired(_l("Say why the programme is withdrawn.")),
            Length(max=LONGEST_NOTE),
        ],
    )
