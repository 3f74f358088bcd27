"""How far the estimate leans on one grower, and how far on parallel trends.

Pure: numpy only.
"""

import math
from dataclasses import dataclass

import numpy as np

from branch.uplift.blocks import YEAR, Placebo
from branch.uplift.estimation import Uplift, estimate, window_cells
from branch.uplift.imputation import Counterfactual
from branch.uplift.inference import log_ratios, quantile
from branch.uplift.panel import Refused

TRIED = 5


@dataclass(frozen=True)
class LeaveOut:
    """The ratio without each of the largest authorised growers in turn, and without the one that carries most."""

    lowest: float
    highest: float
    tried: int
    without_largest: Uplift | None
    """The estimate without the grower that carries most of the effect; None when it is refused."""


@dataclass(frozen=True)
class TrendBand:
    """Where the ratio lies if trends broke after the authorisation as they did before it, `multiple` times over."""

    low: float
    high: float
    multiple: float
    largest_break: float
    """The largest log ratio, in size, of the placebo years."""
    years: float
    """How many years of such breaks the window has lived through on average, by predicted sales."""


def leave_out(chosen: Counterfactual, columns: slice, uplift: Uplift) -> LeaveOut:
    """What is left of the estimate without its largest growers by predicted sales."""
    window = window_cells(chosen.panel, columns)
    sizes = np.where(chosen.usable & window, chosen.predicted, 0.0).sum(axis=1)
    largest = np.argsort(-sizes, kind="stable")[: min(TRIED, int((sizes > 0).sum()))]
    weights = np.ones((len(largest), chosen.panel.growers))
    weights[np.arange(len(largest)), largest] = 0.0
    actual, predicted = chosen.sums(weights, window[None])
    ratios = np.exp(log_ratios(actual[:, 0], predicted[:, 0]))
    ratios = ratios[~np.isnan(ratios)]
    outcome = chosen.panel.outcome.copy()
    outcome[uplift.largest_grower] = np.nan
    without: Uplift | None
    try:
        without = estimate(chosen.panel.but(outcome=outcome), columns, chosen.settings)
    except Refused:
        without = None
    lowest, highest = (float(ratios.min()), float(ratios.max())) if len(ratios) else (math.nan, math.nan)
    return LeaveOut(lowest, highest, len(ratios), without)


def trend_band(chosen: Counterfactual, columns: slice, uplift: Uplift, before: Placebo) -> TrendBand:
    """The interval when parallel trends may fail as much as they were seen to fail.

    The relative-magnitude bound of Rambachan and Roth (2023, The Review of Economic Studies 90(5)) in its
    plain form: from each year to the next after the authorisation, the log trends of the two sides may part by
    at most M times the largest parting between years before it. A month in its j-th year since the authorisation
    may then be off by (j + 1) such breaks, j from 0, and the window by their mean weighted with predicted sales.
    The errors of estimate and of break are added as if independent, and their bounds simply to the estimate's,
    which is wider than the published test inversion where the break is badly measured.
    """
    cells = chosen.usable & window_cells(chosen.panel, columns)
    weight = np.where(cells, chosen.predicted, 0.0)
    years = float((weight * (chosen.panel.since_start // YEAR + 1)).sum() / weight.sum())
    multiple = chosen.settings.trend_break
    sizes = [abs(value) for value in before.log_ratios]
    worst = int(np.argmax(sizes))
    bias = multiple * years * sizes[worst]
    error = math.hypot(uplift.se_log, multiple * years * before.errors[worst])
    reach = bias + quantile(uplift.confidence, uplift.clusters) * error
    return TrendBand(
        uplift.ratio * math.exp(-reach), uplift.ratio * math.exp(reach), multiple, sizes[worst], years
    )
