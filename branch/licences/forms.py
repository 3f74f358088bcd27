"""Forms about marks and licences."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from branch.licences.queries.marks import MarkFacts, MarkView
from branch.licences.queries.validity import LicenceView
from branch.licences.service.marks import read_cultivar_groups
from branch.licences.states import Scope, tidy
from branch.licences.wording import CHANNELS, KIND_NAMES, channel_name
from branch.organisation.queries.tree import UnitView, unit_name
from core.form_keys.forms import PageForm
from core.web.forms.fields import DateField

REQUIRED = _l("Please fill this in.")


def boxes(label: Any, description: Any) -> SelectMultipleField:
    """Several of a few: boxes to tick."""
    return SelectMultipleField(
        label,
        description=description,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class ScopeForm(PageForm):
    """What a licence covers; nothing ticked means no limit."""

    cultivar_groups = boxes(_l("Cultivar groups"), _l("Nothing ticked: all of them."))
    plots = StringField(
        _l("Plots"),
        validators=[Optional(), Length(max=600)],
        description=_l("Numbers of plots, with blanks between them. Empty: all plots of the grower."),
    )
    channels = boxes(_l("Sold on"), _l("Nothing ticked: everywhere."))

    def offer(self, marks: Sequence[MarkView]) -> None:
        """The cultivar groups of these marks and every channel."""
        self.cultivar_groups.choices = list(
            {code: (code, name) for mark in marks for code, name in mark.group_names.items()}.values()
        )
        self.channels.choices = [(str(channel), channel_name(channel)) for channel in CHANNELS]

    def start_from(self, licence: LicenceView) -> None:
        """Show what the grower asked for."""
        self.cultivar_groups.data = list(licence.cultivar_groups)
        self.plots.data = " ".join(licence.plots)
        self.channels.data = list(licence.channels)

    def scope(self) -> Scope:
        """What was ticked and typed."""
        plots = (self.plots.data or "").replace(",", " ").replace("，", " ").replace("、", " ")
        return Scope(
            tuple(self.cultivar_groups.data or ()), tidy(plots.split()), tuple(self.channels.data or ())
        )


class ApplicationForm(ScopeForm):
    """What a grower applies for, and what he says to it."""

    mark = RadioField(_l("Mark"), validators=[DataRequired(_l("Choose a mark."))])
    note = TextAreaField(
        _l("What the branch should know"),
        validators=[Optional(), Length(max=2000)],
        description=_l("How much you grow, since when, who may come and look."),
    )

    def offer(self, marks: Sequence[MarkView]) -> None:
        """The marks, with one chosen where there is only one; then as `ScopeForm`."""
        super().offer(marks)
        self.mark.choices = [(mark.facts.code, mark.facts.name) for mark in marks]
        if not self.is_submitted() and len(marks) == 1:
            self.mark.data = marks[0].facts.code


class GrantForm(ScopeForm):
    """What is granted, and from which day to which."""

    valid_from = DateField(_l("First day"), validators=[DataRequired(REQUIRED)])
    valid_until = DateField(_l("Last day"), validators=[DataRequired(REQUIRED)])
    reason = TextAreaField(_l("Reason"), validators=[Optional(), Length(max=1000)])

    def validate_valid_until(self, field: DateField) -> None:
        first: date | None = self.valid_from.data
        if first and field.data and field.data < first:
            raise ValidationError(_("The last day is before the first."))


class StepForm(PageForm):
    """Suspend, reinstate, withdraw or extend."""

    valid_until = DateField(_l("New last day"), validators=[Optional()], id="step-valid-until")
    reason = TextAreaField(_l("Reason"), validators=[Optional(), Length(max=1000)], id="step-reason")


class MarkForm(PageForm):
    """What is registered of a mark; without the code and the rules to correct it later."""

    unit = SelectField(_l("Looked after by"), validators=[DataRequired(REQUIRED)])
    code = StringField(
        _l("Code"),
        validators=[
            DataRequired(REQUIRED),
            Regexp(r"[A-Z][A-Z0-9]{1,7}\Z", message=_l("2 to 8 capital letters and digits, a letter first.")),
        ],
        description=_l("Numbers of licences begin with it. It cannot be changed later."),
    )
    name = StringField(_l("Name as registered"), validators=[DataRequired(REQUIRED), Length(max=80)])
    name_en = StringField(_l("Name in English"), validators=[Optional(), Length(max=120)])
    kind = RadioField(_l("Kind"), validators=[DataRequired(REQUIRED)], default="certification")
    registrant = StringField(_l("Registrant"), validators=[Optional(), Length(max=120)])
    registration_number = StringField(_l("Registration number"), validators=[Optional(), Length(max=40)])
    classes = StringField(_l("Classes"), validators=[Optional(), Length(max=80)])
    cultivar_groups = TextAreaField(
        _l("Cultivar groups"),
        validators=[Optional(), Length(max=4000)],
        description=_l("One on each line: code, Chinese name, English name."),
    )
    logo = FileField(_l("Logo"), description=_l("PNG, JPEG or WebP, up to 1 MB."))
    logo_key = StringField()
    rules_text = TextAreaField(_l("Rules of use"), validators=[DataRequired(REQUIRED), Length(max=60000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = list(KIND_NAMES.items())

    def offer(self, units: Sequence[UnitView]) -> None:
        """Where the mark may be looked after."""
        self.unit.choices = [(unit.code, unit_name(unit)) for unit in units]

    def start_from(self, mark: MarkView) -> None:
        """Show what is entered; the code and the rules have ways of their own."""
        facts = mark.facts
        for name in ("name", "name_en", "kind", "registrant", "registration_number", "classes"):
            getattr(self, name).data = getattr(facts, name)
        self.cultivar_groups.data = "\n".join(
            f"{group.code}, {group.name_zh}, {group.name_en}" for group in facts.cultivar_groups
        )

    def leave_out(self, *names: str) -> None:
        """Take fields off this form, as when a mark is corrected."""
        for name in names:
            delattr(self, name)

    def validate_cultivar_groups(self, field: TextAreaField) -> None:
        try:
            read_cultivar_groups((field.data or "").splitlines())
        except ValueError as error:
            raise ValidationError(
                _(
                    "Line %(number)s: write a code, the Chinese name and the English name, with commas.",
                    number=str(error),
                )
            ) from None

    def facts(self, code: str, logo_key: str | None) -> MarkFacts:
        """What was typed about the mark."""
        return MarkFacts(
            code=code,
            name=self.name.data,
            name_en=self.name_en.data or "",
            kind=self.kind.data,
            registrant=self.registrant.data or "",
            registration_number=self.registration_number.data or "",
            classes=self.classes.data or "",
            cultivar_groups=read_cultivar_groups((self.cultivar_groups.data or "").splitlines()),
            logo_key=logo_key,
        )


class RulesForm(PageForm):
    """A new version of a mark's rules."""

    text = TextAreaField(
        _l("Text of the new version"), validators=[DataRequired(REQUIRED), Length(max=60000)]
    )
