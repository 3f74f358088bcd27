"""C1: one series and one date. Segmented Poisson regression with harmonics.

log mu[t] = level + trend t + harmonics of the year + change D[t] + change of trend D[t] (t - start), with
D = 1 from the start on (Wagner et al. 2002, Journal of Clinical Pharmacy and Therapeutics 27(4); Bernal et al. 2017,
International Journal of Epidemiology 46(1)). There is no comparison group, so a change of the market at that
date cannot be told from an effect; a report must say so. Errors allow for months that hang together
(Newey and West 1987, Econometrica 55(3)) and are never below the quasi-Poisson ones.

Pure: numpy only.
"""

import math
from dataclasses import dataclass

import numpy as np

from branch.uplift.distributions import student_quantile
from branch.uplift.panel import Floats, Refused
from branch.uplift.regression import poisson_regression

LEAST_BEFORE = 24
LEAST_AFTER = 12
HARMONICS = 2


@dataclass(frozen=True)
class Interrupted:
    """Actual over predicted sales after the date, and the two changes it is made of.

    `ratio`, `low`, `high` are for all months after the date together; `level` is the ratio at the date itself
    and `slope` the ratio by which the yearly growth factor changed, each with its interval.
    """

    ratio: float
    low: float
    high: float
    se_log: float
    actual: float
    predicted: float
    level: tuple[float, float, float]
    slope: tuple[float, float, float]
    months_before: int
    months_after: int
    dispersion: float
    """Pearson's chi-squared per degree of freedom, in the unit of the series."""
    lag: int
    """Months over which errors may hang together."""
    fitted: Floats
    """[T] the fitted means."""
    without: Floats
    """[T] the means without the change; equal to `fitted` before the date."""


def interrupted(series: Floats, start: int, first_month: int, *, confidence: float = 0.95) -> Interrupted:
    """Estimate the change of a monthly `series` [T] from column `start` on.

    NaN stands for months not covered; `first_month` (1 to 12) is the calendar month of column 0.

    Raises:
        Refused: `too_few_before` (24 covered months), `too_few_after` (12), `nothing_sold`, `unconnected`
            (the covered months do not tell season, trend and change apart), `not_converged`.
    """
    series = np.asarray(series, dtype=np.float64)
    time = np.arange(len(series), dtype=np.float64)
    known = ~np.isnan(series)
    before, after = int(known[:start].sum()), int(known[start:].sum())
    if before < LEAST_BEFORE:
        raise Refused("too_few_before", f"{before} covered months before the date; {LEAST_BEFORE} are needed")
    if after < LEAST_AFTER:
        raise Refused("too_few_after", f"{after} covered months after the date; {LEAST_AFTER} are needed")
    if not (series[known] > 0).any():
        raise Refused("nothing_sold", "nothing was sold in the whole series")

    design = _design(time, start, first_month)
    if np.linalg.matrix_rank(design[known]) < design.shape[1]:
        raise Refused("unconnected", "the covered months do not tell season, trend and change apart")
    coefficients = poisson_regression(series[known], design[known])
    fitted = np.exp(design @ coefficients)
    plain = design.copy()
    plain[:, -2:] = 0.0
    without = np.exp(plain @ coefficients)
    covariance, dispersion, lag = _covariance(series, design, fitted, known)

    window = known & (time >= start)
    predicted = float(without[window].sum())
    # The gradient of log sum(fitted) - log sum(without); the fit makes the former the actual sum.
    gradient = (fitted[window] @ design[window]) / fitted[window].sum()
    gradient = gradient - (without[window] @ plain[window]) / predicted
    error = math.sqrt(float(gradient @ covariance @ gradient))
    reach = student_quantile(0.5 + confidence / 2.0, float(known.sum() - design.shape[1]))
    log_ratio = math.log(float(fitted[window].sum()) / predicted)

    def interval(estimate: float, size: float) -> tuple[float, float, float]:
        return math.exp(estimate), math.exp(estimate - reach * size), math.exp(estimate + reach * size)

    errors = np.sqrt(np.diag(covariance))
    return Interrupted(
        *interval(log_ratio, error),
        se_log=error,
        actual=float(series[window].sum()),
        predicted=predicted,
        level=interval(float(coefficients[-2]), float(errors[-2])),
        slope=interval(float(coefficients[-1]), float(errors[-1])),
        months_before=before,
        months_after=after,
        dispersion=dispersion,
        lag=lag,
        fitted=fitted,
        without=without,
    )


def _design(time: Floats, start: int, first_month: int) -> Floats:
    """[T, K]: one, trend in years, sine and cosine pairs, and last the change of level and of trend in years."""
    angle = 2.0 * np.pi * (time + first_month - 1) / 12.0
    waves = [wave(order * angle) for order in range(1, HARMONICS + 1) for wave in (np.sin, np.cos)]
    changed = (time >= start).astype(np.float64)
    years = (time - start) / 12.0
    return np.stack([np.ones_like(time), years, *waves, changed, changed * years], axis=1)


def _covariance(
    series: Floats, design: Floats, fitted: Floats, known: np.ndarray
) -> tuple[Floats, float, int]:
    """The larger of sandwich and quasi-Poisson covariance for each direction, dispersion, and the lag."""
    months, parameters = int(known.sum()), design.shape[1]
    residual = np.where(known, series - fitted, 0.0)
    weights = np.where(known, fitted, 0.0)
    bread = np.linalg.pinv(design.T @ (weights[:, None] * design), hermitian=True)
    # Months not covered keep their place with a score of zero, so that lags are counted in calendar months.
    scores = design * residual[:, None]
    lag = int(4 * (months / 100) ** (2 / 9))
    meat = scores.T @ scores
    for step in range(1, lag + 1):
        crossed = scores[step:].T @ scores[:-step]
        meat += (1.0 - step / (lag + 1.0)) * (crossed + crossed.T)
    free = months - parameters
    dispersion = float((residual[known] ** 2 / fitted[known]).sum() / free)
    sandwich = bread @ meat @ bread * months / free
    quasi = np.asarray(bread, dtype=np.float64) * max(dispersion, 1e-12 * float(fitted[known].mean()))
    return _larger(np.asarray(sandwich, dtype=np.float64), quasi), dispersion, lag


def _larger(matrix: Floats, other: Floats) -> Floats:
    """The least matrix of this form that is no smaller than either in any direction."""
    root = np.linalg.cholesky(other)
    inverse = np.linalg.inv(root)
    values, vectors = np.linalg.eigh(inverse @ matrix @ inverse.T)
    lifted = root @ vectors
    return np.asarray(lifted @ np.diag(np.maximum(values, 1.0)) @ lifted.T)
