"""Log-linear Poisson regression, the quasi-likelihood kind: only the mean has to be right.

Pure: numpy only.
"""

import numpy as np

from branch.uplift.panel import Floats, Refused

TOLERANCE = 1e-10
ROUNDS = 100


def poisson_regression(outcome: Floats, design: Floats) -> Floats:
    """[K] coefficients of the log-linear mean of `outcome` [C] on `design` [C, K], by Newton's method.

    Columns may depend on each other; the prediction is the same for any of the solutions then, and the
    smallest step is taken.

    Raises:
        Refused: `not_converged`, for instance when a group of cells has no sales at all.
    """
    if not (outcome > 0).any():
        raise Refused("not_converged", "no sales to fit")
    coefficients = np.linalg.lstsq(design, np.log(np.maximum(outcome, outcome.max() * 1e-3)), rcond=None)[0]
    value = -np.inf
    for _ in range(ROUNDS):
        mean = np.exp(design @ coefficients)
        score = design.T @ (outcome - mean)
        information = design.T @ (mean[:, None] * design)
        step = np.linalg.pinv(information, hermitian=True) @ score
        value = _likelihood(outcome, design @ coefficients)
        while _likelihood(outcome, design @ (coefficients + step)) < value - abs(value) * 1e-12:
            step = step / 2.0
        coefficients = coefficients + step
        if np.abs(design @ step).max() < TOLERANCE:
            return np.asarray(coefficients)
    raise Refused("not_converged", "the regression did not settle")


def _likelihood(outcome: Floats, predictor: Floats) -> float:
    with np.errstate(over="ignore"):
        return float((outcome * predictor - np.exp(predictor)).sum())
