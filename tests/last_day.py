"""A licence that runs through March 2026, and the moments at which it begins and ends to be worth anything.

Its days are days in Shanghai, eight hours ahead: when March is over there, it is still the 31st in Greenwich.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
BEGINS = datetime(2026, 2, 28, 16, tzinfo=UTC)
OVER = datetime(2026, 3, 31, 16, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)
MIDDLE = datetime(2026, 3, 12, 4, tzinfo=UTC)

around_its_days = pytest.mark.parametrize(
    ("moment", "valid"),
    [
        pytest.param(BEGINS - A_MOMENT, False, id="the day before"),
        pytest.param(BEGINS, True, id="its first day"),
        pytest.param(OVER - A_MOMENT, True, id="its last day"),
        pytest.param(OVER, False, id="the day after"),
    ],
)
around_its_end = pytest.mark.parametrize(
    ("moment", "valid"),
    [
        pytest.param(OVER - timedelta(days=1), True, id="its last day begins"),
        pytest.param(OVER - A_MOMENT, True, id="its last day ends"),
        pytest.param(OVER, False, id="the day after begins"),
        pytest.param(OVER + timedelta(hours=8), False, id="the day after in Greenwich"),
    ],
)
