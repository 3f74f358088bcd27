"""D4: a monthly total with its season taken out. Classical multiplicative decomposition.

On logs: the trend is the centred moving average of thirteen months with half weights at both ends (2 x 12);
the factor of a calendar month is the mean of what is left over its years, all factors together being one on
the geometric mean; the adjusted series is the total over its factor (Hyndman and Athanasopoulos, Forecasting:
Principles and Practice, section 3.4). It describes; it does not explain. New months move all factors, so
recent adjusted values will be revised, and a report says so.

Pure: numpy only.
"""

from dataclasses import dataclass

import numpy as np

from branch.uplift.panel import Flags, Floats, Refused

LEAST_MONTHS = 36


@dataclass(frozen=True)
class Adjusted:
    """`adjusted` [T] in the unit of the total; `factors` [12] by calendar month, January first, geometric mean one.

    `trend` [T] is NaN in the first and last half year and where a month is missing nearby.
    """

    adjusted: Floats
    factors: Floats
    trend: Floats
    years: float


def seasonally_adjust(total: Floats, first_month: int) -> Adjusted:
    """Take the season out of the monthly `total` [T], NaN where not covered.

    Raises:
        Refused: `too_few_years` (36 covered months in a row, from which each calendar month is seen twice
            beside its trend), `not_positive` (a covered month without sales has no logarithm; a trade that
            rests in some months is shown by year-on-year figures instead).
    """
    total = np.asarray(total, dtype=np.float64)
    known = ~np.isnan(total)
    if _longest_run(known) < LEAST_MONTHS:
        raise Refused("too_few_years", f"{LEAST_MONTHS} covered months in a row are needed")
    if (total[known] <= 0).any():
        raise Refused("not_positive", "a month without sales cannot be seasonally adjusted")
    logs = np.log(total)
    trend = np.full(len(total), np.nan)
    weights = np.array([0.5, *[1.0] * 11, 0.5]) / 12.0
    trend[6:-6] = np.convolve(logs, weights, mode="valid")
    calendar = (np.arange(len(total)) + first_month - 1) % 12
    left = logs - trend
    factors = np.array([np.nanmean(left[calendar == month]) for month in range(12)])
    factors -= factors.mean()
    return Adjusted(
        np.exp(logs - factors[calendar]), np.exp(factors), np.exp(trend), float(known.sum()) / 12.0
    )


def _longest_run(flags: Flags) -> int:
    longest = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return longest
