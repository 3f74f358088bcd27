"""What towns usually write: the same months' growth under four simpler definitions. Months not exported count as zero
in the first two, as they would in a sum over a ledger; nobody is told.
"""

from __future__ import annotations

import numpy as np

from benchmarks.uplift.worlds import MONTHS, Floats, Town

YEAR = 12
ROUNDS = 3_000


def year_on_year_of_all(town: Town, window: slice) -> float:
    """All growers' sales against the same months a year earlier."""
    return _growth(np.nansum(town.outcome[:, window]), np.nansum(town.outcome[:, _earlier(window)]))


def year_on_year_of_members(town: Town, window: slice) -> float:
    """Sales of whoever was authorised at the time, against the same months a year earlier."""
    own = np.where(np.arange(MONTHS) >= town.starts[:, None], town.outcome, 0.0)
    return _growth(np.nansum(own[:, window]), np.nansum(own[:, _earlier(window)]))


def like_for_like(town: Town, window: slice) -> float:
    """The same authorised growers in both periods, only those with every month of both."""
    now, before = town.outcome[:, window], town.outcome[:, _earlier(window)]
    same = (town.starts < window.stop) & ~np.isnan(now).any(axis=1) & ~np.isnan(before).any(axis=1)
    return _growth(now[same].sum(), before[same].sum())


def in_yuan(town: Town, window: slice) -> float:
    """The same imputation with effects that add up in yuan: grower and calendar month + month, least squares.

    The estimate's own rival: it differs in nothing but that differences, not ratios, are taken to be parallel.
    """
    months = np.arange(MONTHS)
    covered = ~np.isnan(town.outcome)
    fit = covered & (months < town.starts[:, None] - 1)
    sales = np.where(fit, town.outcome, 0.0)
    base, common = _least_squares(sales, fit)
    wanted = covered & (months >= town.starts[:, None])
    wanted &= np.tile(fit.reshape(len(fit), -1, YEAR).any(axis=1), MONTHS // YEAR) & fit.any(axis=0)
    wanted &= (months >= window.start) & (months < window.stop)
    predicted = np.tile(base, MONTHS // YEAR) + common
    return _growth(town.outcome[wanted].sum(), predicted[wanted].sum())


def _least_squares(sales: Floats, fit: np.ndarray) -> tuple[Floats, Floats]:
    """Grower-by-calendar-month and month effects by alternating means; zero where nothing was seen."""
    growers = len(sales)
    seen = np.maximum(fit.reshape(growers, -1, YEAR).sum(axis=1), 1)
    in_month = np.maximum(fit.sum(axis=0), 1)
    common = np.zeros(MONTHS)
    for _round in range(ROUNDS):
        rest = np.where(fit, sales - common, 0.0)
        base = rest.reshape(growers, -1, YEAR).sum(axis=1) / seen
        again = np.where(fit, sales - np.tile(base, MONTHS // YEAR), 0.0).sum(axis=0) / in_month
        done = np.abs(again - common).max() < 1e-6 * (1 + np.abs(again).max())
        common = again
        if done:
            break
    return base, common


def _earlier(window: slice) -> slice:
    return slice(window.start - YEAR, window.stop - YEAR)


def _growth(now: float, before: float) -> float:
    return float(now / before - 1) if before else float("nan")
