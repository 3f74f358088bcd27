"""Money is exact, a day is a day in Shanghai, a page number is never out of hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.clock import local_day, local_moment, month_start, to_shanghai
from core.money import allocate, decimal_text
from core.web.rules.pagination import Page, page_number


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0, "CNY", "0.00"),
        (-5, "CNY", "-0.05"),
        (99, "USD", "0.99"),
        (100, "EUR", "1.00"),
        (-123_456, "HKD", "-1234.56"),
        (-7, "JPY", "-7"),
        (0, "JPY", "0"),
    ],
)
def test_money_is_written_in_the_digits_of_its_currency(amount, currency, text):
    assert decimal_text(amount, currency) == text


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (10, [1, 2], [3, 7]),
        (5, [0, 0], [3, 2]),
        (5, [0, 1], [0, 5]),
        (0, [3, 4], [0, 0]),
        (1, [1, 1, 1], [1, 0, 0]),
        (100, [3, 3, 1], [43, 43, 14]),
    ],
)
def test_shares_go_to_the_largest_remainders_the_earlier_first(total, weights, parts):
    assert allocate(total, weights) == parts


@pytest.mark.parametrize("weights", [[], [1, -1], [-1]])
def test_nothing_and_negative_weights_have_no_shares(weights):
    with pytest.raises(ValueError, match=r"allocate to|not negative"):
        allocate(10, weights)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 11, 15, 59, 59, tzinfo=UTC), date(2026, 3, 11)),
        (datetime(2026, 3, 11, 16, 0, tzinfo=UTC), date(2026, 3, 12)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(moment, day):
    assert local_day(moment) == day
    start, end = local_moment(day), local_moment(day + timedelta(days=1))
    assert start <= moment < end
    assert end - start == timedelta(days=1)
    assert (start.hour, start.tzinfo) == (16, UTC)
    assert (local_day(start), local_day(end)) == (day, day + timedelta(days=1))


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="naive"):
        to_shanghai(datetime(2026, 3, 12, 4))  # noqa: DTZ001 - what must be refused


@pytest.mark.parametrize(
    ("year", "month", "after"),
    [(2026, 1, date(2026, 2, 1)), (2026, 11, date(2026, 12, 1)), (2026, 12, date(2027, 1, 1))],
)
def test_a_month_ends_before_the_first_of_the_next(year, month, after):
    day = date(year, month, 28)
    assert (month_start(day), month_start(day, 1)) == (date(year, month, 1), after)
    assert month_start(after, -1) == date(year, month, 1)


@pytest.mark.parametrize(
    ("total", "number", "pages", "previous", "following"),
    [
        (0, 1, 1, False, False),
        (20, 1, 1, False, False),
        (21, 1, 2, False, True),
        (40, 2, 2, True, False),
        (41, 2, 3, True, True),
    ],
)
def test_a_list_has_as_many_pages_as_it_fills(total, number, pages, previous, following):
    page = Page([], total, number, 20)
    assert (page.pages, page.has_previous, page.has_next) == (pages, previous, following)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (None, 1),
        ("", 1),
        ("0", 1),
        ("1", 1),
        ("2", 2),
        ("10000", 10_000),
        ("10001", 10_000),
        ("9999999", 10_000),
        ("99999999", 1),
        ("-3", 1),
        ("1.5", 1),
        ("x", 1),
    ],
)
def test_anything_that_is_no_page_is_the_first(text, number):
    assert page_number(text) == number
    assert page_number("7", most=5) == 5
