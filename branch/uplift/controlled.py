"""The imputation with controls that do not change over time, by cohort instead of by grower.

mu[i, t] = exp(c[cohort of i] + p[t] + x_i (u + v[cohort of i] + w[t])): cohort and period effects, and the
controls x with a slope of their own for every cohort and every period, fitted on cells before the
authorisation. This is the saturated Poisson event study of Wooldridge (2023, The Econometrics Journal
26(3)); a cohort is the growers who were authorised in the same month. The cells of a cohort and month after
the authorisation have a level and slopes of their own there, so they tell nothing about the common part:
fitting them along or leaving them out gives the same prediction, and the differences are the published
ones. The effect on the log scale takes those levels and slopes, which `by_event` fits to each such cell set.

Use it where growers differ in something known that moves their trend, such as land under the crop.

Pure: numpy only.
"""

from dataclasses import dataclass

import numpy as np

from branch.uplift.panel import Floats, Integers, Panel, Refused
from branch.uplift.regression import poisson_regression


@dataclass(frozen=True)
class EventEffect:
    """The mean effect `since` months (or years, as the columns are) after the authorisation.

    `difference` is actual less predicted per cell, in the panel's unit; `log_difference` the mean difference
    of the linear predictors, with and without the authorisation.
    """

    since: int
    cells: int
    difference: float
    log_difference: float


def design_matrix(cohort: Integers, period: Integers, controls: Floats) -> Floats:
    """[C, K] cohort and period dummies, each also times every column of `controls` [C, P]."""
    dummies = [cohort[:, None] == np.unique(cohort)[None, :], period[:, None] == np.unique(period)[None, 1:]]
    levels = np.concatenate(dummies, axis=1).astype(np.float64)
    slopes = [levels * column[:, None] for column in controls.T]
    return np.concatenate([levels, *slopes], axis=1)


def by_event(panel: Panel, controls: Floats, *, anticipation: int = 0) -> tuple[EventEffect, ...]:
    """Effects by columns since the authorisation, `controls` being [N, P].

    Cells in months without any grower not yet authorised, and cohorts authorised from the first column on,
    have no prediction and are left out.

    Raises:
        Refused: `nobody_authorised`, `unconnected`, `not_converged`.
    """
    centred = controls - controls.mean(axis=0)
    untouched = panel.untouched(anticipation)
    cohort = np.where(panel.starts >= panel.months, panel.months, panel.starts)
    grower, period = np.nonzero(untouched)
    based = np.isin(cohort, cohort[grower])[:, None] & np.isin(np.arange(panel.months), period)[None, :]
    treated = panel.covered & (panel.since_start >= 0) & based
    if not treated.any():
        raise Refused("nobody_authorised", "no authorised cell that could be compared")

    rows, columns = np.nonzero(untouched | treated)
    design = design_matrix(cohort[rows], columns, centred[rows])
    before = untouched[rows, columns]
    if np.linalg.matrix_rank(design[before]) < np.linalg.matrix_rank(design):
        raise Refused("unconnected", "the cells before do not determine the prediction of those after")
    outcome = panel.outcome[rows, columns]
    predictor = design @ poisson_regression(outcome[before], design[before])

    own = predictor.copy()
    levels = np.concatenate([np.ones((len(rows), 1)), centred[rows]], axis=1)
    for start in np.unique(cohort[rows][~before]):
        for column in range(panel.months):
            group = ~before & (cohort[rows] == start) & (columns == column)
            if group.any():
                own[group] = levels[group] @ poisson_regression(outcome[group], levels[group])

    since = columns - cohort[rows]
    return tuple(
        EventEffect(
            since=int(event),
            cells=int(chosen.sum()),
            difference=float((outcome - np.exp(predictor))[chosen].mean()),
            log_difference=float((own - predictor)[chosen].mean()),
        )
        for event in np.unique(since[~before])
        for chosen in [~before & (since == event)]
    )
