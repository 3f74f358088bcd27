"""Why a lot is recalled, and why a recall is refused."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from core.form_keys.forms import PageForm


class RecallForm(PageForm):
    """Why a lot is recalled; buyers read it."""

    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Say why the lot is recalled; buyers will read it.")), Length(max=500)],
    )


class DecideRecallForm(PageForm):
    """Why a recall is refused; confirming needs none."""

    reason = TextAreaField(_l("Reason of the refusal"), [Length(max=500)])
