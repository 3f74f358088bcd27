"""The sums that a public edition prints, each with what growers contributed to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from branch.ledger.rules.periods import Period, twelve_months
from branch.ledger.wording import channel_name
from branch.reports.facts import coded_sums, figures
from branch.reports.facts.blocks import NET, OF_TOTALS, ORDERS, PLANTS, DisclosureControl
from branch.reports.facts.coded_sums import CodedSum
from branch.reports.facts.evidence import Scope
from branch.reports.facts.figures import MonthRow, Totals, added
from branch.reports.wording import numbers

LIKE = "like_for_like"
Rows = Sequence[MonthRow | CodedSum]


@dataclass(frozen=True)
class Part:
    """One row that the edition may print: its sums of this window and of the one before, and which of them it prints."""

    key: str
    name: str
    now: Rows
    before: Rows
    shown: tuple[bool, bool] = (True, True)

    @property
    def code(self) -> str:
        """Its code within its breakdown."""
        return self.key.partition(":")[2]

    @property
    def totals(self) -> tuple[Totals, Totals]:
        """Its sums of this window and of the one before."""
        return added(row.totals for row in self.now), added(row.totals for row in self.before)

    def printed(self, measure: str) -> tuple[int | None, int | None]:
        """The value of either window; None where it is hidden, and before when there is nothing."""
        now, before = (OF_TOTALS[measure](totals) for totals in self.totals)
        return (now if self.shown[0] else None), (before if self.shown[1] and self.before else None)


@dataclass(frozen=True)
class Breakdown:
    """A table whose rows sum to `whole` in one quantity; what is not shown of a window is printed together."""

    key: str
    title: str
    first: str
    measure: str
    whole: Part
    parts: tuple[Part, ...]

    def rest(self) -> tuple[int | None, int | None]:
        """What the rows that are not shown come to in either window; None when all of them are."""
        whole = self.whole.printed(self.measure)
        remainders: list[int | None] = []
        for place in (0, 1):
            hidden = [part for part in self.parts if not part.shown[place] and (part.now, part.before)[place]]
            shown = sum(part.printed(self.measure)[place] or 0 for part in self.parts)
            value = whole[place]
            remainders.append(value - shown if hidden and value is not None else None)
        return remainders[0], remainders[1]


class Parts:
    """The parts of one edition: what the report's unit sold in its windows, under what the blocks allow."""

    def __init__(self, period: Period, scope: Scope, blocks: DisclosureControl) -> None:
        self.period, self.scope, self.blocks = period, scope, blocks
        self.is_open = scope.is_open(period)
        self.months = (period.months(), () if self.is_open else period.year_before().months())
        # Of a unit below a branch nothing is printed that the branch does not print: its own row there.
        within = blocks.around.within
        codes = sorted({label.village_code for label in scope.growers.values()})
        self.own = [f"villages:{code}" for code in codes] if within else [NET]

    def shown(self, keys: Sequence[str], months: Sequence[Period]) -> bool:
        """Whether sums under these keys may be printed of these months."""
        return self.blocks.may_show(keys, self.scope.growers, months)

    @cached_property
    def whole(self) -> Part:
        """All sales of either window."""
        shown = self.shown(self.own, self.months[0]), self.shown(self.own, self.months[1])
        before = self.scope.before(self.period) if shown[1] else []
        return Part(NET, self.period.key, self.scope.now(self.period), before, shown)

    def twelve(self) -> Breakdown:
        """Net sales of twelve months and of those a year before."""

        def during(month: Period) -> list[MonthRow]:
            return figures.within(self.scope.evidence.rows, month)

        def part(month: Period) -> Part:
            before = month.year_before()
            return Part(
                f"months:{month.key}",
                month.key,
                during(month),
                [] if self.scope.is_open(month) else during(before),
                (self.shown(self.own, [month]), self.shown(self.own, [before])),
            )

        parts = tuple(part(month) for month in twelve_months(self.period))
        return Breakdown("months", _("Net sales of twelve months"), _("Month"), NET, self.whole, parts)

    def breakdowns(self) -> tuple[Breakdown, ...]:
        """The tables that have a row; none below a branch."""
        if self.blocks.around.within:
            return ()
        scope = self.scope
        names = {label.village_code: label.village_name for label in scope.growers.values()}
        rows = scope.now(self.period), self.whole.before
        breakdowns = (
            self._broken_down(
                "channels", _("By channel"), _("Channel"), NET, rows, lambda row: row.channel, channel_name
            ),
            self._broken_down(
                "cultivar_groups", _("By cultivar group"), _("Cultivar group"), NET, rows,
                lambda row: row.cultivar_group, lambda code: scope.group_name(code) if code else _("Not named"),
            ),
            self._broken_down(
                "sizes", _("By size class"), _("Size class"), PLANTS, self._in_windows(scope.evidence.sizes),
                lambda row: row.code, numbers.size_class,
            ),
            self._broken_down(
                "villages", _("By village"), _("Village"), NET, rows,
                lambda row: scope.growers[row.grower_id].village_code, lambda code: names[code],
            ),
            self._broken_down(
                "provinces", _("By province of the buyer"), _("Province"), ORDERS,
                self._in_windows(scope.evidence.provinces), lambda row: row.code, numbers.province,
            ),
        )  # fmt: skip
        return tuple(breakdown for breakdown in breakdowns if breakdown.parts)

    def _in_windows(self, rows: Sequence[CodedSum]) -> tuple[Rows, Rows]:
        before = coded_sums.within_months(rows, self.months[1]) if self.whole.before else []
        return coded_sums.within_months(rows, self.months[0]), before

    def _broken_down(
        self, key: str, title: str, first: str, measure: str, rows: tuple[Rows, Rows],
        of: Callable[[Any], str], name: Callable[[str], str],
    ) -> Breakdown:  # fmt: skip
        """A row for each code that may be shown in either window, the largest first."""
        value = OF_TOTALS[measure]
        sums = {
            code: value(added(row.totals for row in rows[0] if of(row) == code))
            for code in {of(row) for side in rows for row in side}
        }
        parts = tuple(
            Part(
                f"{key}:{code}",
                name(code),
                [row for row in rows[0] if of(row) == code],
                [row for row in rows[1] if of(row) == code],
                (
                    self.shown([f"{key}:{code}"], self.months[0]),
                    self.shown([f"{key}:{code}"], self.months[1]),
                ),
            )
            for code in sorted(sums, key=lambda code: (-sums[code], code))
        )
        whole = Part(measure, "", rows[0], rows[1], self.whole.shown)
        return Breakdown(key, title, first, measure, whole, parts)

    def may_tell_like_for_like(self) -> bool:
        """Whether the constant growers may be spoken of, beside all that any edition prints.

        What is printed of them is a rounded ratio, but with the totals it tells what all others sold, where these are
        new or gone. So it is a sum of months as well: of each month the window has those who are constant in the edition of
        that month alone, and each branch may set them apart there. A unit below a branch prints its net sales only.
        """
        if self.blocks.around.within or not self.whole.before:
            return False
        scope, inside = self.scope, set(self.scope.like_for_like(self.period).inside)
        for month in self.months[0]:
            alone = set(scope.like_for_like(month).inside)
            for here in (month, month.year_before()):
                sellers = {row.grower_id for row in scope.now(here)}
                if (inside ^ alone) & sellers or not self.blocks.may_set_apart(
                    inside, here, of=scope.growers
                ):
                    return False
        return True
