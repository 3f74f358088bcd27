"""Plots, lots, codes and papers for tests."""

from datetime import UTC, datetime
from typing import Any

from branch.api import GrowerView
from core.clock import local_year, now
from tests.factories.accounts import make_account
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from traceability.api import (
    IssuedCodes,
    LotView,
    NewLot,
    PlotView,
    activate_batch,
    bind_codes,
    ensure_reference_data,
    issue_codes,
    record_lot,
    record_plot,
)
from traceability.quota.queries.ledger import key_of_lot
from traceability.quota.service import accounting as quota
from traceability.surveys.queries import surveys_of_plot
from traceability.surveys.service import NewSurvey, Stand, approve_surveys

AT = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)


def make_plot(*, grower: GrowerView | None = None, at: datetime = AT, **values: Any) -> PlotView:
    """A plot of 3 mu."""
    grower = grower or make_grower(at=at)
    given = {"name": "东坡", "area_m2": 2_000, "place": "竹影村东"}
    return record_plot(grower_id=grower.id, unit_id=grower.unit_id, at=at, **(given | values))


def make_lot(
    *,
    grower: GrowerView | None = None,
    plot: PlotView | None = None,
    at: datetime = AT,
    quota_plants: int = 1_000_000,
    **values: Any,
) -> LotView:
    """500 orange-red osmanthus of 8 cm ground diameter with a root ball, and quota for `quota_plants`."""
    ensure_reference_data()
    plot = plot or make_plot(grower=grower, at=at)
    given: dict[str, Any] = {
        "cultivar_group": "dangui",
        "cultivar": "朱砂丹桂",
        "propagation": "grafting",
        "root": "root_ball",
        "origin": "湖北省咸宁市咸安区桂花镇",
        "quantity": 500,
        "age_code": "6(8)-3",
        "height_cm_min": 300,
        "height_cm_max": 320,
        "ground_diameter_mm_min": 80,
        "ground_diameter_mm_max": 84,
        "grade": "I",
    }
    lot = record_lot(grower_id=plot.grower_id, plot_id=plot.id, lot=NewLot(**(given | values)), at=at)
    if quota_plants and (lot.ground_diameter_mm_max or lot.height_cm_max):
        grant_quota(lot, quota_plants, at=at)
    return lot


def grant_quota(lot: LotView, plants: int = 1_000_000, *, at: datetime = AT) -> None:
    """Quota for the lot in the year of `at` and in the year of the test run."""
    for year, moment in {local_year(moment): moment for moment in (now(), at)}.items():
        key = key_of_lot(lot.id, at=moment)
        quota.approve(key, plants, reference=f"test/{year}", at=at, by=None)


def make_codes(
    *,
    lot: LotView | None = None,
    level: str = "unit",
    count: int = 3,
    plants_per_code: int = 1,
    active: bool = True,
    licensed: bool = True,
    at: datetime = AT,
    **lot_values: Any,
) -> IssuedCodes:
    """A batch of codes with its plain codes, activated unless told otherwise; licenses the grower first."""
    if lot is None:
        lot = make_lot(at=at, **lot_values)
        if licensed:
            make_licence(lot.grower_id, at=at)
    issued = issue_codes(lot.id, level, count, plants_per_code, at=at, by=None)
    if active:
        activate_batch(issued.batch.number, grower_id=lot.grower_id, at=at, by=None)
    return issued


def ship(
    issued: IssuedCodes, *, consignment: str = "C-2026-AAAAAAA", at: datetime = AT, **values: Any
) -> None:
    """Send all codes of a batch to Zhejiang."""
    given: dict[str, Any] = {
        "consignment_number": consignment,
        "order_number": "GY-2026-AAAAAAA",
        "grower_id": issued.batch.grower_id,
        "codes": [one.code for one in issued.codes],
        "destination_province": "浙江省",
        "seller": "竹影苗圃",
    }
    bind_codes(at=at, **(given | values))


def approve_plot(
    plot: PlotView, *stands: Stand, people: tuple[int, int, int] | None = None, at: datetime = AT
) -> str:
    """Survey a plot and take it through village and town; three mu of eight-centimetre trees unless told otherwise."""
    surveyor, village, town = people or tuple(make_account(at=at).id for _ in range(3))
    found = NewSurvey(
        year=local_year(at),
        area_m2=plot.area_m2,
        stands=stands or (Stand("dangui", "specimen", plot.area_m2),),
    )
    approve_surveys([(plot.id, found)], surveyor=surveyor, village=village, town=town, at=at)
    return surveys_of_plot(plot.id)[0].number
