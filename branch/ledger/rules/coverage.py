"""What is known of a grower's sales, month by month: complete, partial, none, or no shop there. Pure.

A missing month is not a month without sales. An export holds every order between its first and its last record,
so the days in between are covered and those at its edges are not known, unless a neighbouring export, or the
range that the grower chose when he exported, closes them. The own shop records by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from core.clock import month_start

OWN_SHOP = "shop"
# Two exports with at most so many days without a record between them are taken to adjoin: a shop of seedlings
# has weeks without an order, and a range of days that was chosen exactly is stated with the import.
JOIN_WITHIN_DAYS = 7


class CoverageState(StrEnum):
    """How much of one month of one grower's one channel is on record."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NONE = "none"
    NO_SHOP = "no_shop"


class Window(Protocol):
    """Whatever begins on a day: a `Period` of one month."""

    @property
    def start(self) -> date:
        """Its first day."""


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """Days from `first` to `last`, both included."""

    first: date
    last: date


def joined(spans: Iterable[Days], *, within: int = JOIN_WITHIN_DAYS) -> tuple[Days, ...]:
    """The spans in order, those that overlap or lie at most `within` days apart made one."""
    result: list[Days] = []
    for span in sorted(spans):
        if result and (span.first - result[-1].last).days <= within + 1:
            result[-1] = Days(result[-1].first, max(result[-1].last, span.last))
        else:
            result.append(span)
    return tuple(result)


def common(spans: Sequence[Days], other: Sequence[Days]) -> tuple[Days, ...]:
    """The days that lie in both."""
    both = (Days(max(a.first, b.first), min(a.last, b.last)) for a in spans for b in other)
    return tuple(sorted(span for span in both if span.first <= span.last))


def covered_by_all(spans: Mapping[str, Iterable[Days]], shops: Iterable[str]) -> tuple[Days, ...]:
    """The days on which every one of a channel's shops is covered.

    Args:
        spans: by shop; those under "" speak for the channel as a whole.
        shops: the shops that are known; without any, whatever has spans counts together.
    """
    whole = list(spans.get("", ()))
    known = sorted(set(shops) | (spans.keys() - {""}))
    if not known:
        return joined(whole)
    each = [joined([*whole, *spans.get(shop, ())]) for shop in known]
    result = each[0]
    for shop_days in each[1:]:
        result = common(result, shop_days)
    return result


@dataclass(frozen=True, slots=True)
class ChannelKnowledge:
    """What is known of one grower's one channel.

    `used` is False only when the grower says that he does not sell there and nothing speaks against it. `since`
    and `until` are the first and last day of selling there, where known; `covered` are days on record.
    """

    used: bool = True
    since: date | None = None
    until: date | None = None
    covered: tuple[Days, ...] = ()
    declared: bool = False

    def state(self, month: date) -> CoverageState:
        """The state of the month that begins on `month`."""
        after = month_start(month, 1)
        if any(span.first <= month and after <= span.last for span in self.covered):
            return CoverageState.COMPLETE  # as most are, whatever the grower says
        first, last = max(month, self.since or month), min(_before(after), self.until or date.max)
        if not self.used or first > last:
            return self._beside(month, _before(after))
        return _state(self._days_within(first, last), (last - first).days + 1, nothing=CoverageState.NONE)

    def _beside(self, first: date, last: date) -> CoverageState:
        """A month in which nothing was sold here, as far as the grower says; records may know better."""
        return _state(self._days_within(first, last), (last - first).days + 1, nothing=CoverageState.NO_SHOP)

    def _days_within(self, first: date, last: date) -> int:
        return sum(
            (min(span.last, last) - max(span.first, first)).days + 1
            for span in self.covered
            if span.first <= last and first <= span.last
        )


def _state(covered: int, needed: int, *, nothing: CoverageState) -> CoverageState:
    if covered == 0:
        return nothing
    return CoverageState.COMPLETE if covered >= needed else CoverageState.PARTIAL


def _before(day: date) -> date:
    return day - timedelta(days=1)


def months_between(since: date, until: date) -> Iterator[date]:
    """The first days of the months that lie at least partly in [since, until)."""
    month = month_start(since)
    while month < until:
        yield month
        month = month_start(month, 1)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One line of the coverage table."""

    grower_id: int
    channel: str
    month: date
    state: CoverageState


@dataclass(frozen=True)
class CoverageMap:
    """The coverage table of some growers over the months of [since, until).

    `channels_unknown` are growers who have told nothing about where they sell and have registered shops on
    platforms that are not on record: what else they sell cannot be known.
    """

    since: date
    until: date
    known: Mapping[int, Mapping[str, ChannelKnowledge]]
    channels_unknown: frozenset[int] = frozenset()
    _states: dict[tuple[int, str, date], CoverageState] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each month."""
        return tuple(months_between(self.since, self.until))

    def channels_of(self, grower_id: int) -> tuple[str, ...]:
        """The channels of which anything is known, also those that he says he does not use."""
        return tuple(sorted(self.known.get(grower_id, {})))

    def state(self, grower_id: int, channel: str, month: date | Window) -> CoverageState:
        """The state of one month (a `Period` or any day in it); a channel never heard of is no shop."""
        first = month_start(month) if isinstance(month, date) else month.start
        key = (grower_id, channel, first)
        state = self._states.get(key)
        if state is None:
            knowledge = self.known.get(grower_id, {}).get(channel)
            state = knowledge.state(first) if knowledge else CoverageState.NO_SHOP
            self._states[key] = state
        return state

    def grower_month_covered(self, grower_id: int, month: date | Window) -> bool:
        """Whether all that the grower sold in the month is on record: every channel complete or no shop there.

        A month in which he had no shop at all is not covered: there was nothing to record.
        """
        states = {self.state(grower_id, channel, month) for channel in self.known.get(grower_id, {})}
        return CoverageState.COMPLETE in states and states <= {CoverageState.COMPLETE, CoverageState.NO_SHOP}

    def missing(self, grower_id: int, month: date | Window) -> dict[str, CoverageState]:
        """The channels that keep a month from being covered, and how they stand."""
        states = {channel: self.state(grower_id, channel, month) for channel in self.channels_of(grower_id)}
        wrong = {CoverageState.PARTIAL, CoverageState.NONE}
        return {channel: state for channel, state in states.items() if state in wrong}

    def rows(self) -> Iterator[CoverageRow]:
        """The whole table in a fixed order, for an annex, a digest or a map."""
        for grower_id in sorted(self.known):
            for channel in self.channels_of(grower_id):
                for month in self.months:
                    yield CoverageRow(grower_id, channel, month, self.state(grower_id, channel, month))
