"""Proportional fit of mu = a[grower] x b[month] over the cells of one season, for many weightings at once.

The Poisson score equations of this model say that fitted and seen totals agree for every grower and every
month (iterative proportional fitting). With a[i] solved as seen_i / sum_t b[t], what is left is a concave
function of log b alone,

    l(b) = sum_t seen_t log b_t - sum_i seen_i log sum_{t seen by i} b_t,

whose step is the alternating update b_t = seen_t / sum_i a_i; Newton steps on it finish in a few rounds. A
finite maximum exists within a set of months if, and only if, the graph with an edge t -> s wherever some
grower sold in t and was covered in s is strongly connected there (Ford 1957, The American Mathematical
Monthly 64(8), on paired comparisons); months outside the grower's own set have no counterfactual.

Every function takes `weights` [R, N], zeros and ones: row r is the panel without the growers of weight 0.
That makes a jackknife one batch of matrix products instead of N fits.
"""

from dataclasses import dataclass

import numpy as np

from branch.uplift.panel import Flags, Floats, Integers, Refused

TOLERANCE = 1e-11
WARM_UP = 4
ROUNDS = 200


@dataclass(frozen=True)
class SeasonFit:
    """One season of a fit: `grower` [R, N] and `month` [R, S] factors for the S months of the season.

    A cell has a counterfactual, the product of its factors, where `grower_set` [P, N] and `month_set` [P, S]
    name the same connected set; -1 stands for a grower without sales to start from. Most weightings connect
    alike, so the sets are kept once per pattern, and `pattern` [R] says which one a weighting has.
    """

    grower: Floats
    month: Floats
    pattern: Integers
    grower_set: Integers
    month_set: Integers

    def based(self, pattern: int) -> Flags:
        """[N, S] the cells that have a counterfactual under the weightings of a pattern."""
        return np.asarray(self.grower_set[pattern][:, None] == self.month_set[pattern][None, :])


def connected_sets(sold: Flags, usable: Flags, weights: Floats) -> Integers:
    """[R, S] the label of each month's strongly connected set: the number of its first month."""
    rows, months = weights.shape[0], sold.shape[1]
    pairs = (sold[:, :, None] & usable[:, None, :]).reshape(sold.shape[0], months * months)
    reach = (weights @ pairs.astype(np.float64)).reshape(rows, months, months) > 0.5
    reach |= np.eye(months, dtype=np.bool_)
    for _ in range(max(1, int(np.ceil(np.log2(max(months, 2)))))):
        steps = reach.astype(np.float64)
        reach = steps @ steps > 0.5
    mutual = reach & reach.transpose(0, 2, 1)
    return np.asarray(mutual.argmax(axis=2), dtype=np.int64)


def fit_season(outcome: Floats, usable: Flags, weights: Floats) -> SeasonFit:
    """Fit one season's [N, S] cells under each of the R weightings.

    `outcome` may hold anything where `usable` is False. Errors of the fixed point are below 1e-11 of each
    month's total.

    Raises:
        Refused: `not_converged`, which only panels with negative sales have been seen to do.
    """
    usable = _without_empty_months(outcome, usable)
    sold = usable & (np.where(usable, outcome, 0.0) > 0)
    labels = connected_sets(sold, usable, weights)
    first_sold = sold.argmax(axis=1)
    patterns, pattern_of = np.unique(labels, axis=0, return_inverse=True)
    pattern_of = np.asarray(pattern_of, dtype=np.int64).reshape(-1)

    grower = np.zeros((weights.shape[0], outcome.shape[0]))
    month = np.ones((weights.shape[0], outcome.shape[1]))
    grower_set = np.full((len(patterns), outcome.shape[0]), -1, dtype=np.int64)
    for number, pattern in enumerate(patterns):
        chosen = pattern_of == number
        own_set = np.where(sold.any(axis=1), pattern[first_sold], -1)
        mine = usable & (pattern[None, :] == own_set[:, None])
        own_set = np.where(np.where(mine, outcome, 0.0).sum(axis=1) > 0, own_set, -1)
        mine &= (own_set >= 0)[:, None]
        cells = np.where(mine, outcome, 0.0)
        grower[chosen], month[chosen] = _solve(cells, mine.astype(np.float64), weights[chosen], pattern)
        grower_set[number] = own_set
    return SeasonFit(grower, month, pattern_of, grower_set, patterns)


