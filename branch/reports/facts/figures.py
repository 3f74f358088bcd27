"""The arithmetic of a report: totals, comparison, like-for-like, coverage. Pure.

Amounts are whole fen and every split adds up exactly; ratios are `Decimal` and leave rounding to
`wording`. The rungs D1 to D5 are those of the honest-measurement ladder: D1 totals, D2 all growers
against last year, D3 only growers with complete data in both windows, D5 the decomposition.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeVar

from branch.ledger.rules.periods import Period, month_of

# A percentage of a smaller base says more about chance, or about one person, than about trade.
SMALLEST_BASE_MINOR = 1_000_000
FEWEST_LIKE_FOR_LIKE_GROWERS = 10
# Below this share of the sales a like-for-like figure speaks for too few; above it one grower speaks too loud.
LEAST_LIKE_FOR_LIKE_SHARE = Decimal("0.8")
CONCENTRATED = Decimal("0.4")
OWN_SHOP = "shop"

K = TypeVar("K", bound=Hashable)


class Totals(NamedTuple):
    """Sums of sales; amounts in fen."""

    orders: int = 0
    plants: int = 0
    gross_minor: int = 0
    discount_minor: int = 0
    refund_minor: int = 0

    @property
    def net_minor(self) -> int:
        """Goods less discounts less refunds."""
        return self.gross_minor - self.discount_minor - self.refund_minor

    @property
    def average_price_minor(self) -> Decimal | None:
        """Net sales per plant, in fen; None when no plants were sold on balance."""
        return Decimal(self.net_minor) / self.plants if self.plants > 0 else None

    @property
    def refund_rate(self) -> Decimal | None:
        """Refunds over what was paid, or None when nothing was paid."""
        paid = self.gross_minor - self.discount_minor
        return Decimal(self.refund_minor) / paid if paid > 0 else None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in any of them."""
        return self == Totals()

    def __add__(self, other: Totals) -> Totals:  # type: ignore[override]  # of sums, not of tuples
        return Totals(
            self.orders + other.orders,
            self.plants + other.plants,
            self.gross_minor + other.gross_minor,
            self.discount_minor + other.discount_minor,
            self.refund_minor + other.refund_minor,
        )


class MonthRow(NamedTuple):
    """What one grower sold in one month through one channel in one cultivar group ("" when unknown)."""

    grower_id: int
    month: Period
    channel: str
    cultivar_group: str
    totals: Totals


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day on record of one grower's one channel, over all time."""

    grower_id: int
    channel: str
    first_day: date
    last_day: date


def total(rows: Iterable[MonthRow]) -> Totals:
    """The rows added up."""
    return added(row.totals for row in rows)


def added(parts: Iterable[Totals]) -> Totals:
    """The parts added up in plain numbers: there are tens of thousands."""
    orders = plants = gross = discount = refund = 0
    for its_orders, its_plants, its_gross, its_discount, its_refund in parts:
        orders += its_orders
        plants += its_plants
        gross += its_gross
        discount += its_discount
        refund += its_refund
    return Totals(orders, plants, gross, discount, refund)


def grouped(rows: Iterable[MonthRow], key: Callable[[MonthRow], K]) -> dict[K, Totals]:
    """Totals by `key`, largest net sales first, ties in the order of the key."""
    parts: defaultdict[K, list[Totals]] = defaultdict(list)
    for row in rows:
        parts[key(row)].append(row.totals)
    sums = {group: added(group_totals) for group, group_totals in parts.items()}
    return dict(sorted(sums.items(), key=lambda item: (-item[1].net_minor, str(item[0]))))


def within(rows: Iterable[MonthRow], period: Period) -> list[MonthRow]:
    """The rows of the months of `period`."""
    months = set(period.months())
    return [row for row in rows if row.month in months]


def groups_together(rows: Iterable[MonthRow]) -> list[MonthRow]:
    """One row for each grower, month and channel, under no group; rows in order follow upon each other."""
    result: list[MonthRow] = []
    for (grower_id, month, channel), same in groupby(rows, key=itemgetter(0, 1, 2)):
        result.append(MonthRow(grower_id, month, channel, "", added([row.totals for row in same])))
    return result


def channels_together(rows: Iterable[MonthRow]) -> list[MonthRow]:
    """One row for each grower, month and cultivar group, under no channel; months in order follow upon each other."""
    result: list[MonthRow] = []
    for (grower_id, month), same in groupby(rows, key=itemgetter(0, 1)):
        parts: dict[str, Totals] = {}
        for _grower, _month, _channel, group, totals in same:
            parts[group] = parts[group] + totals if group in parts else totals
        result += [
            MonthRow(grower_id, month, "", group, group_totals) for group, group_totals in parts.items()
        ]
    return result


def growth(now: int, before: int, *, smallest_base: int = 1) -> Decimal | None:
    """Relative change, 0.1 for one tenth more; None when the base is below `smallest_base`."""
    return Decimal(now - before) / before if before >= max(smallest_base, 1) else None


def net_growth(now_minor: int, before_minor: int) -> Decimal | None:
    """As `growth`, of amounts in fen: None where the base is too small to be stated."""
    return growth(now_minor, before_minor, smallest_base=SMALLEST_BASE_MINOR)


