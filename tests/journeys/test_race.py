"""Many buyers at once for few plants, against a real server; the small sister of `benchmarks/race.py`."""

import pytest

from benchmarks.race import run_race

pytestmark = pytest.mark.slow


def test_exactly_what_is_there_is_sold(database_kind):
    outcome = run_race(database_kind, buyers=24, plants=6, guarded=True)
    assert outcome.exact, outcome.line()


def test_without_the_guard_the_same_race_oversells(database_kind):
    outcome = run_race(database_kind, buyers=24, plants=6, guarded=False)
    assert outcome.oversold, outcome.line()
