"""The effect by years since the authorisation, and the same figure in years before it (placebo).

A block pools twelve months, so that every season is in it once, and holds only growers whose whole block
lies before the window's end; single months would compare springs with autumns. The placebo moves all dates
back by one or two years and uses data from before the true authorisation only: what it finds is no effect
of the mark. A test that finds nothing is no proof (Roth 2022, American Economic Review: Insights 4(3)), so
the size that it would have found with the power of the settings is stated beside it.

Pure: numpy only.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from branch.uplift.distributions import student_quantile
from branch.uplift.imputation import Counterfactual
from branch.uplift.inference import Jackknife, jackknife, joint_p, quantile, two_sided_p
from branch.uplift.panel import Flags, Floats, Refused

YEAR = 12


@dataclass(frozen=True)
class EventBlock:
    """Growers' months `first` to `last` since their authorisation, both counted in; negative before it.

    The figures are ratios of actual to predicted sales; None where the block has too few growers to be
    shown, or nothing to compare.
    """

    first: int
    last: int
    growers: int
    incomplete: int
    """Authorised growers who are not in the block because it is not over, or because nothing can be compared."""
    ratio: float | None
    low: float | None
    high: float | None
    se_log: float | None
    suppressed: bool
    """Whether the figures are held back because they stand on too few growers."""


@dataclass(frozen=True)
class Placebo:
    """What the method finds in the years before the authorisation, where there is nothing to find.

    `blocks` run backwards: the year before the authorisation first. `log_ratios` are theirs.
    """

    blocks: tuple[EventBlock, ...]
    log_ratios: tuple[float, ...]
    errors: tuple[float, ...]
    p_value: float
    """Of the test that all of them are zero (F, from the jackknife's covariance)."""
    detectable: float
    """The smallest ratio above one in the year before that the test would have found with the settings' power."""

    @property
    def largest_break(self) -> float:
        """The largest size of a log ratio among the years."""
        return max(abs(value) for value in self.log_ratios)


def after_cells(chosen: Counterfactual, stop: int) -> Flags:
    """[B, N, T] the blocks of twelve months since the authorisation that anyone has completed before `stop`."""
    since = chosen.panel.since_start
    blocks = []
    for first in range(0, stop, YEAR):
        complete = chosen.panel.starts + first + YEAR <= stop
        cells = (since >= first) & (since < first + YEAR) & complete[:, None]
        if not (cells & chosen.usable).any():
            break
        blocks.append(cells)
    return np.array(blocks, dtype=np.bool_).reshape(-1, *chosen.panel.outcome.shape)


def after_blocks(
    chosen: Counterfactual, cells: Flags, estimates: Jackknife, at: int
) -> tuple[EventBlock, ...]:
    """The blocks of `cells` [B, N, T], whose figures stand in the jackknife from place `at` on."""
    joined = int((chosen.panel.since_start >= 0).any(axis=1).sum())
    return tuple(
        block(chosen, cells[number], estimates, at + number, first=number * YEAR, joined=joined)
        for number in range(len(cells))
    )


def block(
    chosen: Counterfactual, cells: Flags, estimates: Jackknife, place: int, *, first: int, joined: int
) -> EventBlock:
    """One figure of a jackknife as an event block."""
    growers = int((cells & chosen.usable).any(axis=1).sum())
    last, missing = first + YEAR - 1, joined - growers
    log_ratio, error = float(estimates.log_ratio[place]), float(estimates.errors[place])
    few = growers < chosen.settings.least_shown
    if few or math.isnan(log_ratio) or math.isnan(error):
        return EventBlock(first, last, growers, missing, None, None, None, None, suppressed=few)
    reach = quantile(chosen.settings.confidence, estimates.clusters) * error
    low, high = math.exp(log_ratio - reach), math.exp(log_ratio + reach)
    return EventBlock(first, last, growers, missing, math.exp(log_ratio), low, high, error, suppressed=False)


def _moved(chosen: Counterfactual, years: int) -> tuple[Counterfactual, Flags]:
    """The model with all dates moved back, and the cells [N, T] of the placebo year."""
    panel, settings = chosen.panel, chosen.settings
    inside = panel.starts < panel.months
    moved = panel.but(starts=np.where(inside, panel.starts - YEAR * years, panel.starts))
    # The month of anticipation before the moved date is lost to the history as well.
    history = max(1, settings.least_history - settings.anticipation)
    model = Counterfactual(moved, replace(settings, least_history=history), chosen.season)
    since = moved.since_start
    before = panel.since_start < -settings.anticipation
    return model, np.asarray((since >= 0) & (since < YEAR) & before)


def placebo(chosen: Counterfactual, weights: Floats) -> Placebo | None:
    """The placebo years that the panel reaches back to; None when it reaches back to none.

    `weights` [G, N] are those of the estimate's own jackknife, so that the years can be tested jointly.
    """
    settings = chosen.settings
    joined = int((chosen.panel.starts < chosen.panel.months).sum())
    blocks, ratios, left_out = [], [], []
    for years in range(1, settings.placebo_years + 1):
        model, cells = _moved(chosen, years)
        if int((cells & model.usable).any(axis=1).sum()) < settings.least_shown:
            break
        try:
            estimates = jackknife(model, cells[None], weights)
        except Refused:
            break
        part = block(model, cells, estimates, 0, first=-YEAR * years, joined=joined)
        if part.ratio is None:
            break
        blocks.append(part)
        ratios.append(float(estimates.log_ratio[0]))
        left_out.append(estimates.left_out[:, 0])
    if not blocks:
        return None
    together = Jackknife(np.zeros(0), np.zeros(0), np.array(ratios), np.stack(left_out, axis=1))
    errors = together.errors
    clusters = together.clusters
    if len(ratios) == 1:
        p_value = two_sided_p(ratios[0], float(errors[0]), clusters)
    else:
        p_value = joint_p(np.array(ratios), together.covariance, clusters)
    reach = quantile(settings.confidence, clusters) + student_quantile(settings.power, clusters - 1)
    detectable = math.exp(reach * float(errors[0]))
    return Placebo(tuple(blocks), tuple(ratios), tuple(float(e) for e in errors), p_value, detectable)
