"""What the sections of a report are given: the unit, its growers and what the ledger holds. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from branch.ledger.rules.costs import NetIncome
from branch.ledger.rules.periods import Period, month_of
from branch.reports.facts.coded_sums import CodedSum
from branch.reports.facts.figures import (
    LikeForLike,
    MonthRow,
    Span,
    Totals,
    groups_together,
    like_for_like,
    within,
)
from branch.reports.facts.panel import PanelCell, PanelGrower
from branch.reports.facts.programme_dates import ProgrammeDate

# Raised when the same facts come to be reported differently, so that a new version is made of them.
FORMAT = 9

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class GrowerLabel:
    """What a grower and his village are called in the language of the report."""

    id: int
    name: str
    slug: str
    village_code: str
    village_name: str


@dataclass(frozen=True, slots=True)
class ChildLabel:
    """A unit just below the report's own, to which a grower belongs."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class CoverageCount:
    """How many growers who sell through a channel have a month complete, partly, or not on record."""

    month: Period
    channel: str
    complete: int
    partial: int
    missing: int


@dataclass(frozen=True)
class Evidence:
    """Everything the ledger says that a report of `period` may use.

    `rows` are in yuan and reach over the 24 months up to the end of the period;
    `foreign` are totals in other currencies, which no total includes; `cut_off` is the moment the
    latest of these facts was recorded, None when there are none. `sizes` and `provinces` hold the
    sales of `rows` again, by size class and by the buyer's province. The panel holds every covered month
    of every grower since records began; `coverage` counts the grower-months of the window by channel.
    `income` is there only when every grower who sold in the window has said all its costs.
    """

    rows: tuple[MonthRow, ...]
    spans: tuple[Span, ...]
    foreign: tuple[tuple[str, Totals], ...]
    kinds: Mapping[str, int]
    cut_off: datetime | None
    sizes: tuple[CodedSum, ...] = ()
    provinces: tuple[CodedSum, ...] = ()
    panel_growers: tuple[PanelGrower, ...] = ()
    panel_cells: tuple[PanelCell, ...] = ()
    coverage: tuple[CoverageCount, ...] = ()
    income: NetIncome | None = None
    programmes: tuple[ProgrammeDate, ...] = ()

    def digest(self, period: Period, unit_code: str, *, standing: str) -> str:
        """SHA-256 of the input in canonical form, so that equal input is recognised."""
        plain = {
            "format": FORMAT,
            "unit": unit_code,
            "period": period.key,
            "standing": standing,
            "rows": [
                [grower_id, month.key, channel, group, *totals]
                for grower_id, month, channel, group, totals in self.rows
            ],
            "spans": [
                [s.grower_id, s.channel, s.first_day.isoformat(), s.last_day.isoformat()] for s in self.spans
            ],
            "foreign": [[code, t.orders, t.plants, t.net_minor] for code, t in self.foreign],
            "kinds": dict(sorted(self.kinds.items())),
            "sizes": [[who, month.key, code, *totals] for code, who, month, totals in self.sizes],
            "provinces": [[who, month.key, code, *totals] for code, who, month, totals in self.provinces],
            "panel_growers": [
                [
                    grower.grower_id,
                    grower.authorised_on and grower.authorised_on.isoformat(),
                    grower.channels_known,
                ]
                for grower in self.panel_growers
            ],
            "panel_cells": [[cell.grower_id, cell.month.key, cell.net_minor] for cell in self.panel_cells],
            "coverage": [
                [coverage.month.key, coverage.channel, coverage.complete, coverage.partial, coverage.missing]
                for coverage in self.coverage
            ],
            "programmes": [
                [
                    programme.unit_code,
                    programme.name,
                    programme.started_on.isoformat(),
                    programme.noted_on.isoformat(),
                ]
                for programme in self.programmes
            ],
            "income": None
            if self.income is None
            else [
                self.income.growers,
                self.income.sales_minor,
                dict(self.income.costs_minor),
                self.income.uncovered,
            ],
        }
        canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class Scope:
    """The unit a report is about and the evidence for it; what every section function receives.

    `today` is the local day on which the report is built: it decides only what is still open. `children` tells
    under which of the units just below each grower is, by the grower's id.
    """

    unit_id: int
    unit_code: str
    unit_name: str
    growers: Mapping[int, GrowerLabel]
    evidence: Evidence
    today: date
    group_name: Callable[[str], str]
    children: Mapping[int, ChildLabel] = field(default_factory=dict)
    # What several sections and both languages ask for is worked out once: numbers and codes, never words.
    known: dict[tuple[str, Period | None], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def once(self, what: str, period: Period | None, work: Callable[[], K]) -> K:
        """What `work` answers, worked out once for all languages, under this name and window."""
        key = (what, period)
        if key not in self.known:
            self.known[key] = work()
        answer: K = self.known[key]
        return answer

    def _rows_of(self, period: Period) -> list[MonthRow]:
        return list(self.once("rows", period, lambda: within(self.evidence.rows, period)))

    @property
    def summed(self) -> tuple[MonthRow, ...]:
        """The evidence's rows with all cultivar groups together: a quarter of them, for whoever asks for no group."""
        return self.once("all summed", None, lambda: tuple(groups_together(self.evidence.rows)))

    def _summed_of(self, period: Period) -> list[MonthRow]:
        return list(self.once("summed", period, lambda: within(self.summed, period)))

    def summed_now(self, period: Period) -> list[MonthRow]:
        """`now` with all cultivar groups together."""
        return self._summed_of(period)

    def summed_before(self, period: Period) -> list[MonthRow]:
        """`before` with all cultivar groups together."""
        return [] if self.is_open(period) else self._summed_of(period.year_before())

    def now(self, period: Period) -> list[MonthRow]:
        """The rows of the window."""
        return self._rows_of(period)

    def digest(self, period: Period) -> str:
        """What the whole report follows from: the facts, and whether the window is still open."""
        return self.once(
            "digest",
            period,
            lambda: self.evidence.digest(period, self.unit_code, standing=self.standing(period)),
        )

    def standing(self, period: Period) -> str:
        """``open``, ``preliminary`` or ``final`` on the day of building."""
        if self.is_open(period):
            return "open"
        return "preliminary" if period.is_preliminary(self.today) else "final"

    def is_open(self, period: Period) -> bool:
        """Whether some of the window's days were still to come."""
        return period.is_open(self.today)

    def before(self, period: Period) -> list[MonthRow]:
        """The same window a year before; nothing while `period` is open, since a part of a month must
        not be held against a whole one.
        """
        return [] if self.is_open(period) else self._rows_of(period.year_before())

    def like_for_like(self, period: Period) -> LikeForLike:
        """Rung D3 of the window, worked out once."""
        return self.once(
            "like_for_like",
            period,
            lambda: like_for_like(period, self.summed, self.evidence.spans, is_open=self.is_open(period)),
        )

    def elapsed_until(self, period: Period) -> Period | None:
        """The month up to which data can be expected: today's month while the period is open."""
        return month_of(self.today) if period.is_open(self.today) else None

    def sellers(self, period: Period) -> set[int]:
        """Growers with any record from the start of the earlier window to the end of this one."""
        since = period.year_before().start
        return {span.grower_id for span in self.evidence.spans if span.last_day >= since}
