"""Verbs of surveys: somebody measures, the village agrees, the town approves, and the approval becomes quota; reminders at the turn of the year."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core import seal
from core.accounts.models.account import Account
from core.accounts.service.notifying import notify_accounts
from core.clock import local_year
from core.database import locked, session
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import readable_number
from core.settings import current_settings
from core.sweeps import claimable
from core.transitions import require_reason
from traceability.lots.models.tables import CultivarGroup
from traceability.plots.models.sealing import plot_body, plot_subject, survey_body, survey_subject
from traceability.plots.models.tables import Plot, PlotSurvey, SurveyStand
from traceability.plots.service import LARGEST_M2
from traceability.plots.states import STANDING, Decision, Method, SurveyState, after
from traceability.quota.queries.ledger import stages
from traceability.quota.service.accounting import approve_land

SURVEY = branch.TwoPersons(
    own=lambda: Forbidden(
        _("Another person than those who measured and agreed has to do this."), code="same_person"
    ),
    earlier=lambda survey: [survey.surveyed_by_account_id, survey.agreed_by_account_id],
)


@dataclass(frozen=True)
class Stand:
    """One cultivar group in one stage on a part of a plot."""

    cultivar_group: str
    stage_code: str
    area_m2: int


@dataclass(frozen=True)
class NewSurvey:
    """What was found on a plot; `outline` holds corners as latitude and longitude."""

    year: int
    area_m2: int
    stands: Sequence[Stand]
    method: str = Method.TAPE
    outline: Sequence[tuple[float, float]] = ()
    photo_key: str | None = None
    note: str = ""


def record_survey(
    plot_id: int, new_survey: NewSurvey, *, surveyed_at: datetime, at: datetime, by: int
) -> str:
    """Record what `by` found on a plot; its number. Nothing is approved by it yet.

    Raises:
        Invalid: naming every field that breaks a rule.
        Conflict: the plot has a survey of that year that stands (`survey_stands`).
        NotFound: there is no such plot.
    """
    plot = session.get(Plot, plot_id, with_for_update=True)
    if plot is None:
        raise NotFound(_("There is no plot with this number."), code="no_such_plot")
    _check(new_survey, surveyed_at=surveyed_at, at=at)
    standing = select(PlotSurvey.number).where(
        PlotSurvey.plot_id == plot_id,
        PlotSurvey.year == new_survey.year,
        PlotSurvey.state.in_(sorted(STANDING)),
    )
    if (number := session.scalar(standing)) is not None:
        raise Conflict(
            _("Survey %(number)s of this year stands; it would have to be returned first.", number=number),
            code="survey_stands",
        )
    survey = PlotSurvey(
        number=readable_number("S", new_survey.year),
        plot_id=plot_id,
        year=new_survey.year,
        state=str(SurveyState.SURVEYED),
        area_m2=new_survey.area_m2,
        method=str(new_survey.method),
        outline=[list(corner) for corner in new_survey.outline],
        photo_key=new_survey.photo_key,
        note=new_survey.note.strip(),
        surveyed_at=surveyed_at,
        surveyed_by_account_id=by,
        recorded_at=at,
    )
    session.add(survey)
    session.flush()
    session.add_all(
        SurveyStand(
            survey_id=survey.id,
            cultivar_group=stand.cultivar_group,
            stage_code=stand.stage_code,
            area_m2=stand.area_m2,
        )
        for stand in new_survey.stands
    )
    session.flush()
    _seal(survey.id)
    return survey.number


def decide(
    plot_id: int, number: str, decision: Decision, *, at: datetime, by: int, reason: str = ""
) -> SurveyState:
    """Agree (village), approve (town) or return a survey of a plot; approval credits the quota of its year.

    The caller checks that `by` holds the permission for the step in the plot's unit.

    Raises:
        NotFound: there is no such survey of this plot.
        Conflict: its state does not allow that now (`survey_state`).
        Forbidden: `by` took an earlier step of it (`same_person`), or works for the plot's grower (`own_grower`).
        Invalid: a return without a reason.
    """
    survey = locked(PlotSurvey, PlotSurvey.number == number.strip().upper(), PlotSurvey.plot_id == plot_id)
    if survey is None:
        raise NotFound(_("There is no survey with this number."), code="no_such_survey")
    target = after(survey.state, decision)
    if target is None:
        raise Conflict(_("The state of the survey does not allow that now."), code="survey_state")
    if decision is Decision.RETURN:
        require_reason(reason, _("Say why the survey is returned; who measured will read it."))
    else:
        grower_id = session.scalar(select(Plot.grower_id).where(Plot.id == plot_id))
        SURVEY.require_another(survey, by, grower_id=grower_id)
    survey.state, survey.reason = str(target), reason.strip()
    if decision is Decision.AGREE:
        survey.agreed_at, survey.agreed_by_account_id = at, by
    if decision is Decision.APPROVE:
        survey.approved_at, survey.approved_by_account_id = at, by
    session.flush()
    if decision is Decision.APPROVE:
        _credit(survey, at=at, by=by)
    _seal(survey.id)
    return target


def approve_surveys(
    surveys: Iterable[tuple[int, NewSurvey]], *, surveyor: int, village: int, town: int, at: datetime
) -> None:
    """Record surveys (plot ids with what was found) and take each through both steps, for a town that is set up at once."""
    for plot_id, new_survey in surveys:
        number = record_survey(plot_id, new_survey, surveyed_at=at, at=at, by=surveyor)
        decide(plot_id, number, Decision.AGREE, at=at, by=village)
        decide(plot_id, number, Decision.APPROVE, at=at, by=town)


def _credit(survey: PlotSurvey, *, at: datetime, by: int) -> None:
    """The measured area becomes the plot's, and what stands on it becomes quota."""
    plot = session.get_one(Plot, survey.plot_id)
    plot.area_m2 = survey.area_m2
    stands = session.scalars(select(SurveyStand).where(SurveyStand.survey_id == survey.id)).all()
    # In the order in which everybody locks accounts of quota.
    for stand in sorted(stands, key=lambda stand: (stand.cultivar_group, stand.stage_code)):
        stand.plants = approve_land(
            grower_id=plot.grower_id,
            unit_id=plot.unit_id,
            cultivar_group=stand.cultivar_group,
            stage_code=stand.stage_code,
            area_m2=stand.area_m2,
            year=survey.year,
            reference=f"survey/{survey.number}",
            at=at,
            by=by,
        )
    session.flush()
    seal.append("plot", plot_subject(plot), plot_body(plot))