def _without_empty_months(outcome: Floats, usable: Flags) -> Flags:
    """Leave out months whose refunds exceed their sales over all untouched growers: no factor fits them."""
    totals = np.where(usable, outcome, 0.0).sum(axis=0)
    return np.asarray(usable & (totals >= 0)[None, :])


class _Likelihood:
    """The concave function of log b for one pattern of connected sets, under R weightings."""

    def __init__(self, cells: Floats, usable: Floats, weights: Floats, sets: Integers) -> None:
        growers, months = cells.shape
        self.usable = usable
        self.by_grower = weights * cells.sum(axis=1)
        self.by_month = weights @ cells
        self.active = self.by_month > 0
        self.pairs = (usable[:, :, None] * usable[:, None, :]).reshape(growers, months * months)
        # The level of each connected set is free: adding this keeps it where it is in a Newton step.
        self.levels = (sets[:, None] == sets[None, :]).astype(np.float64)

    def grower_factors(self, month: Floats) -> Floats:
        reach = month @ self.usable.T
        return np.asarray(np.divide(self.by_grower, reach, out=np.zeros_like(reach), where=reach > 0))

    def value(self, month: Floats) -> Floats:
        reach = month @ self.usable.T
        grower_part = self.by_grower * np.log(np.where(reach > 0, reach, 1.0))
        return np.asarray((self.by_month * np.log(month)).sum(axis=1) - grower_part.sum(axis=1))

    def newton(self, month: Floats, grower: Floats, expected: Floats) -> Floats:
        """[R, S] months after a Newton step in log b, each change held within a factor e."""
        months = month.shape[1]
        reach = month @ self.usable.T
        curve = np.divide(grower, reach, out=np.zeros_like(reach), where=reach > 0)
        crossed = (curve @ self.pairs).reshape(-1, months, months)
        # In units of the root of each month's expected sales, so that small months keep their digits.
        root = np.sqrt(np.where(self.active & (expected > 0), expected, 1.0))
        unit = np.divide(month, root)
        scaled = -unit[:, :, None] * unit[:, None, :] * crossed
        scaled[:, np.arange(months), np.arange(months)] += 1.0
        level = root[:, :, None] * root[:, None, :] * self.levels
        scaled += level / (root**2).sum(axis=1)[:, None, None]
        gap = np.where(self.active, self.by_month - expected, 0.0) / root
        step = np.linalg.solve(scaled, gap[:, :, None])[:, :, 0] / root
        return np.asarray(month * np.exp(np.clip(step, -1.0, 1.0)))


def _solve(cells: Floats, usable: Floats, weights: Floats, sets: Integers) -> tuple[Floats, Floats]:
    """Factors [R, N] and [R, S] of one pattern of connected sets."""
    likelihood = _Likelihood(cells, usable, weights, sets)
    month = np.where(likelihood.active, likelihood.by_month, 1.0)
    for done in range(ROUNDS):
        grower = likelihood.grower_factors(month)
        expected = month * (grower @ usable)
        gap = np.where(likelihood.active, np.abs(likelihood.by_month - expected), 0.0)
        if (gap <= TOLERANCE * np.abs(likelihood.by_month)).all():
            return grower, month
        ratio = np.divide(
            likelihood.by_month, expected, out=np.ones_like(month), where=likelihood.active & (expected > 0)
        )
        alternated = month * ratio
        if done < WARM_UP:
            month = alternated
            continue
        stepped = likelihood.newton(month, grower, expected)
        better = likelihood.value(stepped) >= likelihood.value(alternated) - 1e-12 * likelihood.by_month.sum(
            axis=1
        )
        month = np.where(better[:, None], stepped, alternated)
    raise Refused("not_converged", "the proportional fit did not settle")
