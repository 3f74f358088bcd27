"""Seasons, ladders of prices and quantities at the edge of each step; why nothing is for sale, the weightiest first."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shop.catalogue.rules.pricing import (
    MAX_TIERS,
    QuantityRule,
    Tier,
    cheaper_next_tier,
    line_total,
    offer_problems,
    tier_price,
)
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
from shop.catalogue.rules.sellable import reason_not_for_sale

NOON = datetime(2026, 3, 12, 4, tzinfo=UTC)
SPRING, WINTER = Window(Season.SPRING, 8, 14), Window(Season.AUTUMN, 46, 6)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("today", "kind", "starts_on", "ends_on"),
    [
        (date(2026, 2, 15), "window", date(2026, 2, 16), date(2026, 4, 5)),
        (date(2026, 2, 16), "now", date(2026, 2, 16), date(2026, 4, 5)),
        (date(2026, 4, 5), "now", date(2026, 4, 5), date(2026, 4, 5)),
        (date(2026, 4, 6), "window", date(2027, 2, 22), date(2027, 4, 11)),
    ],
)
def test_a_window_opens_on_its_monday_and_closes_after_its_sunday(today, kind, starts_on, ends_on):
    found = next_dispatch([SPRING], today)
    assert (found.kind, found.starts_on, found.ends_on, found.season) == (
        kind,
        starts_on,
        ends_on,
        Season.SPRING,
    )


def test_a_window_over_the_new_year_belongs_to_the_year_in_which_it_began():
    assert WINTER.wraps
    assert not SPRING.wraps
    assert not Window(Season.SPRING, 8, 8).wraps
    assert WINTER.weeks() == [46, 47, 48, 49, 50, 51, 52, 53, 1, 2, 3, 4, 5, 6]
    assert SPRING.weeks() == [8, 9, 10, 11, 12, 13, 14]
    assert WINTER.run_from(2026) == (date(2026, 11, 9), date(2027, 2, 14))
    assert next_dispatch([WINTER], date(2026, 2, 8)).kind == "now"  # the last day of the run of 2025
    assert next_dispatch([WINTER], date(2026, 2, 9)).starts_on == date(2026, 11, 9)


@pytest.mark.parametrize(
    ("today", "kind"),
    [
        (date(2026, 3, 1), "presale"),
        (date(2026, 5, 10), "presale"),
        (date(2026, 5, 11), "window"),
    ],
)
def test_a_promise_counts_until_its_sunday_is_over(today, kind):
    found = next_dispatch([SPRING], today, presale_week=date(2026, 5, 4))
    assert found.kind == kind
    if kind == "presale":
        assert (found.starts_on, found.ends_on) == (date(2026, 5, 4), date(2026, 5, 10))


@pytest.mark.parametrize(
    ("promised", "code"),
    [
        (date(2026, 3, 12) - 7 * DAY, "presale_in_the_past"),
        (date(2026, 3, 12) - 6 * DAY, None),
        (date(2026, 3, 12) + 548 * DAY, None),
        (date(2026, 3, 12) + 549 * DAY, "presale_too_far"),
    ],
)
def test_a_week_is_promised_until_it_is_over_and_not_too_far_ahead(promised, code):
    assert presale_problem(promised, [], date(2026, 3, 12)) == code


@pytest.mark.parametrize(("week", "inside"), [(7, False), (8, True), (14, True), (15, False)])
def test_a_promise_lies_inside_a_window(week, inside):
    code = presale_problem(monday(2027, week), [SPRING], date(2026, 11, 22))
    assert code == (None if inside else "presale_outside_windows")


def test_a_promise_lies_inside_one_of_the_windows():
    windows = [SPRING, WINTER]
    assert presale_problem(monday(2027, 8), windows, date(2026, 11, 22)) is None
    assert presale_problem(monday(2027, 5), windows, date(2026, 11, 22)) is None
    assert presale_problem(monday(2027, 30), windows, date(2026, 11, 22)) == "presale_outside_windows"


@pytest.mark.parametrize(
    ("window", "sound"),
    [((1, 53), True), ((53, 1), True), ((0, 5), False), ((5, 0), False), ((54, 5), False), ((5, 54), False)],
)
def test_weeks_go_from_1_to_53(window, sound):
    faults = [("week_out_of_range", Season.SPRING)]
    assert list(window_problems([Window(Season.SPRING, *window)])) == ([] if sound else faults)


@pytest.mark.parametrize(
    "text", ["2027-W00", "2027-W54", "2027W08", " 2027-W8", "x2027-W08", "2027-W08x", "0000-W08"]
)
def test_what_is_no_week_is_none(text):
    assert parse_week(text) is None


def test_blanks_around_a_week_do_no_harm():
    assert parse_week(" 2027-W08 ") == date(2027, 2, 22)


@pytest.mark.parametrize(
    ("sale_from", "sale_until", "code"),
    [
        (NOON, None, None),
        (NOON + timedelta(microseconds=1), None, "sale_not_begun"),
        (None, NOON, "sale_over"),
        (None, NOON + timedelta(microseconds=1), None),
        (NOON + DAY, NOON - DAY, "sale_not_begun"),
    ],
)
def test_a_sale_begins_with_its_moment_and_ends_before_it(sale_from, sale_until, code):
    assert sale_problem(sale_from, sale_until, NOON) == code


GOOD = {
    "state": "published",
    "grower_admitted": True,
    "licence_valid": True,
    "lot_open": True,
    "sale_from": None,
    "sale_until": None,
}
BAD = [
    ("state", "ended", "ended"),
    ("grower_admitted", False, "grower_left"),
    ("licence_valid", False, "licence_not_valid"),
    ("lot_open", False, "lot_not_saleable"),
    ("state", "paused", "not_published"),
    ("sale_until", NOON, "sale_over"),
]


def test_what_is_in_order_is_for_sale():
    assert reason_not_for_sale(at=NOON, **GOOD) is None


@pytest.mark.parametrize("place", range(len(BAD)))
def test_the_weightiest_reason_is_named_whatever_else_is_wrong(place):
    name, value, reason = BAD[place]
    assert reason_not_for_sale(at=NOON, **(GOOD | {name: value})) == reason
    worse = {other: bad for other, bad, _reason in reversed(BAD[place:])}
    assert reason_not_for_sale(at=NOON, **(GOOD | worse)) == reason


@pytest.mark.parametrize("state", ["draft", "paused"])
def test_only_what_is_published_is_for_sale(state):
    assert reason_not_for_sale(at=NOON, **(GOOD | {"state": state})) == "not_published"


LADDER = (Tier(10, 6_80), Tier(50, 6_00), Tier(100, 5_00))


@pytest.mark.parametrize(
    ("quantity", "price"), [(10, 6_80), (49, 6_80), (50, 6_00), (99, 6_00), (100, 5_00), (10_000, 5_00)]
)
def test_the_highest_tier_that_a_quantity_reaches_counts(quantity, price):
    assert tier_price(LADDER, quantity) == price


@pytest.mark.parametrize(
    ("quantity", "next_from", "total"),
    [
        (10, None, None),
        (44, None, None),  # 299.20; fifty cost 300.00
        (45, 50, 300_00),  # 306.00
        (49, 50, 300_00),
        (50, None, None),
        (83, None, None),  # 498.00; a hundred cost 500.00
        (84, 100, 500_00),
        (100, None, None),
    ],
)
def test_a_hint_is_given_where_more_costs_less(quantity, next_from, total):
    found = cheaper_next_tier(LADDER, quantity)
    assert (found.from_quantity if found else None) == next_from
    if found:
        assert (found.total_minor, found.saves_minor) == (total, line_total(LADDER, quantity) - total)


@pytest.mark.parametrize(
    ("rule", "tier", "codes"),
    [
        ((1, 1), (1, 1), []),
        ((1, 1), (1, 1_000_000_000), []),
        ((1, 1), (1, 0), ["price_out_of_range"]),
        ((1, 1), (1, 1_000_000_001), ["price_out_of_range"]),
        ((10_000_000, 1), (10_000_000, 1), []),
        ((10_000_001, 1), (10_000_001, 1), ["minimum_out_of_range", "quantity_out_of_range"]),
        ((0, 1), (1, 1), ["minimum_out_of_range", "first_line_is_not_minimum"]),
        ((10, 10), (10, 1), []),
        ((10, 0), (10, 1), ["increment_out_of_range"]),
        ((10, 3), (10, 1), ["increment_does_not_divide_minimum", "increment_does_not_divide_line"]),
    ],
)
def test_what_is_offered_lies_within_its_bounds(rule, tier, codes):
    assert [problem.code for problem in offer_problems(QuantityRule(*rule), [Tier(*tier)])] == codes


@pytest.mark.parametrize(
    ("second", "codes"),
    [
        (Tier(20, 5), []),
        (Tier(20, 6), []),
        (Tier(20, 7), ["price_rises"]),
        (Tier(10, 5), ["same_quantity_twice"]),
    ],
)
def test_a_ladder_goes_up_in_quantity_and_not_in_price(second, codes):
    found = offer_problems(QuantityRule(10, 10), [Tier(10, 6), second])
    assert [(problem.code, problem.line) for problem in found] == [(code, 1) for code in codes]


@pytest.mark.parametrize(
    ("lines", "sound"), [(0, False), (1, True), (MAX_TIERS, True), (MAX_TIERS + 1, False)]
)
def test_a_ladder_has_a_line_and_not_too_many(lines, sound):
    ladder = [Tier(number, 100) for number in range(1, lines + 1)]
    assert (offer_problems(QuantityRule(1, 1), ladder) == []) == sound


@pytest.mark.parametrize(
    ("quantity", "allowed", "nearest"),
    [(0, False, 10), (9, False, 10), (10, True, 10), (11, False, 15), (14, False, 15), (15, True, 15)],
)
def test_a_quantity_starts_at_the_minimum_and_goes_on_in_steps(quantity, allowed, nearest):
    rule = QuantityRule(10, 5)
    assert (rule.allows(quantity), rule.nearest(quantity)) == (allowed, nearest)
