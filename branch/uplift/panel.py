"""What the estimator is given: a panel of sales by grower and month, and the settings it goes by.

Pure: numpy only. Month columns are counted from 0; a grower's row number is the grower's name here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

NEVER = 1_000_000

Season = Literal["month", "block", "none"]

# Which season a calendar month (January first) belongs to. The blocks follow the trade's year: the
# spring planting, the summer pause, the autumn planting, and January apart.
SEASON_OF_MONTH: Mapping[Season, tuple[int, ...]] = {
    "month": tuple(range(12)),
    "block": (3, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2),
    "none": (0,) * 12,
}


class Refused(Exception):  # noqa: N818 - reads as what happened, like the names in core.errors
    """The figure cannot be had from this panel.

    `code` names the reason for programs and catalogues: `nobody_authorised`, `all_at_once`,
    `no_comparison`, `no_base`, `nothing_sold`, `too_few_clusters`, `rests_on_one_cluster`,
    `blocks_need_whole_years`, `not_converged`; C1, C3 and D4 add those of their own modules.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class UpliftSettings:
    """How to estimate, and where each gate stands. The defaults are those of the method note.

    Shares are between 0 and 1, sizes are on the scale of ratios (0.5 is fifty percentage points),
    periods are months.
    """

    anticipation: int = 1
    """Months before the authorisation that count neither as untouched nor as authorised."""
    season: Season = "month"
    """Grower effects by calendar month, by season block, or one per grower ("none", for yearly panels)."""
    block_fallback: bool = True
    """Whether season blocks may stand in, with a warning, when calendar months leave too many cells without a base."""
    fallback_below: float = 0.8
    """The share of authorised cells with a base under which the fallback is taken."""
    confidence: float = 0.95
    least_history: int = 12
    """Untouched months a grower must have to be counted among the authorised ones."""
    least_month_comparisons: int = 2
    """Growers not yet authorised that a month must have to have a counterfactual."""
    least_clusters: int = 8
    """Villages (or other clusters) below which no interval is given."""
    least_treated: int = 20
    least_comparisons: int = 10
    least_effective: float = 10.0
    least_coverage: float = 0.8
    least_known_channels: float = 0.8
    least_base: float | None = None
    """Predicted sales in the window, in the panel's own unit, below which a percentage is not printed."""
    placebo_level: float = 0.05
    placebo_share: float = 0.5
    """A placebo larger than this share of the estimate closes its gate."""
    placebo_years: int = 2
    """How many years before the authorisation are tried, where the panel reaches back that far."""
    widest: float = 1.0
    """Width of the interval of the ratio, end to end, above which the data do not suffice (plus and minus 50 points)."""
    most_from_one: float = 0.4
    """Share of the effect that one grower may carry."""
    least_shown: int = 3
    """Growers a figure must stand on to be shown at all."""
    power: float = 0.8
    """Power at which the detectable size of the placebo test is stated."""
    trend_break: float = 1.0
    """Breaks after the authorisation allowed for, as a multiple of the largest one seen before (M)."""

    def __post_init__(self) -> None:
        if self.anticipation < 0:
            raise ValueError("anticipation is a number of months, zero or more")
        if not 0 < self.confidence < 1:
            raise ValueError("confidence lies between 0 and 1")


@dataclass(frozen=True)
class Panel:
    """Sales of N growers in T months.

    `outcome` [N, T] is net sales over all recorded channels, in any one unit, NaN where the month is
    not covered (a month without sales is 0, a month nobody can vouch for is NaN). `starts` [N] is the
    column of the first authorised month; T or more means never within the panel (no month of anticipation
    is then left out at its end); a negative one means that the grower was authorised before it begins. `first_month` is the calendar month (1 to
    12) of column 0. `clusters` [N] are labels of villages when authorisation went by village.

    Raises:
        ValueError: shapes that do not fit, infinite outcomes, a month outside 1 to 12.
    """

    outcome: Floats
    starts: Integers
    first_month: int
    clusters: Integers | None = field(default=None)

    def __post_init__(self) -> None:
        outcome = np.array(self.outcome, dtype=np.float64)
        starts = np.array(self.starts, dtype=np.int64)
        if outcome.ndim != 2 or 0 in outcome.shape:
            raise ValueError("outcome has one row per grower and one column per month, at least one of each")
        if starts.shape != outcome.shape[:1]:
            raise ValueError("starts has one entry per grower")
        if np.isinf(outcome).any():
            raise ValueError("outcome is finite, or NaN where the month is not covered")
        if not 1 <= self.first_month <= 12:
            raise ValueError("first_month is a calendar month, 1 to 12")
        if self.clusters is not None:
            clusters = np.array(self.clusters, dtype=np.int64)
            if clusters.shape != starts.shape:
                raise ValueError("clusters has one entry per grower")
            object.__setattr__(self, "clusters", clusters)
        object.__setattr__(self, "outcome", outcome)
        object.__setattr__(self, "starts", starts)

    @property
    def growers(self) -> int:
        """How many rows it has."""
        return int(self.outcome.shape[0])

    @property
    def months(self) -> int:
        """How many columns it has."""
        return int(self.outcome.shape[1])

    @property
    def covered(self) -> Flags:
        """[N, T] months that somebody vouches for."""
        return np.asarray(~np.isnan(self.outcome))

    @property
    def since_start(self) -> Integers:
        """[N, T] months since the authorisation: 0 in its first month, negative before.

        For growers never authorised within the panel the months count down to a start far beyond it.
        """
        starts = np.where(self.starts >= self.months, NEVER, self.starts)
        return np.arange(self.months, dtype=np.int64)[None, :] - starts[:, None]

    def untouched(self, anticipation: int) -> Flags:
        """[N, T] covered months before the authorisation and its `anticipation` months."""
        return np.asarray(self.covered & (self.since_start < -anticipation))

    def seasons(self, season: Season) -> Integers:
        """[T] the season of each column, counted from 0."""
        calendar = (np.arange(self.months) + self.first_month - 1) % 12
        return np.array(SEASON_OF_MONTH[season], dtype=np.int64)[calendar]

    def cluster_of(self) -> Integers:
        """[N] labels of what is left out at a time: the grower, or the cluster where there are clusters."""
        return np.arange(self.growers, dtype=np.int64) if self.clusters is None else self.clusters

    def but(self, *, outcome: Floats | None = None, starts: Integers | None = None) -> "Panel":
        """The same growers and months with other outcomes or dates."""
        return replace(
            self,
            outcome=self.outcome if outcome is None else outcome,
            starts=self.starts if starts is None else starts,
        )