def share(part: int, whole: int) -> Decimal | None:
    """A part of one; None of a whole that is not positive."""
    return Decimal(part) / whole if whole > 0 else None


def share_shifts(
    now: Collection[MonthRow], before: Collection[MonthRow], key: Callable[[MonthRow], K]
) -> list[tuple[K, Decimal]]:
    """Change of each part's share of net sales, the largest movement first; empty without two wholes."""
    parts_now, parts_before = grouped(now, key), grouped(before, key)
    whole_now, whole_before = total(now).net_minor, total(before).net_minor
    if whole_now <= 0 or whole_before <= 0:
        return []
    nothing = Totals()
    shifts = [
        (
            part,
            Decimal(parts_now.get(part, nothing).net_minor) / whole_now
            - Decimal(parts_before.get(part, nothing).net_minor) / whole_before,
        )
        for part in {**parts_now, **parts_before}
    ]
    return sorted(shifts, key=lambda item: (-abs(item[1]), str(item[0])))


@dataclass(frozen=True, slots=True)
class LikeForLike:
    """Growers with complete data in both windows (rung D3).

    `reason` is set when the comparison must not be published as a percentage: ``window_open``,
    ``too_few_growers`` or ``base_too_small``.
    """

    inside: tuple[int, ...]
    outside: tuple[int, ...]
    now: Totals
    before: Totals
    share_now: Decimal | None
    share_before: Decimal | None
    growth: Decimal | None
    reason: str | None


def complete_growers(
    period: Period, rows: Iterable[MonthRow], spans: Iterable[Span]
) -> tuple[set[int], set[int]]:
    """Who has complete data in `period` and in the same window a year before: (inside, outside).

    A channel's first recorded month counts as partial, because an export may begin in its middle, so
    the record must begin in a month before the earlier window. It must also reach the last month of
    the later one. The own shop records by itself from its first sale, so before that there was nothing
    to record. Every other channel that the grower used in either window has to pass. A grower with nothing in either window is in neither set.
    """
    before = period.year_before()
    used: defaultdict[int, set[str]] = defaultdict(set)
    months = {*period.months(), *before.months()}
    for row in rows:
        if row.month in months:
            used[row.grower_id].add(row.channel)
    recorded = {(span.grower_id, span.channel): span for span in spans}
    inside = {
        grower_id
        for grower_id, channels in used.items()
        if all(_covers(recorded.get((grower_id, channel)), period, before) for channel in channels)
    }
    return inside, set(used) - inside


def _covers(span: Span | None, period: Period, before: Period) -> bool:
    if span is None:
        return False
    if span.channel == OWN_SHOP:
        return True
    begins_before = month_of(span.first_day).start < before.start
    return begins_before and span.last_day >= month_of(period.last_day).start


def like_for_like(
    period: Period, rows: Collection[MonthRow], spans: Iterable[Span], *, is_open: bool = False
) -> LikeForLike:
    """The sales of growers with complete data in both windows, and their change where it may be stated."""
    inside, outside = complete_growers(period, rows, spans)
    rows_now, rows_before = within(rows, period), within(rows, period.year_before())
    now = total(row for row in rows_now if row.grower_id in inside)
    before = total(row for row in rows_before if row.grower_id in inside)
    reason = None
    if is_open:
        reason = "window_open"
    elif len(inside) < FEWEST_LIKE_FOR_LIKE_GROWERS:
        reason = "too_few_growers"
    elif before.net_minor < SMALLEST_BASE_MINOR:
        reason = "base_too_small"
    return LikeForLike(
        inside=tuple(sorted(inside)),
        outside=tuple(sorted(outside)),
        now=now,
        before=before,
        share_now=share(now.net_minor, total(rows_now).net_minor),
        share_before=share(before.net_minor, total(rows_before).net_minor),
        growth=growth(now.net_minor, before.net_minor) if reason is None else None,
        reason=reason,
    )


def rounded(value: Decimal, places: int) -> Decimal:
    """Half-even, and never a negative zero."""
    result = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return abs(result) if result == 0 else result


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many grower-months of a window carry any record, among growers known to sell."""

    growers: int
    months: int
    recorded: int
    silent_by_month: tuple[tuple[Period, int], ...]
    never_recorded: int

    @property
    def possible(self) -> int:
        """Grower-months that could carry a record."""
        return self.growers * self.months

    @property
    def missing(self) -> int:
        """Grower-months without one."""
        return self.possible - self.recorded


def coverage(
    period: Period, rows: Iterable[MonthRow], growers: Collection[int], *, until: Period | None = None
) -> Coverage:
    """Count grower-months without data among `growers`, up to and including the month `until`."""
    months = [month for month in period.months() if until is None or month <= until]
    wanted, known = set(months), set(growers)
    seen = {(row.grower_id, row.month) for row in rows if row.month in wanted and row.grower_id in known}
    return Coverage(
        growers=len(growers),
        months=len(months),
        recorded=len(seen),
        silent_by_month=tuple((m, len(growers) - sum(1 for _, month in seen if month == m)) for m in months),
        never_recorded=len(set(growers) - {grower_id for grower_id, _ in seen}),
    )
