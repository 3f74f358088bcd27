from __future__ import annotations

from datetime import date

import pytest

from branch.ledger.rules.periods import (
    LONGEST_KEY,
    Period,
    between,
    month_before,
    parse_period,
    twelve_months,
)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-03", date(2026, 3, 1), date(2026, 4, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-S1", date(2026, 2, 1), date(2026, 6, 1)),
        ("2026-S2", date(2026, 6, 1), date(2026, 9, 1)),
        ("2026-S3", date(2026, 9, 1), date(2027, 1, 1)),
        ("2026-03..2026-08", date(2026, 3, 1), date(2026, 9, 1)),
        ("2025-11..2026-02", date(2025, 11, 1), date(2026, 3, 1)),
    ],
)
def test_a_period_is_half_open(text, start, end):
    period = parse_period(text)
    assert (period.start, period.end) == (start, end)
    assert period.key == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-13", "2026-3", "26-03", "", "2026-00", "1999", "2026-03-01", "2026-S0", "2026-S4", "2026-s1",
        "2026-05..2026-04", "2026-01..2027-01", "2026..2027", "2026-03..",
    ],
)  # fmt: skip
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


@pytest.mark.parametrize(
    ("first", "last", "key"),
    [
        ("2026-03", "2026-03", "2026-03"),
        ("2026-01", "2026-12", "2026"),
        ("2026-02", "2026-05", "2026-S1"),
        ("2026-06", "2026-08", "2026-S2"),
        ("2026-S3", "2026-S3", "2026-S3"),
        ("2025-09", "2026-02", "2025-09..2026-02"),
        ("2025-02", "2026-01", "2025-02..2026-01"),
    ],
)
def test_the_same_months_have_one_key_however_they_are_named(first, last, key):
    period = between(parse_period(first), parse_period(last))
    assert period.key == key
    assert parse_period(key) == period
    assert len(key) <= LONGEST_KEY


def test_the_seasons_and_january_make_the_year():
    months = [month for season in (1, 2, 3) for month in Period(2026, season=season).months()]
    assert [Period(2026, 1), *months] == list(Period(2026).months())


@pytest.mark.parametrize(
    ("key", "before", "after", "last_year"),
    [
        ("2026-01", "2025-12", "2026-02", "2025-01"),
        ("2026", "2025", "2027", "2025"),
        ("2026-S1", "2025-S3", "2026-S2", "2025-S1"),
        ("2026-S3", "2026-S2", "2027-S1", "2025-S3"),
        ("2026-03..2026-04", "2026-01..2026-02", "2026-05..2026-06", "2025-03..2025-04"),
        ("2025-12..2026-01", "2025-10..2025-11", "2026-02..2026-03", "2024-12..2025-01"),
    ],
)
def test_a_window_has_neighbours_and_a_year_before(key, before, after, last_year):
    period = parse_period(key)
    assert (period.before().key, period.after().key, period.year_before().key) == (before, after, last_year)


def test_windows_sort_by_their_first_day_and_the_shorter_one_first():
    keys = ["2025-12", "2026-01", "2026", "2026-02", "2026-S1", "2026-03", "2026-S2"]
    assert [one.key for one in sorted(parse_period(key) for key in reversed(keys))] == keys
