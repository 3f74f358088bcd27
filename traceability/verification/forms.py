"""What visitors and staff type about codes and fakes."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from traceability.verification.cases import CaseState


class VerifyForm(FlaskForm):
    q = StringField(
        _l("Code, shop link or licence number"),
        [DataRequired(_l("Type a code, paste a shop link, or type a licence number.")), Length(max=2000)],
    )


class ReportForm(FlaskForm):
    what = TextAreaField(
        _l("What does not match"), [DataRequired(_l("Say in a few words what is wrong.")), Length(max=2000)]
    )
    shop = StringField(_l("Link or name of the shop"), [Optional(), Length(max=500)])
    price = StringField(_l("Price paid or asked"), [Optional(), Length(max=60)])
    photos = MultipleFileField(_l("Photographs"), [Optional()])
    contact = StringField(_l("How to reach you"), [Optional(), Length(max=120)])
    about = HiddenField()
    kept = HiddenField()


class DecisionForm(FlaskForm):
    target = RadioField(
        _l("What happens with the case"),
        choices=[
            SelectChoice(str(CaseState.ACCEPTED), _l("Accept: it will be looked into")),
            SelectChoice(str(CaseState.ANSWERED), _l("Answer: the note is shown to the reporter")),
            SelectChoice(str(CaseState.CLOSED), _l("Close: the note is shown to the reporter")),
        ],
        validators=[DataRequired(_l("Choose what happens with the case."))],
    )
    note = TextAreaField(
        _l("Note"), [DataRequired(_l("Write a note: what was found, what was done.")), Length(max=2000)]
    )
    doubt_code = BooleanField(_l("Doubt the code: its page warns from now on"))
