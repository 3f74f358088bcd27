"""What visitors and staff type about suspected fakes."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from core.form_keys.forms import PageForm
from traceability.cases.states import CaseVerdict
from traceability.lots.queries.records import find_lot

SAY_WHAT = _l("Say in a few words what is wrong.")
SAY_NOTE = _l("Write a note: what was found, what was done.")


class ReportForm(PageForm):
    """What a visitor reports; `about` is the signed word of a code's page, `kept` that of photographs sent before."""

    what = TextAreaField(_l("What does not match"), [DataRequired(SAY_WHAT), Length(max=2000)])
    shop = StringField(_l("Link or name of the shop"), [Optional(), Length(max=500)])
    price = StringField(_l("Price paid or asked"), [Optional(), Length(max=60)])
    photos = MultipleFileField(_l("Photographs"), [Optional()])
    order = StringField(_l("Number of your order here"), [Optional(), Length(max=40)])
    contact = StringField(_l("How to reach you"), [Optional(), Length(max=120)])
    about = HiddenField()
    kept = HiddenField()


class StaffReportForm(PageForm):
    """A case that staff open after a visit or a call."""

    what = TextAreaField(_l("What was found"), [DataRequired(SAY_WHAT), Length(max=2000)])
    shop = StringField(_l("Link or name of the shop"), [Optional(), Length(max=500)])
    lot = StringField(_l("Number of the lot"), [Optional(), Length(max=40)])
    price = StringField(_l("Price paid or asked"), [Optional(), Length(max=60)])
    photos = MultipleFileField(_l("Photographs"), [Optional()])
    kept = HiddenField()

    def validate_lot(self, field: StringField) -> None:
        """A number that is given must be one of ours."""
        if field.data and find_lot(number=field.data) is None:
            raise ValidationError(_("There is no lot with this number."))


class TakeForm(PageForm):
    """Taking a case on, with a note where somebody else had it."""

    note = TextAreaField(_l("Note"), [Optional(), Length(max=2000)])
    doubt_code = BooleanField(_l("Doubt the code: its page warns from now on"))


class EvidenceForm(PageForm):
    """More evidence: words, photographs or both."""

    text = TextAreaField(_l("What was found"), [Optional(), Length(max=2000)])
    photos = MultipleFileField(_l("Photographs"), [Optional()])
    kept = HiddenField()


class VerdictForm(PageForm):
    """What was found out: the reasons for staff, the answer for everybody."""

    verdict = RadioField(
        _l("What was found out"),
        choices=[
            SelectChoice(
                str(CaseVerdict.CONFIRMED_FAKE), _l("It is a fake: a second person is asked to confirm")
            ),
            SelectChoice(str(CaseVerdict.GENUINE), _l("It is in order: the case is cleared")),
            SelectChoice(str(CaseVerdict.UNDETERMINED), _l("It cannot be determined")),
        ],
        validators=[DataRequired(_l("Choose what was found out."))],
    )
    note = TextAreaField(_l("Reasons, for staff"), [DataRequired(SAY_NOTE), Length(max=2000)])
    answer = TextAreaField(
        _l("Answer, for everybody"),
        [DataRequired(_l("Write the answer that the reporter reads.")), Length(max=1000)],
    )
    shop = StringField(_l("Own address of the shop that sold it"), [Optional(), Length(max=500)])


class ConfirmForm(PageForm):
    """The second person's reasons, whatever the outcome; `proposed_at` tells which proposal the page showed."""

    proposed_at = HiddenField()
    note = TextAreaField(_l("Reasons, for staff"), [DataRequired(SAY_NOTE), Length(max=2000)])


class ActForm(PageForm):
    """What follows from a confirmed fake; the choices are those open now."""

    kind = SelectField(_l("What was done"), [DataRequired(_l("Choose what was done."))])
    note = TextAreaField(_l("Note"), [DataRequired(SAY_NOTE), Length(max=2000)])


class NoteForm(PageForm):
    """A step that needs nothing but its reasons."""

    note = TextAreaField(_l("Note"), [DataRequired(SAY_NOTE), Length(max=2000)])
