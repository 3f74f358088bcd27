from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from branch.ledger.rules.periods import Period
from branch.reports.facts import figures
from branch.reports.facts.figures import MonthRow, Span, Totals

MARCH = Period(2026, 3)
LAST_MARCH = Period(2025, 3)


def make_row(grower_id=1, month=MARCH, channel="taobao", group="dangui", **totals):
    return MonthRow(
        grower_id,
        month,
        channel,
        group,
        Totals(**({"gross_minor": 10_000, "plants": 100, "orders": 1} | totals)),
    )


def make_span(grower_id=1, channel="taobao", first=date(2024, 5, 4), last=date(2026, 6, 1)):
    return Span(grower_id, channel, first, last)


# A machine that does other work at the same time is slow to generate; that is no fault of the code.


def test_net_sales_are_gross_less_discounts_less_refunds():
    one = Totals(orders=2, plants=90, gross_minor=10_000, discount_minor=500, refund_minor=950)
    assert one.net_minor == 8_550
    assert one.refund_rate == Decimal(950) / 9_500
    assert one.average_price_minor == Decimal(95)


def test_there_is_no_average_price_without_plants_and_no_refund_rate_without_sales():
    nothing = Totals(refund_minor=5)
    assert nothing.average_price_minor is None
    assert nothing.refund_rate is None


@given(
    st.lists(
        st.builds(
            make_row,
            grower_id=st.integers(1, 5),
            channel=st.sampled_from(["shop", "taobao"]),
            gross_minor=st.integers(0, 10**9),
        )
    )
)
def test_parts_by_channel_sum_to_the_whole(rows):
    by_channel = figures.grouped(rows, lambda row: row.channel)
    assert sum(by_channel.values(), Totals()) == figures.total(rows)
    assert list(by_channel.values()) == sorted(by_channel.values(), key=lambda one: -one.net_minor)


def test_like_for_like_keeps_only_growers_recorded_before_the_earlier_window_began():
    rows = [make_row(1), make_row(1, LAST_MARCH), make_row(2), make_row(2, LAST_MARCH)]
    spans = [make_span(1), make_span(2, first=date(2025, 3, 1))]
    assert figures.complete_growers(MARCH, rows, spans) == ({1}, {2})


def test_a_record_that_stops_before_the_window_ends_is_incomplete_unless_it_is_the_own_shop():
    rows = [make_row(1), make_row(2, channel="shop")]
    spans = [make_span(1, last=date(2026, 2, 28)), make_span(2, "shop", last=date(2026, 2, 28))]
    assert figures.complete_growers(MARCH, rows, spans) == ({2}, {1})


def test_every_channel_in_use_has_to_be_complete():
    rows = [make_row(1), make_row(1, channel="website")]
    spans = [make_span(1), make_span(1, "website", first=date(2026, 3, 9))]
    assert figures.complete_growers(MARCH, rows, spans) == (set(), {1})


def test_an_own_shop_that_opened_in_between_hides_nothing():
    rows = [make_row(1), make_row(1, channel="shop")]
    spans = [make_span(1), make_span(1, "shop", first=date(2026, 3, 9))]
    assert figures.complete_growers(MARCH, rows, spans) == ({1}, set())


def test_a_grower_with_nothing_in_either_window_is_not_counted():
    rows = [make_row(1, Period(2025, 7))]
    assert figures.complete_growers(MARCH, rows, [make_span(1)]) == (set(), set())


def test_few_growers_get_no_percentage():
    rows = [make_row(g, month) for g in range(1, 10) for month in (MARCH, LAST_MARCH)]
    result = figures.like_for_like(MARCH, rows, [make_span(g) for g in range(1, 10)])
    assert result.reason == "too_few_growers"
    assert result.growth is None


def test_a_small_base_gets_no_percentage():
    rows = [make_row(g, month, gross_minor=100) for g in range(1, 13) for month in (MARCH, LAST_MARCH)]
    assert figures.like_for_like(MARCH, rows, [make_span(g) for g in range(1, 13)]).reason == "base_too_small"


def test_like_for_like_says_how_much_of_the_sales_it_covers():
    rows = [make_row(g, LAST_MARCH, gross_minor=100_000) for g in range(1, 13)]
    rows += [make_row(g, gross_minor=110_000) for g in range(1, 13)] + [make_row(99, gross_minor=440_000)]
    result = figures.like_for_like(MARCH, rows, [make_span(g) for g in range(1, 13)])
    assert result.growth == Decimal("0.1")
    assert result.share_now == Decimal(3) / 4
    assert result.share_before == 1
    assert (len(result.inside), result.outside) == (12, (99,))


def test_growth_needs_a_base():
    assert figures.growth(5, 0) is None
    assert figures.growth(5, -4) is None
    assert figures.growth(150, 100) == Decimal("0.5")
    assert figures.growth(150, 100, smallest_base=101) is None


def test_rounding_never_prints_a_negative_zero():
    assert str(figures.rounded(Decimal("-0.04"), 1)) == "0.0"
    assert str(figures.rounded(Decimal("-0.05"), 1)) == "0.0"
    assert str(figures.rounded(Decimal("-0.15"), 1)) == "-0.2"
    assert str(figures.rounded(Decimal("0.25"), 1)) == "0.2"


def test_coverage_counts_grower_months_without_data_up_to_today():
    rows = [make_row(1, Period(2026, 1)), make_row(1, Period(2026, 2)), make_row(2, Period(2026, 1))]
    result = figures.coverage(Period(2026), rows, {1, 2, 3}, until=Period(2026, 3))
    assert (result.possible, result.recorded, result.missing) == (9, 3, 6)
    assert result.silent_by_month == ((Period(2026, 1), 1), (Period(2026, 2), 2), (Period(2026, 3), 3))
    assert result.never_recorded == 1
