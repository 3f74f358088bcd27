"""What a technician notes in the field; made for a phone."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.clock import local_day, local_moment
from core.form_keys.forms import PageForm
from core.web.forms.fields import DateField, DecimalField
from core.web.wording.formatting import M2_PER_MU
from core.web.wording.languages import in_chinese
from traceability.lots.queries.records import CultivarGroupView
from traceability.plots.states import Method, read_outline
from traceability.quota.rules import Stage
from traceability.surveys.service import NewSurvey, Stand
from traceability.surveys.wording import method_name

PARTS = (1, 2, 3)
AREA = NumberRange(
    min=Decimal("0.01"), max=150_000, message=_l("The area must be between 0.01 and 150,000 mu.")
)


class SurveyForm(PageForm):
    """The whole plot, then up to three parts; a part without an area takes what is left."""

    year = SelectField(_l("For the year"), coerce=int)
    surveyed_on = DateField(_l("Day of the survey"), [InputRequired(_l("Choose the day of the survey."))])
    area_mu = DecimalField(_l("Measured area"), [InputRequired(_l("Type the area in mu.")), AREA])
    method = SelectField(_l("How it was measured"))
    group_1 = SelectField(_l("Cultivar group"))
    stage_1 = SelectField(_l("Growth"))
    area_1 = DecimalField(_l("Area of this part"), [Optional(), AREA])
    group_2 = SelectField(_l("Cultivar group"), [Optional()])
    stage_2 = SelectField(_l("Growth"), [Optional()])
    area_2 = DecimalField(_l("Area of this part"), [Optional(), AREA])
    group_3 = SelectField(_l("Cultivar group"), [Optional()])
    stage_3 = SelectField(_l("Growth"), [Optional()])
    area_3 = DecimalField(_l("Area of this part"), [Optional(), AREA])
    outline = TextAreaField(_l("Outline"), [Optional(), Length(max=6_000)])
    photo = FileField(_l("Photograph of the plot"), [Optional()])
    note = TextAreaField(_l("Remarks"), [Optional(), Length(max=1_000)])
    kept = HiddenField()

    def offer(self, *, today: date, groups: Sequence[CultivarGroupView], stages: Sequence[Stage]) -> None:
        """Fill the choices."""
        self.year.choices = [SelectChoice(year, str(year)) for year in (today.year, today.year + 1)]
        self.method.choices = [SelectChoice(str(method), method_name(method)) for method in Method]
        group_choices = [SelectChoice(group.code, group.name) for group in groups]
        stage_choices = [SelectChoice(stage.code, stage_words(stage)) for stage in stages]
        for part in PARTS:
            none = [SelectChoice("", _("nothing more"))] if part > 1 else []
            self[f"group_{part}"].choices = [*none, *group_choices]
            self[f"stage_{part}"].choices = [*stage_choices]

    def outline_is_read(self) -> bool:
        """Whether the outline can be read; says so on the field when it cannot."""
        if not (self.outline.data or "").strip() or read_outline(self.outline.data or "") is not None:
            return True
        self.outline.errors = [
            _("Write one corner per line as latitude, longitude in degrees, at least three of them.")
        ]
        return False

    def survey(self, photo_key: str | None) -> NewSurvey:
        """What was found, in the units of the database."""
        area_m2 = square_metres(self.area_mu.data)
        named = [part for part in PARTS if part == 1 or self[f"group_{part}"].data]
        given = {part: square_metres(self[f"area_{part}"].data) for part in named}
        left = area_m2 - sum(given.values())
        stands = []
        for part in named:
            size = given[part]
            if not size:
                size, left = left, 0
            stands.append(Stand(self[f"group_{part}"].data, self[f"stage_{part}"].data, size))
        return NewSurvey(
            year=self.year.data,
            area_m2=area_m2,
            stands=stands,
            method=self.method.data,
            outline=read_outline(self.outline.data or "") or (),
            photo_key=photo_key,
            note=self.note.data or "",
        )

    def surveyed_at(self, *, at: datetime) -> datetime:
        """Noon of the day of the survey, or `at` when it is today."""
        day = self.surveyed_on.data or local_day(at)
        return at if day == local_day(at) else local_moment(day, time(12))


class DecisionForm(PageForm):
    """The reason, which a return needs."""

    reason = TextAreaField(_l("Reason"), [Optional(), Length(max=1_000)])


def square_metres(mu: Decimal | None) -> int:
    """Whole square metres of an area in mu; 0 where none was typed."""
    return round((mu or Decimal(0)) * M2_PER_MU)


def stage_words(stage: Stage) -> str:
    """The name of a stage in the language of the page."""
    return stage.name_zh if in_chinese() else stage.name_en
