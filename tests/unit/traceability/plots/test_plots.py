"""Plots are registered land of one grower."""

import pytest

from core.database import transaction
from core.errors import Invalid, NotFound
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_plot
from traceability.api import get_plot, plots_of_grower


def test_a_plot_is_found_by_its_grower_only(session):
    with transaction():
        plot, other = make_plot(), make_grower()
    assert get_plot(grower_id=plot.grower_id, number=plot.number) == plot
    assert plots_of_grower(plot.grower_id) == [plot]
    assert plot.area_mu == pytest.approx(3.0)
    with pytest.raises(NotFound):
        get_plot(grower_id=other.id, number=plot.number)


@pytest.mark.parametrize("area", [0, -1, 100_000_001])
def test_an_impossible_area_is_refused(session, area):
    with transaction(), pytest.raises(Invalid):
        make_plot(area_m2=area)
