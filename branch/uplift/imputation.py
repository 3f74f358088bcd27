"""What authorised growers would have sold: the untouched cells fitted, the authorised ones predicted.

mu[i, t] = a[i, season of t] x b[t] by Poisson quasi-likelihood on covered cells before the authorisation,
the months of anticipation left out; the counterfactual of an authorised cell is a x b. This is the
imputation estimator of Borusyak, Jaravel and Spiess (2024, The Review of Economic Studies 91(6)) in the
multiplicative form of Wooldridge (2023, The Econometrics Journal 26(3)); see `proportional` for the fit.

Pure: numpy only.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from branch.uplift.panel import Flags, Floats, Integers, Panel, Season, UpliftSettings
from branch.uplift.proportional import SeasonFit, fit_season

# Why an authorised cell of the window does not count, in the order in which the reasons are asked.
REASONS = (
    "uncovered",  # the month is not covered
    "short_history",  # the grower has fewer untouched months than the settings ask for
    "no_comparison",  # too few growers not yet authorised in that month
    "no_base",  # no untouched month of the grower in that season
    "zero_base",  # untouched months in that season, but without sales
    "unconnected",  # the grower's own untouched months cannot be compared with this one
)
CHUNK = 256


@dataclass(frozen=True)
class Counterfactual:
    """A panel's untouched cells, ready to be fitted under weightings of its growers."""

    panel: Panel
    settings: UpliftSettings
    season: Season

    @cached_property
    def untouched(self) -> Flags:
        """[N, T] the cells that the fit may use."""
        return self.panel.untouched(self.settings.anticipation)

    @cached_property
    def treated(self) -> Flags:
        """[N, T] covered cells from the authorisation on."""
        return np.asarray(self.panel.covered & (self.panel.since_start >= 0))

    @cached_property
    def column_seasons(self) -> Integers:
        """The season of each month, by column."""
        return self.panel.seasons(self.season)

    @cached_property
    def season_columns(self) -> tuple[Integers, ...]:
        """The columns of each season, the seasons in their order."""
        return tuple(
            np.flatnonzero(self.column_seasons == season) for season in np.unique(self.column_seasons)
        )

    @cached_property
    def history(self) -> Integers:
        """[N] untouched months of each grower."""
        return np.asarray(self.untouched.sum(axis=1), dtype=np.int64)

    @cached_property
    def sold_before(self) -> Flags:
        """[N] growers with any sales in their untouched months; the others take no part in the fit."""
        return np.asarray(np.where(self.untouched, self.panel.outcome, 0.0).sum(axis=1) > 0)

    @cached_property
    def month_comparisons(self) -> Integers:
        """[T] growers not yet authorised in each month, of those that sell at all."""
        return np.asarray((self.untouched & self.sold_before[:, None]).sum(axis=0), dtype=np.int64)

    @cached_property
    def whole(self) -> tuple[SeasonFit, ...]:
        """The fit with every grower in it, season by season."""
        return self.fit(np.ones((1, self.panel.growers)))

    def fit(self, weights: Floats) -> tuple[SeasonFit, ...]:
        """The seasons' fits under `weights` [R, N] of zeros and ones."""
        return tuple(
            fit_season(self.panel.outcome[:, columns], self.untouched[:, columns], weights)
            for columns in self.season_columns
        )

    @cached_property
    def predicted(self) -> Floats:
        """[N, T] sales without the authorisation; NaN where there is no counterfactual."""
        predicted = np.full(self.panel.outcome.shape, np.nan)
        for columns, fit in zip(self.season_columns, self.whole, strict=True):
            predicted[:, columns] = np.where(fit.based(0), np.outer(fit.grower[0], fit.month[0]), np.nan)
        return predicted

    @cached_property
    def eligible(self) -> Flags:
        """[N, T] cells that may be asked about: long enough a history, and others to compare with."""
        long_enough = self.history >= self.settings.least_history
        compared = self.month_comparisons >= self.settings.least_month_comparisons
        return np.asarray(long_enough[:, None] & compared[None, :])

    @cached_property
    def usable(self) -> Flags:
        """[N, T] authorised cells that have both sales on record and a counterfactual."""
        return np.asarray(self.treated & self.eligible & ~np.isnan(self.predicted))

    def reasons(self, cells: Flags) -> dict[str, int]:
        """How many of the authorised `cells` [N, T] do not count, by the first of REASONS that holds."""
        shape = self.panel.outcome.shape
        own: Flags = np.zeros(shape, dtype=np.bool_)
        sold: Flags = np.zeros(shape, dtype=np.bool_)
        sales = np.where(self.untouched, self.panel.outcome, 0.0)
        for columns in self.season_columns:
            own[:, columns] = self.untouched[:, columns].any(axis=1, keepdims=True)
            sold[:, columns] = sales[:, columns].sum(axis=1, keepdims=True) > 0
        short = self.history < self.settings.least_history
        alone = self.month_comparisons < self.settings.least_month_comparisons
        fails: dict[str, Flags] = {
            "uncovered": ~self.panel.covered,
            "short_history": np.broadcast_to(short[:, None], shape),
            "no_comparison": np.broadcast_to(alone[None, :], shape),
            "no_base": ~own,
            "zero_base": ~sold,
            "unconnected": np.isnan(self.predicted),
        }
        left = cells & (self.panel.since_start >= 0)
        counted = {}
        for reason in REASONS:
            counted[reason] = int((left & fails[reason]).sum())
            left = left & ~fails[reason]
        return counted

    def sums(self, weights: Floats, cells: Flags) -> tuple[Floats, Floats]:
        """Actual and predicted sales, each [R, Q], of the cell sets `cells` [Q, N, T] under each weighting.

        A cell that a weighting leaves without a counterfactual counts in neither sum of that weighting.
        """
        cells = cells & self.usable
        actual = np.zeros((weights.shape[0], cells.shape[0]))
        predicted = np.zeros_like(actual)
        for at in range(0, weights.shape[0], CHUNK):
            part = weights[at : at + CHUNK]
            for columns, fit in zip(self.season_columns, self.fit(part), strict=True):
                season_sums = _season_sums(fit, part, self.panel.outcome[:, columns], cells[:, :, columns])
                actual[at : at + CHUNK] += season_sums[0]
                predicted[at : at + CHUNK] += season_sums[1]
        return actual, predicted


def _season_sums(fit: SeasonFit, weights: Floats, outcome: Floats, cells: Flags) -> tuple[Floats, Floats]:
    rows, queries = weights.shape[0], cells.shape[0]
    actual, predicted = np.zeros((rows, queries)), np.zeros((rows, queries))
    for pattern in range(len(fit.month_set)):
        chosen = np.flatnonzero(fit.pattern == pattern)
        based = fit.based(pattern)
        for query in range(queries):
            selected = cells[query] & based
            counted = np.where(selected, outcome, 0.0).sum(axis=1)
            actual[chosen, query] += weights[chosen] @ counted
            reach = fit.grower[chosen] @ selected.astype(np.float64)
            predicted[chosen, query] += (reach * fit.month[chosen]).sum(axis=1)
    return actual, predicted
