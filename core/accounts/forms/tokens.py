"""The form for a new token."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectMultipleField, StringField, ValidationError, widgets
from wtforms.validators import DataRequired, Length

from core.form_keys.forms import PageForm

DAYS = [
    SelectChoice("30", _l("30 days")),
    SelectChoice("90", _l("90 days")),
    SelectChoice("365", _l("A year")),
]


def check_chosen(_form: PageForm, field: SelectMultipleField) -> None:
    """At least one box; `DataRequired` would have the browser demand every one of them."""
    if not field.data:
        raise ValidationError(_("Choose at least one."))


class TokenForm(PageForm):
    """A new token; `scopes` are those that the account may give, each with its words."""

    name = StringField(_l("What uses it"), validators=[DataRequired(), Length(max=80)])
    scopes = SelectMultipleField(
        _l("What it may do"),
        validators=[check_chosen],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    days = RadioField(_l("Valid for"), choices=DAYS, default="90")

    def __init__(self, scopes: dict[str, Any]) -> None:
        super().__init__()
        self.scopes.choices = [SelectChoice(scope, words) for scope, words in scopes.items()]
