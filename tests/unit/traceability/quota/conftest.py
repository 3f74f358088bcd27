"""Two growers whose quota moves."""

from datetime import date

import pytest

from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_lot


@pytest.fixture
def lots(session, at):
    """Two licensed growers with a lot of small plants each, and no quota yet."""
    made = []
    for _ in range(2):
        grower = make_grower(at=at)
        make_licence(grower, at=at, valid_until=date(2028, 1, 1))
        small = {"ground_diameter_mm_min": 6, "ground_diameter_mm_max": 8}
        made.append(make_lot(grower=grower, quota_plants=0, at=at, **small))
    return made
