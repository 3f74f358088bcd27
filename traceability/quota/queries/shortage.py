"""Why land does not reach for an activation, in plain words: no survey, one that waits, another size, used up."""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.web.wording.formatting import number
from core.web.wording.languages import in_chinese
from traceability.plots.models.tables import Plot, PlotSurvey, SurveyStand
from traceability.plots.states import STANDING, SurveyState
from traceability.quota.models.tables import GrowthStage, QuotaAccount, QuotaPosting
from traceability.quota.rules import Key, Role


class Shortage(StrEnum):
    """What is missing."""

    NO_SURVEY = "no_survey"
    SURVEY_WAITS = "survey_waits"
    OTHER_SIZE = "other_size"
    USED_UP = "used_up"


@dataclass(frozen=True)
class Missing:
    """What is missing, and the sentence that says so to the grower."""

    what: Shortage
    words: str


def missing(key: Key, *, wanted: int, free: int) -> Missing:
    """Why `wanted` plants of a key cannot be activated while `free` are left; two statements."""
    if _was_ever_given(key):
        words = _(
            "You can still activate codes for %(free)s plants of this group and size; %(wanted)s would be needed.",
            free=number(free),
            wanted=number(wanted),
        )
        return Missing(Shortage.USED_UP, words)
    surveys = session.execute(
        select(Plot.number, PlotSurvey.state, SurveyStand.id)
        .join(PlotSurvey, PlotSurvey.plot_id == Plot.id)
        .outerjoin(
            SurveyStand,
            (SurveyStand.survey_id == PlotSurvey.id)
            & (SurveyStand.cultivar_group == key.cultivar_group)
            & (SurveyStand.stage_code == key.size_class),
        )
        .where(
            Plot.grower_id == key.grower_id,
            Plot.unit_id == key.unit_id,
            Plot.state == "open",
            PlotSurvey.year == key.year,
            PlotSurvey.state.in_(sorted(STANDING)),
        )
        .order_by(Plot.number)
    ).all()
    if not surveys:
        words = _(
            "There is no quota for %(year)s yet: none of your plots in this village was surveyed. Ask the technician to measure them; village and town approve.",
            year=str(key.year),
        )
        return Missing(Shortage.NO_SURVEY, words)
    waiting = [(plot, state) for plot, state, stand in surveys if stand and state != SurveyState.APPROVED]
    if waiting:
        plot, state = waiting[0]
        words = (
            _("The survey of plot %(plot)s is not approved: the village has not agreed yet.", plot=plot)
            if state == SurveyState.SURVEYED
            else _("The survey of plot %(plot)s is not approved: the town has not approved yet.", plot=plot)
        )
        return Missing(Shortage.SURVEY_WAITS, words)
    words = _(
        "Your surveyed land of %(year)s has no plants of this group in the size class %(size)s. Measure the lot again, or ask for another survey.",
        year=str(key.year),
        size=_size_name(key.size_class),
    )
    return Missing(Shortage.OTHER_SIZE, words)


def _was_ever_given(key: Key) -> bool:
    """Whether a finished movement touched what is free; balances may hold half of the one that fails."""
    return (
        session.scalar(
            select(QuotaPosting.id)
            .join(QuotaAccount, QuotaAccount.id == QuotaPosting.account_id)
            .where(QuotaAccount.key == key, QuotaAccount.role == str(Role.FREE))
            .limit(1)
        )
        is not None
    )


def _size_name(code: str) -> str:
    stage = session.scalar(select(GrowthStage).where(GrowthStage.code == code))
    if stage is None:
        return code
    return stage.name_zh if in_chinese() else stage.name_en
