from __future__ import annotations

from datetime import date

import pytest

from branch.ledger.periods import Period, month_before, parse_period, twelve_months


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-03", date(2026, 3, 1), date(2026, 4, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_period_is_half_open(text, start, end):
    period = parse_period(text)
    assert (period.start, period.end) == (start, end)
    assert period.key == text


@pytest.mark.parametrize("text", ["2026-13", "2026-3", "26-03", "", "2026-00", "1999", "2026-03-01"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError):
        parse_period(text)


def test_a_year_has_twelve_months_and_compares_with_the_year_before():
    assert [month.key for month in Period(2026).months()][::11] == ["2026-01", "2026-12"]
    assert Period(2026).year_before() == Period(2025)
    assert Period(2026, 2).year_before() == Period(2025, 2)


def test_the_month_before_january_is_december():
    assert month_before(date(2026, 1, 31)) == Period(2025, 12)
    assert month_before(date(2026, 3, 2)) == Period(2026, 2)


def test_figures_stay_preliminary_until_late_refunds_are_in():
    march = Period(2026, 3)
    assert march.is_open(date(2026, 3, 31))
    assert not march.is_open(date(2026, 4, 1))
    assert march.is_preliminary(date(2026, 4, 15))
    assert not march.is_preliminary(date(2026, 4, 16))


def test_twelve_months_end_with_the_window():
    keys = [month.key for month in twelve_months(Period(2026, 3))]
    assert keys == [f"2025-{m:02d}" for m in range(4, 13)] + [f"2026-{m:02d}" for m in range(1, 4)]
    assert twelve_months(Period(2026)) == Period(2026).months()
