"""The sums that a public edition may print, each with what growers contributed to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from branch.ledger.channels import channel_name
from branch.ledger.periods import Period, twelve_months
from branch.reports import figures
from branch.reports.editions.rules import Atom
from branch.reports.evidence import Scope
from branch.reports.figures import MonthRow, Totals

TOTALS, LIKE = "totals", "like_for_like"

# The sums that are not printed: the key of their row, and 0 for this window, 1 for the one a year before.
Hidden = frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Part:
    """One row that the edition may print: its sums of this window and of the one before."""

    key: str
    name: str
    now: Sequence[MonthRow]
    before: Sequence[MonthRow]

    @property
    def totals(self) -> tuple[Totals, Totals]:
        return figures.total(self.now), figures.total(self.before)

    def cells(self) -> tuple[frozenset[Atom], frozenset[Atom]]:
        return _atoms(self.now), _atoms(self.before)


@dataclass(frozen=True)
class Breakdown:
    key: str
    title: str
    first: str
    parts: tuple[Part, ...]


def _atoms(rows: Iterable[MonthRow]) -> frozenset[Atom]:
    return frozenset((row.grower_id, (row.month.key, row.channel, row.cultivar_group)) for row in rows)


def months_of(period: Period, scope: Scope) -> Breakdown:
    def during(month: Period) -> list[MonthRow]:
        return figures.within(scope.evidence.rows, month)

    parts = tuple(
        Part(
            f"months:{month.key}",
            month.key,
            during(month),
            [] if scope.is_open(month) else during(month.year_before()),
        )
        for month in reversed(twelve_months(period))
    )
    return Breakdown("months", _("Net sales of twelve months"), _("Month"), parts)


def breakdowns_of(whole: Part, scope: Scope) -> tuple[Breakdown, ...]:
    villages = {label.village_code: label.village_name for label in scope.growers.values()}

    def group(code: str) -> str:
        return scope.group_name(code) if code else _("Not named")

    def village(row: MonthRow) -> str:
        return scope.growers[row.grower_id].village_code

    return (
        _broken_down(whole, "channels", _("By channel"), _("Channel"), lambda row: row.channel, channel_name),
        _broken_down(
            whole, "cultivar_groups", _("By cultivar group"), _("Cultivar group"),
            lambda row: row.cultivar_group, group,
        ),
        _broken_down(whole, "villages", _("By village"), _("Village"), village, lambda code: villages[code]),
    )  # fmt: skip


def _broken_down(
    whole: Part, key: str, title: str, first: str, of: Callable[[MonthRow], str], name: Callable[[str], str]
) -> Breakdown:
    now, before = figures.grouped(whole.now, of), figures.grouped(whole.before, of)
    codes = [*now, *(code for code in before if code not in now)]
    parts = tuple(
        Part(
            f"{key}:{code}",
            name(code),
            [row for row in whole.now if of(row) == code],
            [row for row in whole.before if of(row) == code],
        )
        for code in codes
    )
    return Breakdown(key, title, first, parts)


def like_for_like_of(period: Period, scope: Scope, whole: Part) -> Part:
    inside = set(scope.like_for_like(period).inside)
    return Part(
        LIKE,
        "",
        [row for row in whole.now if row.grower_id in inside],
        [row for row in whole.before if row.grower_id in inside],
    )
