"""Plots, lots and papers for tests."""

from datetime import UTC, datetime
from typing import Any

from branch.api import GrowerView
from tests.factories.organisation import make_grower
from traceability.api import LotView, NewLot, PlotView, ensure_reference_data, record_lot, record_plot

AT = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)


def make_plot(*, grower: GrowerView | None = None, at: datetime = AT, **values: Any) -> PlotView:
    """A plot of 3 mu."""
    grower = grower or make_grower(at=at)
    given = {"name": "东坡", "area_m2": 2_000, "place": "竹影村东"}
    return record_plot(grower_id=grower.id, unit_id=grower.unit_id, at=at, **(given | values))


def make_lot(
    *, grower: GrowerView | None = None, plot: PlotView | None = None, at: datetime = AT, **values: Any
) -> LotView:
    """500 orange-red osmanthus of 8 cm ground diameter with a root ball."""
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
    return record_lot(grower_id=plot.grower_id, plot_id=plot.id, lot=NewLot(**(given | values)), at=at)
