"""What staff type about alarms and thresholds."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from core.form_keys.forms import PageForm
from traceability.alarms.states import AlarmStep


class AlarmDecisionForm(PageForm):
    """What a person does with an alarm, and the note without which nothing is decided."""

    step = RadioField(
        _l("What happens with the alarm"),
        choices=[
            SelectChoice(str(AlarmStep.DOUBT), _l("Doubt the code: its page warns from now on")),
            SelectChoice(str(AlarmStep.CLEAR), _l("Clear: what was seen so far counts no more")),
        ],
        validators=[DataRequired(_l("Choose what happens with the alarm."))],
    )
    note = TextAreaField(
        _l("Note"), [DataRequired(_l("Write a note: what was found, what was done.")), Length(max=2000)]
    )


class ThresholdsForm(PageForm):
    """The reason; the numbers are read beside it, since they are rows of the table of rules."""

    reason = TextAreaField(
        _l("Why the numbers change"),
        [
            DataRequired(_l("Say why the numbers change; the reason is sealed with them.")),
            Length(max=500),
        ],
    )
