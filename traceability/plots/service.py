"""Recording land."""

from datetime import datetime

from flask_babel import gettext as _

from core import seal
from core.clock import local_year
from core.database import session
from core.errors import Invalid
from core.ids import readable_number
from traceability.plots.models.sealing import plot_body, plot_subject
from traceability.plots.models.tables import Plot
from traceability.plots.queries import PlotView, view

LARGEST_M2 = 100_000_000


def record_plot(
    *,
    grower_id: int,
    unit_id: int,
    name: str,
    area_m2: int,
    at: datetime,
    place: str = "",
    by: int | None = None,
) -> PlotView:
    """Register a piece of land that the grower works.

    Raises:
        Invalid: the area is not between 1 and 100,000,000 square metres.
    """
    if not 1 <= area_m2 <= LARGEST_M2:
        raise Invalid(_("The area must be between 1 m² and 150,000 mu."), code="plot_area")
    plot = Plot(
        number=readable_number("P", local_year(at)),
        grower_id=grower_id,
        unit_id=unit_id,
        name=name,
        place=place,
        area_m2=area_m2,
        recorded_at=at,
        recorded_by_account_id=by,
    )
    session.add(plot)
    session.flush()
    seal.append("plot", plot_subject(plot), plot_body(plot))
    return view(plot)
