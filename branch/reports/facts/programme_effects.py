"""One programme's date against the sales of a unit: an interrupted series (C1), or a synthetic comparison (C3). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from branch.ledger.rules.periods import Period, month_of
from branch.reports.facts.figures import FEWEST_LIKE_FOR_LIKE_GROWERS
from branch.reports.facts.panel import BuiltPanel
from branch.reports.facts.programme_dates import ProgrammeDate
from branch.reports.facts.suppression import FEWEST_GROWERS
from branch.uplift.gates import Gate, at_least, at_most
from branch.uplift.interrupted import LEAST_AFTER, LEAST_BEFORE, interrupted
from branch.uplift.panel import Floats, Refused, UpliftSettings
from branch.uplift.synthetic import LEAST_DONORS, synthetic

MOST_MONTHS = 72


@dataclass(frozen=True)
class ProgrammeEffect:
    """Actual over predicted sales since the date, on rung C1 or C3; `refusal` says why there is no figure.

    `months` carry actual and predicted sales in yuan from the first month of the series; `gates` decide
    whether the number is printed.
    """

    rung: str
    programme: ProgrammeDate
    growers: int
    refusal: str | None = None
    ratio: float = 1.0
    low: float = 1.0
    high: float = 1.0
    actual: float = 0.0
    predicted: float = 0.0
    months: tuple[tuple[Period, float, float], ...] = ()
    gates: tuple[Gate, ...] = ()

    @property
    def closed(self) -> tuple[Gate, ...]:
        """The gates that were not passed."""
        return tuple(gate for gate in self.gates if not gate.passed)

    @property
    def is_stated(self) -> bool:
        """Whether its number may be printed."""
        return self.refusal is None and not self.closed


def single_date(
    built: BuiltPanel, programme: ProgrammeDate, settings: UpliftSettings, *, provisional: bool
) -> ProgrammeEffect:
    """C1: the total of the growers who are covered in every month, before and after one date."""
    months = built.months[-MOST_MONTHS:]
    start = _column(months, programme.started_on)
    rows = built.panel.covered[:, -len(months) :].all(axis=1)
    count = int(rows.sum())
    if count < FEWEST_LIKE_FOR_LIKE_GROWERS:
        return ProgrammeEffect("C1", programme, count, "too_few_growers")
    if start < LEAST_BEFORE:
        return ProgrammeEffect("C1", programme, count, "too_few_before")
    total = built.panel.outcome[rows, -len(months) :].sum(axis=0)
    try:
        estimate = interrupted(total, start, months[0].start.month, confidence=settings.confidence)
    except Refused as refusal:
        return ProgrammeEffect("C1", programme, count, refusal.code)
    gates = (
        at_least("C1.before", estimate.months_before, LEAST_BEFORE),
        at_least("C1.after", estimate.months_after, LEAST_AFTER),
        *_interval_gates(estimate.ratio, estimate.low, estimate.high, settings, provisional=provisional),
    )
    return ProgrammeEffect(
        "C1", programme, count, None, estimate.ratio, estimate.low, estimate.high, estimate.actual, estimate.predicted,
        _months(months, total, estimate.without), gates,
    )  # fmt: skip


def flagship(
    built: BuiltPanel,
    programme: ProgrammeDate,
    inside: Sequence[int],
    settings: UpliftSettings,
    *,
    provisional: bool,
) -> ProgrammeEffect:
    """C3: a unit below the report's own, by its growers' ids `inside`, against a mixture of growers elsewhere.

    Donors are growers of other units who are not authorised within the panel, so that nothing else changed for them.
    """
    months = built.months[-MOST_MONTHS:]
    start = _column(months, programme.started_on)
    outcome = built.panel.outcome[:, -len(months) :]
    whole = ~np.isnan(outcome).any(axis=1)
    own = np.isin(np.array(built.grower_ids), np.array(inside, dtype=np.int64)) & whole
    count = int(own.sum())
    if count < FEWEST_GROWERS:
        return ProgrammeEffect("C3", programme, count, "suppressed")
    if start < LEAST_BEFORE:
        return ProgrammeEffect("C3", programme, count, "too_few_before")
    donors = ~np.isin(np.array(built.grower_ids), np.array(inside, dtype=np.int64))
    donors &= built.panel.starts >= built.panel.months
    total = outcome[own].sum(axis=0)
    try:
        estimate = synthetic(total, outcome[donors], start)
    except Refused as refusal:
        return ProgrammeEffect("C3", programme, count, refusal.code)
    gates = (
        at_least("C3.donors", len(estimate.placebo_ratios), LEAST_DONORS),
        at_most("C3.rank", estimate.p_value, 1 - settings.confidence),
        *_interval_gates(estimate.ratio, estimate.low, estimate.high, settings, provisional=provisional),
    )
    return ProgrammeEffect(
        "C3", programme, count, None, estimate.ratio, estimate.low, estimate.high, estimate.actual, estimate.predicted,
        _months(months, total, estimate.comparison), gates,
    )  # fmt: skip


def _interval_gates(
    ratio: float, low: float, high: float, settings: UpliftSettings, *, provisional: bool
) -> tuple[Gate, ...]:
    return (
        Gate("G3.zero", low > 1 or high < 1, low if ratio >= 1 else high, 1.0, "beyond"),
        at_most("G4.width", high - low, settings.widest),
        at_most("G6.provisional", float(provisional), 0.0),
    )


def _column(months: Sequence[Period], day: date) -> int:
    """The column of the first whole month of the programme: that of its day when it began on the first."""
    first = month_of(day).start
    places = sum(month.start < first for month in months)
    return places if day == first else places + 1


def _months(
    months: Sequence[Period], actual: Floats, predicted: Floats
) -> tuple[tuple[Period, float, float], ...]:
    return tuple((month, float(actual[place]), float(predicted[place])) for place, month in enumerate(months))