def _check(new_survey: NewSurvey, *, surveyed_at: datetime, at: datetime) -> None:
    wrong: dict[str, str] = {}
    if not 1 <= new_survey.area_m2 <= LARGEST_M2:
        wrong["area"] = _("The area must be between 1 m² and 150,000 mu.")
    if new_survey.method not in set(Method):
        wrong["method"] = _("Choose how the area was measured.")
    if new_survey.year not in {local_year(at), local_year(at) + 1}:
        wrong["year"] = _("A survey is for this year or the next.")
    if surveyed_at > at:
        wrong["surveyed_on"] = _("The day of the survey lies in the future.")
    pairs = [(stand.cultivar_group, stand.stage_code) for stand in new_survey.stands]
    groups = set(session.scalars(select(CultivarGroup.code)))
    codes = {stage.code for stage in stages(at=at)}
    if not pairs:
        wrong["stands"] = _("Say what stands on the plot.")
    elif len(set(pairs)) != len(pairs):
        wrong["stands"] = _("Write each cultivar group and stage once.")
    elif any(group not in groups or code not in codes for group, code in pairs):
        wrong["stands"] = _("Choose a cultivar group and how far the plants have grown.")
    elif any(stand.area_m2 < 1 for stand in new_survey.stands) or (
        sum(stand.area_m2 for stand in new_survey.stands) > new_survey.area_m2
    ):
        wrong["stands"] = _("The parts of the plot are larger than the plot.")
    if wrong:
        raise Invalid(" ".join(wrong.values()), code="invalid_survey", fields=wrong)


def _seal(survey_id: int) -> None:
    survey = session.get_one(PlotSurvey, survey_id)
    plot = session.get_one(Plot, survey.plot_id)
    stands = session.scalars(select(SurveyStand).where(SurveyStand.survey_id == survey_id)).all()
    seal.append("survey", survey_subject(survey), survey_body(survey, plot.number, stands))


REMINDING = "traceability.plots.remind_of_growth"


def plots_without_survey(year: int) -> Counter[int]:
    """By unit, how many open plots were approved for the year before and have no survey of this one."""
    before, now_standing = (
        select(PlotSurvey.plot_id).where(
            PlotSurvey.year == year - 1, PlotSurvey.state == str(SurveyState.APPROVED)
        ),
        select(PlotSurvey.plot_id).where(PlotSurvey.year == year, PlotSurvey.state.in_(sorted(STANDING))),
    )
    rows = session.scalars(
        select(Plot.unit_id).where(Plot.state == "open", Plot.id.in_(before), Plot.id.not_in(now_standing))
    )
    return Counter(rows)


def people_to_remind(*, at: datetime) -> list[int]:
    """Accounts with a role anywhere, when a plot waits for this year's survey; for the sweep."""
    if not plots_without_survey(local_year(at)):
        return []
    people = {member.account_id for member in branch.members_of(branch.all_units())}
    active = select(Account.id).where(
        Account.id.in_(people), Account.active, claimable(REMINDING, Account.id, at=at)
    )
    return list(session.scalars(active.order_by(Account.id)))


def remind_of_growth(account_id: int, *, at: datetime) -> int:
    """Tell one person how many plots wait where this account surveys; how many messages were queued.

    The quota of a year ends with it; what grew on stands in the new survey by its stage, so growth into the
    next size class is proposed plot by plot and confirmed by whoever measures. Once a year and person.
    """
    year = local_year(at)
    here = {unit.id for unit in branch.units_where(account_id, "plots.survey")}
    plots = sum(count for unit_id, count in plots_without_survey(year).items() if unit_id in here)
    if not plots:
        return 0
    settings = current_settings()
    return notify_accounts(
        [account_id],
        "plots_to_survey",
        {
            "year": year,
            "plots": plots,
            "url": f"{settings.base_url}/branch/plots?state=missing",
            "growth_url": f"{settings.base_url}/branch/quota/growth"
            if branch.units_where(account_id, "quota.decide")
            else "",
        },
        key=f"growth:{year}",
        at=at,
    )
