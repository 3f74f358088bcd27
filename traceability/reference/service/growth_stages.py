"""The figures that every town starts with: plants per mu by stage, and how many survive.

Densities are the trade's: 0.3 m x 0.3 m for first-year transplants, 0.5 m x 0.5 m for the second and
third year, 2.5 m x 2.5 m once the stem has 3 cm. The shares that survive are a start of our own, not a
published figure; the branch writes its own into the table.
"""

from datetime import UTC, datetime

from sqlalchemy import select

from core import seal
from core.database import session
from traceability.quota.models.sealing import figures_body, figures_subject
from traceability.quota.models.tables import GrowthStage, StageFigures

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)

# code, name_zh, name_en, least ground diameter mm, least height cm, plants per mu, survivors of 1,000
STAGES = (
    ("first_year", "一年生", "first year", 0, 0, 7_400, 900),
    ("second_third", "二至三年生", "second to third year", 5, 40, 2_670, 950),
    ("specimen", "大苗", "specimen", 30, 200, 107, 980),
)


def ensure_stages() -> int:
    """Add the stages and first figures that are missing; how many rows were added."""
    known = set(session.scalars(select(GrowthStage.code)))
    missing = [row for row in enumerate(STAGES, start=1) if row[1][0] not in known]
    for place, (code, zh, en, diameter, height, density, survival) in missing:
        session.add(
            GrowthStage(
                code=code,
                position=place,
                name_zh=zh,
                name_en=en,
                diameter_from_mm=diameter,
                height_from_cm=height,
            )
        )
        figures = StageFigures(
            stage_code=code,
            plants_per_mu=density,
            survival_per_mille=survival,
            valid_from=BEGINNING,
            reason="",
        )
        session.add(figures)
        session.flush()
        seal.append("stage_figures", figures_subject(figures), figures_body(figures))
    return 2 * len(missing)
