"""The form that sets something aside."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from core.failures.service import LONGEST_REASON
from core.form_keys.forms import PageForm


class AsideForm(PageForm):
    """Why nobody needs it any more."""

    reason = TextAreaField(_l("Reason"), validators=[DataRequired(), Length(max=LONGEST_REASON)])
