"""Reads of surveys: a plot's own, and the lists that the village and the town work through."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.queries.account import display_names
from core.database import session, view_of
from core.errors import NotFound
from core.web.rules.pagination import Page
from traceability.plots.models.tables import Plot, PlotSurvey, SurveyStand
from traceability.plots.queries import PlotView, view
from traceability.plots.states import STANDING, SurveyState, outline_area_m2

PER_PAGE = 30
MISSING = "missing"  # a plot without a survey that stands


@dataclass(frozen=True)
class StandView:
    """A part of a surveyed plot; `plants` is its quota, 0 until the town approved."""

    cultivar_group: str
    stage_code: str
    area_m2: int
    plants: int


@dataclass(frozen=True)
class SurveyView:
    """A survey with the names of the people who took its steps."""

    number: str
    plot_id: int
    year: int
    state: SurveyState
    area_m2: int
    method: str
    outline: tuple[tuple[float, float], ...]
    photo_key: str | None
    note: str
    reason: str
    surveyed_at: datetime
    surveyed_by: str
    agreed_at: datetime | None
    agreed_by: str
    approved_at: datetime | None
    approved_by: str
    stands: tuple[StandView, ...]

    @property
    def outline_area_m2(self) -> int:
        """The area inside the outline, 0 without one."""
        return outline_area_m2(self.outline)

    @property
    def plants(self) -> int:
        """The quota that came of it."""
        return sum(stand.plants for stand in self.stands)


@dataclass(frozen=True)
class SurveyedPlot:
    """A plot in the list of the branch, with its survey of the year."""

    plot: PlotView
    survey: SurveyView | None


def surveys_of_plot(plot_id: int) -> list[SurveyView]:
    """The plot's surveys, the newest first."""
    rows = session.scalars(
        select(PlotSurvey).where(PlotSurvey.plot_id == plot_id).order_by(PlotSurvey.id.desc())
    )
    return _views(list(rows))


def standing_surveys(plot_ids: Collection[int], *, year: int) -> dict[int, SurveyView]:
    """The surveys of a year that were not returned, by plot."""
    rows = session.scalars(
        select(PlotSurvey).where(
            PlotSurvey.plot_id.in_(list(plot_ids)),
            PlotSurvey.year == year,
            PlotSurvey.state.in_(sorted(STANDING)),
        )
    )
    return {survey.plot_id: survey for survey in _views(list(rows))}


def get_plot_by_number(number: str) -> PlotView:
    """Anybody's plot with this number.

    Raises:
        NotFound: there is none.
    """
    row = session.scalar(select(Plot).where(Plot.number == number.strip().upper()))
    if row is None:
        raise NotFound(_("There is no plot with this number."), code="no_such_plot")
    return view(row)


def plots_at_work(
    unit_ids: Iterable[int], *, year: int, state: str, page: int
) -> tuple[Page[SurveyedPlot], Counter[str]]:
    """Open plots of these units whose survey of the year is in `state`, and how many are in each."""
    standing = (
        select(PlotSurvey.plot_id, PlotSurvey.state)
        .where(PlotSurvey.year == year, PlotSurvey.state.in_(sorted(STANDING)))
        .subquery()
    )
    rows = session.execute(
        select(Plot.id, standing.c.state)
        .outerjoin(standing, standing.c.plot_id == Plot.id)
        .where(Plot.unit_id.in_(list(unit_ids)), Plot.state == "open")
        .order_by(Plot.id)
    ).all()
    counts = Counter(plot_state or MISSING for _plot_id, plot_state in rows)
    wanted = [plot_id for plot_id, plot_state in rows if (plot_state or MISSING) == state]
    shown = wanted[(page - 1) * PER_PAGE : page * PER_PAGE]
    plots = {row.id: view(row) for row in session.scalars(select(Plot).where(Plot.id.in_(shown)))}
    surveys = standing_surveys(shown, year=year)
    items = [SurveyedPlot(plots[plot_id], surveys.get(plot_id)) for plot_id in shown]
    return Page(items, total=len(wanted), number=page, size=PER_PAGE), counts


def _views(rows: list[PlotSurvey]) -> list[SurveyView]:
    stands: dict[int, list[StandView]] = defaultdict(list)
    for stand in session.scalars(
        select(SurveyStand)
        .where(SurveyStand.survey_id.in_([row.id for row in rows]))
        .order_by(SurveyStand.id)
    ):
        stands[stand.survey_id].append(view_of(StandView, stand))
    names = display_names(
        account_id
        for row in rows
        for account_id in (row.surveyed_by_account_id, row.agreed_by_account_id, row.approved_by_account_id)
    )
    return [
        view_of(
            SurveyView,
            row,
            state=SurveyState(row.state),
            outline=tuple((latitude, longitude) for latitude, longitude in row.outline),
            surveyed_by=names[row.surveyed_by_account_id],
            agreed_by=names[row.agreed_by_account_id],
            approved_by=names[row.approved_by_account_id],
            stands=tuple(stands[row.id]),
        )
        for row in rows
    ]
