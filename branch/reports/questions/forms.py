"""Input of the thread of a report."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from branch.reports.service.recording import LONGEST_COMMENT
from core.form_keys.forms import PageForm
from core.web.forms.fields import IntegerField

WORDS = [DataRequired(_l("Please write a sentence.")), Length(max=LONGEST_COMMENT)]


class WordsForm(PageForm):
    """Words about a question; `seen` is how many posts stood on the page. One form per question, by prefix."""

    seen = IntegerField(validators=[InputRequired()])
    words = TextAreaField(_l("Answer"), validators=WORDS)


class AskForm(WordsForm):
    """A question about a report, or about one part of it; `revision` is that of the page, `returns` the button's."""

    revision = IntegerField(validators=[InputRequired()])
    place = SelectField(_l("About"))
    words = TextAreaField(_l("Question"), validators=WORDS)
    returns = StringField()
