"""The authorised effect of a report's window, computed once for the headline, the section and both languages. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from branch.ledger.rules.periods import Period, twelve_months
from branch.reports.facts.evidence import Scope
from branch.reports.facts.panel import BuiltPanel, PanelCell, PanelGrower, build_panel
from branch.uplift.assessment import Assessment, assess
from branch.uplift.estimation import counterfactual_for
from branch.uplift.inference import jackknife, quantile
from branch.uplift.panel import UpliftSettings

SETTINGS = UpliftSettings(least_base=10_000.0)
# With these words a number may be printed in the section, though only `effect` reaches a headline.
WITH_NUMBER = frozenset({"effect", "preliminary"})
# With these the charts that hold the estimate are drawn.
WITH_CHARTS = WITH_NUMBER | {"no_clear_change", "one_grower"}


@dataclass(frozen=True, slots=True)
class MonthEffect:
    """What the authorised growers sold in a month and what was predicted for them, in yuan, with the 95 % band."""

    month: Period
    actual: float
    predicted: float
    low: float
    high: float


@dataclass(frozen=True)
class Effect:
    """The assessment of a window, the panel it rests on, and its months. `built` is None without a panel."""

    window: tuple[Period, ...]
    built: BuiltPanel | None
    assessment: Assessment | None
    months: tuple[MonthEffect, ...]

    @property
    def wording(self) -> str:
        """Which words the outcome allows; ``refused`` without a panel."""
        return "refused" if self.assessment is None else self.assessment.wording

    @property
    def refusal(self) -> str | None:
        """Why there is no estimate; None when there is one."""
        return "no_panel" if self.assessment is None else self.assessment.refusal


def effect_window(period: Period) -> tuple[Period, ...]:
    """The months of the estimate: those of the report, and never fewer than the twelve that end with it.

    A window of whole years holds every season once, whatever the report's own length.
    """
    months = period.months()
    return months if len(months) >= 12 else twelve_months(period)


def effect_of(period: Period, scope: Scope) -> Effect:
    """The effect in the window of `period` for the growers of `scope`."""
    return _effect(
        effect_window(period),
        scope.evidence.panel_growers,
        scope.evidence.panel_cells,
        period.is_preliminary(scope.today),
    )


@lru_cache(maxsize=8)
def _effect(
    window: tuple[Period, ...],
    growers: tuple[PanelGrower, ...],
    cells: tuple[PanelCell, ...],
    provisional: bool,
) -> Effect:
    built = build_panel(growers, cells, last=window[-1])
    if built is None:
        return Effect(window, None, None, ())
    columns = built.columns(window)
    assessment = assess(
        built.panel, columns, SETTINGS, provisional=provisional, channels_unknown=built.authorised_unknown
    )
    months = _months(built, columns) if assessment.wording in WITH_CHARTS else ()
    return Effect(window, built, assessment, months)


def _months(built: BuiltPanel, columns: slice) -> tuple[MonthEffect, ...]:
    """Each month of the window by itself, by the same fit and the same jackknife."""
    chosen, _warnings = counterfactual_for(built.panel, columns, SETTINGS)
    places = range(*columns.indices(built.panel.months))
    cells = np.zeros((len(places), *built.panel.outcome.shape), dtype=np.bool_)
    for number, column in enumerate(places):
        cells[number, :, column] = True
    estimates = jackknife(chosen, cells)
    reach = quantile(SETTINGS.confidence, estimates.clusters) * estimates.errors
    return tuple(
        MonthEffect(
            built.months[column],
            float(estimates.actual[number]),
            float(estimates.predicted[number]),
            float(estimates.predicted[number] * math.exp(-reach[number])),
            float(estimates.predicted[number] * math.exp(reach[number])),
        )
        for number, column in enumerate(places)
        if not math.isnan(reach[number]) and _growers(chosen.usable[:, column]) >= SETTINGS.least_shown
    )


def _growers(flags: Any) -> int:
    return int(flags.sum())
