"""The upload of order exports."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import SelectField
from wtforms.validators import InputRequired


class UploadForm(FlaskForm):
    """Files of one storefront; its choices are filled by the view."""

    storefront = SelectField(_l("Shop"), validators=[InputRequired()])
    files = MultipleFileField(
        _l("Export files"),
        validators=[InputRequired(_l("Choose the files that you have downloaded from the platform."))],
    )
