"""Which months are known: a missing month is never a month without sales."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branch.ledger.rules.coverage import (
    ChannelKnowledge,
    CoverageMap,
    CoverageState,
    Days,
    common,
    covered_by_all,
    joined,
    months_between,
)
from branch.ledger.rules.periods import Period

COMPLETE, PARTIAL, NONE, NO_SHOP = CoverageState
JAN, FEB, MAR, APR = (date(2026, month, 1) for month in range(1, 5))
TO_MARCH = Days(date(2026, 1, 5), date(2026, 3, 20))


def states(knowledge, *months):
    return [knowledge.state(month) for month in months]


def test_an_export_covers_the_months_between_its_first_and_its_last_record():
    one_file = ChannelKnowledge(covered=(TO_MARCH,))
    assert states(one_file, date(2025, 12, 1), JAN, FEB, MAR, APR) == [NONE, PARTIAL, COMPLETE, PARTIAL, NONE]


def test_a_later_file_closes_the_last_month_of_an_earlier_one():
    both = ChannelKnowledge(covered=joined([TO_MARCH, Days(date(2026, 3, 18), date(2026, 5, 2))]))
    assert states(both, MAR, APR) == [COMPLETE, COMPLETE]


def test_an_earlier_file_closes_the_first_month_of_a_later_one():
    both = ChannelKnowledge(covered=joined([TO_MARCH, Days(date(2025, 11, 2), date(2026, 1, 5))]))
    assert states(both, date(2025, 11, 1), JAN) == [PARTIAL, COMPLETE]


def test_a_range_chosen_at_export_covers_whole_months():
    assert states(ChannelKnowledge(covered=(Days(JAN, date(2026, 3, 31)),)), JAN, FEB, MAR) == [COMPLETE] * 3


@pytest.mark.parametrize(
    ("days", "number"), [(1, 1), (7, 1), (8, 2)], ids=["the next day", "a quiet week", "longer than a week"]
)
def test_files_adjoin_over_a_quiet_week_and_not_over_more(days, number):
    second = Days(date(2026, 3, 21 + days), date(2026, 4, 30))
    assert len(joined([TO_MARCH, second])) == number


def test_months_before_the_shop_opened_are_no_shop_and_its_first_month_counts_from_its_first_day():
    opened = ChannelKnowledge(since=date(2026, 2, 10), covered=(Days(date(2026, 2, 10), date(2026, 3, 31)),))
    assert states(opened, JAN, FEB, MAR, APR) == [NO_SHOP, COMPLETE, COMPLETE, NONE]


def test_months_after_the_shop_closed_are_no_shop():
    closed = ChannelKnowledge(until=date(2026, 2, 10), covered=(Days(JAN, date(2026, 2, 10)),))
    assert states(closed, JAN, FEB, MAR) == [COMPLETE, COMPLETE, NO_SHOP]


def test_a_platform_that_is_used_without_imports_is_none():
    assert states(ChannelKnowledge(since=FEB), JAN, FEB) == [NO_SHOP, NONE]


def test_a_platform_that_he_says_he_does_not_use_is_no_shop_unless_records_know_better():
    assert ChannelKnowledge(used=False).state(JAN) is NO_SHOP
    assert ChannelKnowledge(used=False, covered=(TO_MARCH,)).state(JAN) is PARTIAL


def test_two_shops_on_one_platform_must_both_be_on_record():
    spans = {"a": [Days(JAN, date(2026, 3, 31))], "b": [Days(FEB, date(2026, 2, 28))]}
    knowledge = ChannelKnowledge(covered=covered_by_all(spans, ["a", "b"]))
    assert states(knowledge, JAN, FEB, MAR) == [NONE, COMPLETE, NONE]
    assert covered_by_all({"a": spans["a"]}, ["a", "b"]) == ()


def test_records_of_the_whole_channel_speak_for_each_of_its_shops():
    assert covered_by_all({"": [TO_MARCH]}, ["a", "b"]) == (TO_MARCH,)


def table(**channels):
    return CoverageMap(JAN, date(2026, 4, 1), {1: channels})


def test_a_grower_s_month_is_covered_when_every_channel_is_complete_or_no_shop():
    own = ChannelKnowledge(since=FEB, covered=(Days(FEB, date.max),))
    taobao = ChannelKnowledge(covered=(Days(JAN, date(2026, 2, 28)),))
    known = table(shop=own, taobao=taobao, jd=ChannelKnowledge(used=False))
    assert [known.grower_month_covered(1, month) for month in known.months] == [True, True, False]
    assert known.missing(1, MAR) == {"taobao": NONE}
    assert known.channels_of(1) == ("jd", "shop", "taobao")


def test_a_month_in_which_he_had_no_shop_at_all_is_not_covered():
    assert not table(taobao=ChannelKnowledge(since=FEB)).grower_month_covered(1, JAN)


def test_a_grower_or_channel_never_heard_of_is_not_covered():
    assert table().state(1, "taobao", JAN) is NO_SHOP
    assert not table().grower_month_covered(2, JAN)


def test_a_month_may_be_given_as_a_period_or_as_any_day_of_it():
    known = table(taobao=ChannelKnowledge(covered=(TO_MARCH,)))
    assert {known.state(1, "taobao", one) for one in (FEB, date(2026, 2, 17), Period(2026, 2))} == {COMPLETE}


def test_the_table_has_a_row_for_every_channel_and_month_in_a_fixed_order():
    rows = list(table(taobao=ChannelKnowledge(covered=(TO_MARCH,))).rows())
    assert [(row.channel, row.month, row.state) for row in rows] == [
        ("taobao", JAN, PARTIAL),
        ("taobao", FEB, COMPLETE),
        ("taobao", MAR, PARTIAL),
    ]


def test_months_run_over_the_end_of_a_year():
    assert list(months_between(date(2025, 12, 9), date(2026, 2, 1))) == [date(2025, 12, 1), JAN]


spans = st.builds(
    lambda start, length: Days(date.fromordinal(738_000 + start), date.fromordinal(738_000 + start + length)),
    st.integers(0, 400),
    st.integers(0, 120),
)


def days_of(found):
    return {day for span in found for day in range(span.first.toordinal(), span.last.toordinal() + 1)}


@given(st.lists(spans, max_size=6))
def test_joined_spans_hold_the_same_days_and_lie_apart(given_spans):
    found = joined(given_spans, within=0)
    assert days_of(found) == days_of(given_spans)
    assert all(one.last.toordinal() + 1 < other.first.toordinal() for one, other in pairwise(found))


@given(st.lists(spans, max_size=4), st.lists(spans, max_size=4))
def test_common_days_are_those_of_both(one, other):
    assert days_of(common(joined(one, within=0), joined(other, within=0))) == days_of(one) & days_of(other)


@given(st.lists(spans, max_size=4), spans)
def test_more_records_never_make_a_month_less_known(some, more):
    order = [NONE, PARTIAL, COMPLETE]
    for month in months_between(date(2021, 1, 1), date(2023, 1, 1)):
        before = ChannelKnowledge(covered=joined(some)).state(month)
        after = ChannelKnowledge(covered=joined([*some, more])).state(month)
        assert order.index(after) >= order.index(before)
