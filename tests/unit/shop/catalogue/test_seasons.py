"""Sale windows and dispatch windows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.catalogue.rules.seasons import (
    Season,
    Window,
    monday,
    next_dispatch,
    parse_week,
    presale_problem,
    sale_problem,
    window_problems,
)

SPRING = Window(Season.SPRING, 8, 14)
AUTUMN = Window(Season.AUTUMN, 44, 50)
WINTER = Window(Season.AUTUMN, 46, 6)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
WINDOWS = st.builds(Window, st.sampled_from(Season), st.integers(1, 53), st.integers(1, 53))


def test_inside_a_window_plants_leave_now():
    dispatch = next_dispatch([SPRING, AUTUMN], date(2026, 3, 12))
    assert (dispatch.kind, dispatch.starts_on, dispatch.ends_on) == (
        "now",
        date(2026, 3, 12),
        date(2026, 4, 5),
    )


def test_in_summer_plants_wait_for_the_autumn_window():
    dispatch = next_dispatch([SPRING, AUTUMN], date(2026, 7, 1))
    assert (dispatch.kind, dispatch.season) == ("window", Season.AUTUMN)
    assert (dispatch.starts_on, dispatch.ends_on) == (date(2026, 10, 26), date(2026, 12, 13))


def test_after_the_last_window_the_next_year_is_named():
    assert next_dispatch([SPRING], date(2026, 11, 22)).starts_on == date(2027, 2, 22)


@pytest.mark.parametrize("day", [date(2026, 11, 20), date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 14)])
def test_a_window_over_the_end_of_the_year_is_one_window(day):
    dispatch = next_dispatch([WINTER], day)
    assert (dispatch.kind, dispatch.ends_on) == ("now", date(2027, 2, 14))


def test_without_windows_plants_leave_any_day():
    dispatch = next_dispatch([], date(2026, 7, 1))
    assert (dispatch.kind, dispatch.starts_on, dispatch.ends_on) == ("any_time", date(2026, 7, 1), None)


def test_a_promised_week_stands_until_it_is_over():
    promised = date(2027, 3, 1)
    assert next_dispatch([SPRING], date(2026, 11, 22), presale_week=promised).kind == "presale"
    assert next_dispatch([SPRING], date(2027, 3, 7), presale_week=promised).kind == "presale"
    assert next_dispatch([SPRING], date(2027, 3, 8), presale_week=promised).kind == "now"


def test_a_year_without_a_week_53_ends_its_window_with_its_last_week():
    assert monday(2026, 53) == date(2026, 12, 28)
    assert monday(2027, 53) == date(2027, 12, 27)
    assert Window(Season.AUTUMN, 50, 53).run_from(2027)[1] == date(2028, 1, 2)


@given(st.lists(WINDOWS, min_size=1, max_size=2), DAYS)
def test_the_next_dispatch_is_never_in_the_past_and_within_a_year(windows, today):
    dispatch = next_dispatch(windows, today)
    assert dispatch.ends_on is not None
    assert today <= dispatch.starts_on <= dispatch.ends_on
    assert dispatch.starts_on <= today + timedelta(days=378)


@given(WINDOWS, DAYS)
def test_now_means_that_this_week_is_in_the_window(window, today):
    week = today.isocalendar().week
    inside = next_dispatch([window], today).kind == "now"
    clamped = 53 in window.weeks() and week == monday(today.isocalendar().year, 53).isocalendar().week
    assert inside == (week in window.weeks() or (clamped and window.from_week == 53))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-W08", date(2027, 2, 22)),
        ("2026-W53", date(2026, 12, 28)),
        ("2027-W53", None),
        ("2027-8", None),
        ("", None),
    ],
)
def test_weeks_are_read_as_the_browser_writes_them(text, day):
    assert parse_week(text) == day


@pytest.mark.parametrize(
    ("promised", "code"),
    [
        (date(2027, 2, 22), None),
        (date(2026, 11, 9), "presale_in_the_past"),
        (date(2029, 2, 19), "presale_too_far"),
        (date(2027, 6, 7), "presale_outside_windows"),
    ],
)
def test_what_may_be_promised(promised, code):
    assert presale_problem(promised, [SPRING], date(2026, 11, 22)) == code


def test_a_week_of_no_year_is_refused():
    assert list(window_problems([Window(Season.SPRING, 0, 14)])) == [("week_out_of_range", Season.SPRING)]
    assert list(window_problems([SPRING, WINTER])) == []


def test_the_sale_window_is_half_open():
    begin, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert sale_problem(begin, end, begin - second) == "sale_not_begun"
    assert sale_problem(begin, end, begin) is None
    assert sale_problem(begin, end, end - second) is None
    assert sale_problem(begin, end, end) == "sale_over"
    assert sale_problem(None, None, begin) is None
