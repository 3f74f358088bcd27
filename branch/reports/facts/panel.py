"""From monthly sums, coverage and the register's dates to the panel that the estimators read. Pure.

A month that is not covered is missing, never zero; a covered month without sales is zero. A grower whose
other channels are not known is left out and counted: what was sold there could have moved to the own shop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from branch.ledger.rules.periods import Period, month_of
from core.clock import month_start, months_apart

if TYPE_CHECKING:
    from branch.uplift.panel import Panel

FEN_PER_YUAN = 100


@dataclass(frozen=True, slots=True)
class PanelGrower:
    """A grower of the unit: first licensed day (None when never), and whether all channels are known."""

    grower_id: int
    authorised_on: date | None
    channels_known: bool


class PanelCell(NamedTuple):
    """Net sales of one grower in one covered month over all channels, in fen."""

    grower_id: int
    month: Period
    net_minor: int


@dataclass(frozen=True)
class BuiltPanel:
    """The panel with what its rows and columns stand for, and who is not in it.

    `channels_unknown` and `never_covered` are growers left out; of the former, `authorised_unknown` are authorised
    by the end of the panel.
    """

    panel: Panel
    grower_ids: tuple[int, ...]
    months: tuple[Period, ...]
    channels_unknown: int
    authorised_unknown: int
    never_covered: int

    def columns(self, months: Iterable[Period]) -> slice:
        """The columns of consecutive `months`; those before the panel's first month are cut off."""
        wanted = sorted(set(months) & set(self.months))
        if not wanted:
            return slice(0, 0)
        return slice(self.months.index(wanted[0]), self.months.index(wanted[-1]) + 1)


def build_panel(
    growers: Sequence[PanelGrower], cells: Iterable[PanelCell], *, last: Period
) -> BuiltPanel | None:
    """The panel from the first covered month up to `last`; None when no month of any known grower is covered.

    Cells of the same grower and month are added up.
    """
    # numpy takes its time to load; only who builds a report waits for it.
    import numpy as np

    from branch.uplift.panel import Panel

    known = {grower.grower_id: grower for grower in growers if grower.channels_known}
    given = tuple(cells)
    # Months are held against each other once each, not once for every cell.
    until = {month for month in {cell.month for cell in given} if month <= last}
    sums: dict[tuple[int, Period], int] = {}
    for grower_id, month, net_minor in given:
        if grower_id in known and month in until:
            key = (grower_id, month)
            sums[key] = sums.get(key, 0) + net_minor
    if not sums:
        return None
    months = months_between(min({month for _grower, month in sums}), last)
    rows = sorted({grower_id for grower_id, _month in sums})
    outcome = np.full((len(rows), len(months)), np.nan)
    place = {month: column for column, month in enumerate(months)}
    row_of = {grower_id: row for row, grower_id in enumerate(rows)}
    for (grower_id, month), net_minor in sums.items():
        outcome[row_of[grower_id], place[month]] = net_minor / FEN_PER_YUAN
    starts = [_start(known[grower_id].authorised_on, months) for grower_id in rows]
    unknown = [grower for grower in growers if not grower.channels_known]
    return BuiltPanel(
        panel=Panel(outcome, np.array(starts, dtype=np.int64), months[0].start.month),
        grower_ids=tuple(rows),
        months=months,
        channels_unknown=len(unknown),
        authorised_unknown=sum(
            grower.authorised_on is not None and month_of(grower.authorised_on) <= last for grower in unknown
        ),
        never_covered=len(known) - len(rows),
    )


def months_between(first: Period, last: Period) -> tuple[Period, ...]:
    """The calendar months from `first` to `last`, both counted in."""
    count = months_apart(first.start, last.end)
    return tuple(month_of(month_start(first.start, number)) for number in range(count))


def _start(authorised_on: date | None, months: Sequence[Period]) -> int:
    """The column of the first authorised month: negative before the panel, its length when never or later."""
    if authorised_on is None:
        return len(months)
    return min(months_apart(months[0].start, authorised_on), len(months))
