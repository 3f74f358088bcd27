"""Input of the report pages."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from branch.ledger.periods import parse_period
from branch.reports.service import LONGEST_COMMENT


class BuildForm(FlaskForm):
    unit = SelectField(_l("Unit"), validators=[DataRequired()])
    period = StringField(_l("Month or year"), validators=[DataRequired(), Length(max=7)])

    def validate_period(self, field: StringField) -> None:
        try:
            parse_period((field.data or "").strip())
        except ValueError:
            raise ValidationError(_("Please give a month as 2026-03 or a year as 2026.")) from None


class MoveForm(FlaskForm):
    """A step of the flow; `revision` is that of the page on which the button stands.

    The button and a hidden field send the first two; only the comment is typed.
    """

    target = StringField(validators=[DataRequired()])
    revision = IntegerField(validators=[InputRequired()])
    comment = TextAreaField(_l("Comment"), validators=[Length(max=LONGEST_COMMENT)])
