"""Input about public editions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from branch.reports.service.recording import LONGEST_COMMENT
from core.form_keys.forms import PageForm


class WithdrawForm(PageForm):
    """Why an edition is withdrawn."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            DataRequired(_l("Please say why; the reason will be public.")),
            Length(max=LONGEST_COMMENT),
        ],
    )
