"""What is sealed of plots and their surveys: the facts, names, and when who recorded, agreed and approved."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from core.database import session
from core.seal import Body, SealSource, bodies_of
from core.seal.service.sealed_rows import SealedRows
from traceability.plots.models.tables import Plot, PlotSurvey, SurveyStand


def plot_subject(plot: Plot) -> str:
    """The plot as the log knows it."""
    return f"plot/{plot.number}"


def plot_body(plot: Plot) -> dict[str, object]:
    """Whose land it is, where, and how large."""
    return {"grower": plot.grower_id, "unit": plot.unit_id, "area_m2": plot.area_m2, "state": plot.state}


def survey_subject(survey: PlotSurvey) -> str:
    """The survey as the log knows it."""
    return f"survey/{survey.number}"


def survey_body(survey: PlotSurvey, plot_number: str, stands: Iterable[SurveyStand]) -> dict[str, object]:
    """What was found, by which account, and how far it is approved; the quota follows from it."""
    return {
        "plot": plot_number,
        "year": survey.year,
        "state": survey.state,
        "area_m2": survey.area_m2,
        "method": survey.method,
        "outline": [[f"{latitude:.6f}", f"{longitude:.6f}"] for latitude, longitude in survey.outline],
        "photo": survey.photo_key,
        "surveyed_at": survey.surveyed_at.isoformat(),
        "accounts": [
            survey.surveyed_by_account_id,
            survey.agreed_by_account_id,
            survey.approved_by_account_id,
        ],
        "stands": sorted(
            [stand.cultivar_group, stand.stage_code, stand.area_m2, stand.plants] for stand in stands
        ),
    }


def _surveys() -> Iterator[tuple[str, Body]]:
    stands: dict[int, list[SurveyStand]] = defaultdict(list)
    for stand in session.scalars(select(SurveyStand)):
        stands[stand.survey_id].append(stand)
    rows = session.execute(
        select(PlotSurvey, Plot.number).join(Plot, Plot.id == PlotSurvey.plot_id).order_by(PlotSurvey.id)
    )
    for survey, number in rows:
        yield survey_subject(survey), survey_body(survey, number, stands[survey.id])


PLOTS = SealSource(
    "plot", bodies_of(select(Plot).order_by(Plot.id), plot_subject, plot_body), tables=("plot",)
)
SURVEYS = SealSource("survey", _surveys, tables=("plot_survey", "survey_stand"))

ROWS = (
    SealedRows(
        "plot_record",
        Plot,
        columns=("number", "recorded_at", "recorded_by_account_id"),
        digests=("name", "place"),
        besides=("grower_id", "unit_id", "area_m2", "state"),
    ),
    SealedRows(
        "survey_record",
        PlotSurvey,
        columns=("number", "recorded_at", "agreed_at", "approved_at"),
        digests=("note", "reason"),
        besides=(
            "plot_id", "year", "state", "area_m2", "method", "outline", "photo_key", "surveyed_at",
            "surveyed_by_account_id", "agreed_by_account_id", "approved_by_account_id",
        ),
    ),
)  # fmt: skip
