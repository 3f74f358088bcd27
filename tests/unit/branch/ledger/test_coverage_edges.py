"""Days on record at the edge of a month, a gap and a shop's time; costs and neighbours of a window."""

from datetime import date, timedelta

import pytest

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
from branch.ledger.rules.periods import Period, month_of, twelve_months

DAY = timedelta(days=1)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LAST_OF_MARCH = date(2026, 3, 31)
ALL, PART, NOTHING, NO_SHOP = (
    CoverageState.COMPLETE,
    CoverageState.PARTIAL,
    CoverageState.NONE,
    CoverageState.NO_SHOP,
)


def days(first, last):
    return Days(date(2026, 3, first), date(2026, 3, last))


@pytest.mark.parametrize(
    ("second_begins", "together"), [(9, True), (10, True), (11, True), (17, True), (18, True), (19, False)]
)
def test_two_exports_with_at_most_a_week_between_them_adjoin(second_begins, together):
    spans = joined([days(second_begins, 31), days(1, 10)])
    assert spans == ((days(1, 31),) if together else (days(1, 10), days(second_begins, 31)))


def test_a_span_inside_another_makes_it_no_shorter():
    assert joined([days(1, 20), days(5, 8)]) == (days(1, 20),)
    assert joined([]) == ()
    assert joined([days(1, 5), days(7, 9)], within=0) == (days(1, 5), days(7, 9))
    assert joined([days(1, 5), days(6, 9)], within=0) == (days(1, 9),)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ([days(1, 10)], [days(10, 20)], (days(10, 10),)),
        ([days(1, 10)], [days(11, 20)], ()),
        ([days(1, 31)], [days(5, 6), days(8, 9)], (days(5, 6), days(8, 9))),
        ([], [days(1, 2)], ()),
    ],
)
def test_what_both_cover_is_in_both(one, other, both):
    assert common(one, other) == both
    assert common(other, one) == both


@pytest.mark.parametrize(
    ("spans", "shops", "covered"),
    [
        ({"a": [days(1, 31)], "b": [days(5, 31)]}, ["a", "b"], (days(5, 31),)),
        ({"a": [days(1, 31)]}, ["a", "b"], ()),
        ({"a": [days(1, 31)], "c": [days(5, 31)]}, ["a"], (days(5, 31),)),
        ({"": [days(1, 31)]}, ["a", "b"], (days(1, 31),)),
        ({"": [days(1, 9)], "a": [days(10, 31)]}, ["a"], (days(1, 31),)),
        ({"": [days(1, 9)], "a": [days(10, 31)]}, ["a", "b"], (days(1, 9),)),
        ({"": [days(1, 9)]}, [], (days(1, 9),)),
        ({}, [], ()),
    ],
)
def test_a_channel_is_covered_where_every_shop_of_it_is(spans, shops, covered):
    assert covered_by_all(spans, shops) == covered


@pytest.mark.parametrize(
    ("knowledge", "state"),
    [
        ({"covered": (days(1, 31),)}, ALL),
        ({"covered": (days(1, 30),)}, PART),
        ({"covered": (days(2, 31),)}, PART),
        ({"covered": (days(1, 1),)}, PART),
        ({"covered": (days(31, 31),)}, PART),
        ({"covered": (Days(date(2026, 2, 1), date(2026, 2, 28)),)}, NOTHING),
        ({"covered": (Days(APRIL, date(2026, 4, 30)),)}, NOTHING),
        ({"covered": (Days(date(2026, 2, 1), APRIL),)}, ALL),
        ({"covered": (days(1, 15), days(16, 31))}, ALL),
        ({"covered": (days(1, 15), days(17, 31))}, PART),
        ({}, NOTHING),
        # The shop opened or closed within the month.
        ({"since": date(2026, 3, 10), "covered": (days(10, 31),)}, ALL),
        ({"since": date(2026, 3, 10), "covered": (days(11, 31),)}, PART),
        ({"since": date(2026, 3, 31)}, NOTHING),
        ({"since": APRIL}, NO_SHOP),
        ({"until": date(2026, 3, 10), "covered": (days(1, 10),)}, ALL),
        ({"until": date(2026, 3, 10), "covered": (days(1, 9),)}, PART),
        ({"until": MARCH}, NOTHING),
        ({"until": MARCH - DAY}, NO_SHOP),
        ({"since": date(2026, 3, 10), "until": date(2026, 3, 10), "covered": (days(10, 10),)}, ALL),
        # Records know better than what the grower says.
        ({"used": False}, NO_SHOP),
        ({"used": False, "covered": (days(3, 3),)}, PART),
        ({"used": False, "covered": (days(1, 31),)}, ALL),
        ({"since": APRIL, "covered": (days(31, 31),)}, PART),
        ({"until": MARCH - DAY, "covered": (days(1, 31),)}, ALL),
    ],
)
def test_a_month_is_on_record_whole_in_part_or_not_at_all(knowledge, state):
    assert ChannelKnowledge(**knowledge).state(MARCH) is state


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (MARCH, APRIL, [3]),
        (LAST_OF_MARCH, APRIL, [3]),
        (LAST_OF_MARCH, APRIL + DAY, [3, 4]),
        (MARCH, MARCH, []),
        (date(2025, 12, 5), date(2026, 1, 2), [12, 1]),
    ],
)
def test_months_that_lie_partly_within(since, until, months):
    assert [one.month for one in months_between(since, until)] == months


def covered_map(**channels):
    return CoverageMap(MARCH, APRIL, {7: channels})


WHOLE = ChannelKnowledge(covered=(days(1, 31),))
HALF = ChannelKnowledge(covered=(days(1, 15),))


@pytest.mark.parametrize(
    ("channels", "covered", "missing"),
    [
        ({"shop": WHOLE}, True, {}),
        ({"shop": WHOLE, "taobao": WHOLE}, True, {}),
        ({"shop": WHOLE, "taobao": ChannelKnowledge(used=False)}, True, {}),
        ({"shop": WHOLE, "taobao": HALF}, False, {"taobao": PART}),
        ({"shop": WHOLE, "taobao": ChannelKnowledge()}, False, {"taobao": NOTHING}),
        ({"taobao": ChannelKnowledge(used=False)}, False, {}),
        ({}, False, {}),
    ],
)
def test_all_that_a_grower_sold_is_on_record_when_every_channel_is(channels, covered, missing):
    found = covered_map(**channels)
    for month in (MARCH, LAST_OF_MARCH, Period(2026, 3)):
        assert found.grower_month_covered(7, month) == covered
        assert found.missing(7, month) == missing
    assert not found.grower_month_covered(8, MARCH)
    assert [(row.channel, row.month) for row in found.rows()] == [(one, MARCH) for one in sorted(channels)]


@pytest.mark.parametrize(
    "period", [Period(2026), Period(2026, 3), Period(2026, season=2), Period(2026, span=(3, 2))]
)
def test_a_window_begins_on_its_first_day_and_ends_before_the_next(period):
    months = period.months()
    assert months[0].start == period.start
    assert months[-1].end == period.end == period.last_day + DAY
    assert period.after().start == period.end if period.month or period.kind in {"year", "months"} else True
    assert month_of(period.last_day) == twelve_months(period)[-1]
    assert len(twelve_months(period)) == 12


def test_windows_of_any_kind_are_told_apart():
    windows = [Period(2026), Period(2026, 1), Period(2026, season=1), Period(2026, span=(3, 2)), Period(2025)]
    assert len(set(windows)) == len(windows)
    assert [one.kind for one in windows] == ["year", "month", "season", "months", "year"]
    assert not Period(2026, 3) < Period(2026, 3)
