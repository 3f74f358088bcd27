"""What visitors type to check something."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from core.form_keys.forms import PageForm


class VerifyForm(PageForm):
    """Anything that can be checked, in one box."""

    q = StringField(
        _l("Code, shop link or licence number"),
        [DataRequired(_l("Type a code, paste a shop link, or type a licence number.")), Length(max=2000)],
    )


class InnerForm(PageForm):
    """The eight characters under the film."""

    inner = StringField(
        _l("Inner code"), [DataRequired(_l("Type the 8 letters and digits.")), Length(max=60)]
    )
