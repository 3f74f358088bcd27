"""Reads of plots."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session, view_of
from core.errors import NotFound
from traceability.plots.models.tables import Plot

M2_PER_MU = 10_000 / 15


@dataclass(frozen=True)
class PlotView:
    """A plot as its grower and the branch see it."""

    id: int
    number: str
    grower_id: int
    unit_id: int
    name: str
    place: str
    area_m2: int
    state: str
    recorded_at: datetime

    @property
    def area_mu(self) -> float:
        """The area in mu, 15 to the hectare."""
        return round(self.area_m2 / M2_PER_MU, 2)


def view(plot: Plot) -> PlotView:
    """The plot as others see it."""
    return view_of(PlotView, plot)


def plots_of_grower(grower_id: int) -> list[PlotView]:
    """Every plot of the grower, the newest first."""
    rows = session.scalars(select(Plot).where(Plot.grower_id == grower_id).order_by(Plot.id.desc()))
    return [view(row) for row in rows]


def get_plot(*, grower_id: int, number: str) -> PlotView:
    """The grower's plot with this number.

    Raises:
        NotFound: the grower has none with it.
    """
    row = session.scalar(select(Plot).where(Plot.grower_id == grower_id, Plot.number == number.upper()))
    if row is None:
        raise NotFound(_("You have no plot with this number."), code="no_such_plot")
    return view(row)
