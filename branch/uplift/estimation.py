"""The estimate of a window: actual over predicted sales of authorised growers, with its interval.

Pure: numpy only.
"""

import math
from dataclasses import dataclass

import numpy as np

from branch.uplift.imputation import Counterfactual
from branch.uplift.inference import Jackknife, jackknife, quantile
from branch.uplift.panel import Flags, Floats, Panel, Refused, Season, UpliftSettings


@dataclass(frozen=True)
class Uplift:
    """What the authorisation changed in a window, for the growers and cells that could be compared.

    `ratio`, `low` and `high` are actual over predicted (1.15 is fifteen per cent more); `actual` and
    `predicted` are in the panel's unit. The estimate is of the growers in it, in this window, not of others.
    """

    ratio: float
    low: float
    high: float
    se_log: float
    actual: float
    predicted: float
    clusters: int
    confidence: float
    cells: int
    """Cells (grower and month) that count."""
    treated: int
    """Authorised growers that count."""
    comparisons: int
    """Growers not yet authorised in some month of the window, of those that sell at all."""
    never_authorised: int
    """Those of the comparisons that are not authorised within the panel."""
    effective_growers: float
    """(sum w)^2 / sum w^2 over the authorised growers' predicted sales w."""
    coverage: float
    """Share of authorised growers' predicted sales that lies in covered months."""
    excluded: dict[str, int]
    """Authorised cells of the window that do not count, by reason (`imputation.REASONS`)."""
    anticipation_cells: int
    """Cells of the window left out because the authorisation was near."""
    new_sellers: tuple[int, ...]
    """Rows of authorised growers without any base at all: never untouched, or never with sales."""
    short_history: tuple[int, ...]
    """Rows of authorised growers with too few untouched months."""
    uncompared_months: tuple[int, ...]
    """Columns of the window without enough growers not yet authorised: no counterfactual."""
    median_history: float
    """Median number of untouched months of the authorised growers."""
    largest_share: float
    """The largest share of the effect in yuan that one grower carries; infinite when the effect is zero."""
    largest_grower: int
    """The row of that grower."""
    season_used: Season
    warnings: tuple[str, ...]
    """Codes: `season_blocks`, `blocks_need_whole_years`, `months_without_comparison`."""

    @property
    def percent(self) -> float:
        """The change in percent."""
        return 100.0 * (self.ratio - 1.0)

    @property
    def percent_low(self) -> float:
        """The lower end of its 95 % interval."""
        return 100.0 * (self.low - 1.0)

    @property
    def percent_high(self) -> float:
        """The upper end of its 95 % interval."""
        return 100.0 * (self.high - 1.0)

    @property
    def gain(self) -> float:
        """Actual less predicted sales, in the panel's unit."""
        return self.actual - self.predicted

    @property
    def gain_low(self) -> float:
        """The lower end of `gain`, in the panel's unit."""
        return self.predicted * (self.low - 1.0)

    @property
    def gain_high(self) -> float:
        """The upper end of `gain`, in the panel's unit."""
        return self.predicted * (self.high - 1.0)


def window_cells(panel: Panel, columns: slice) -> Flags:
    """[N, T] the cells of the window."""
    inside = np.zeros(panel.months, dtype=np.bool_)
    inside[columns] = True
    return np.broadcast_to(inside[None, :], panel.outcome.shape)


def counterfactual_for(
    panel: Panel, columns: slice, settings: UpliftSettings
) -> tuple[Counterfactual, tuple[str, ...]]:
    """The model to be used for a window, and the warnings about its season.

    Raises:
        Refused: `nobody_authorised`, `all_at_once`, `no_comparison`, `no_base`, `blocks_need_whole_years`.
    """
    whole_years = len(range(*columns.indices(panel.months))) % 12 == 0
    if settings.season == "block" and not whole_years:
        raise Refused("blocks_need_whole_years", "season blocks compare whole years only")
    chosen = Counterfactual(panel, settings, settings.season)
    wanted = window_cells(panel, columns) & chosen.treated
    if not wanted.any():
        raise Refused("nobody_authorised", "no covered month of an authorised grower in the window")
    _need_comparison(chosen, wanted)
    warnings: tuple[str, ...] = ("season_blocks",) if settings.season == "block" else ()
    if settings.season == "month" and settings.block_fallback:
        eligible = wanted & chosen.eligible
        blocks = Counterfactual(panel, settings, "block")
        based, in_blocks = int((eligible & chosen.usable).sum()), int((eligible & blocks.usable).sum())
        if based < settings.fallback_below * int(eligible.sum()) and in_blocks > based:
            if whole_years:
                chosen, warnings = blocks, ("season_blocks",)
            else:
                warnings = ("blocks_need_whole_years",)
    if not (wanted & chosen.usable).any():
        raise Refused("no_base", "no authorised grower has untouched sales to start from")
    return chosen, warnings


def _need_comparison(chosen: Counterfactual, wanted: Flags) -> None:
    """Refuse when no month of the window has growers not yet authorised to compare with."""
    compared = chosen.month_comparisons >= chosen.settings.least_month_comparisons
    if (wanted & compared[None, :]).any():
        return
    panel = chosen.panel
    present = panel.covered.any(axis=1)
    if len(np.unique(panel.starts[present])) == 1:
        raise Refused("all_at_once", "all growers were authorised in the same month: nobody to compare with")
    raise Refused("no_comparison", "in every month of the window all growers are authorised")


def estimate(panel: Panel, columns: slice, settings: UpliftSettings | None = None) -> Uplift:
    """The uplift of the growers authorised by the window's months, `columns` of the panel.

    The fit uses untouched cells of the whole panel; only the window's authorised cells are counted.

    Raises:
        Refused: see `panel.Refused`; every refusal has a code.
    """
    settings = settings or UpliftSettings()
    chosen, warnings = counterfactual_for(panel, columns, settings)
    return summarise(chosen, columns, jackknife(chosen, window_cells(panel, columns)[None]), warnings)


def summarise(
    chosen: Counterfactual, columns: slice, estimates: Jackknife, warnings: tuple[str, ...]
) -> Uplift:
    """The first figure of a jackknife as an Uplift."""
    panel, settings = chosen.panel, chosen.settings
    window = window_cells(panel, columns)
    cells = chosen.usable & window
    log_ratio, error = float(estimates.log_ratio[0]), float(estimates.errors[0])
    if math.isnan(log_ratio):
        raise Refused(
            "nothing_sold", "nothing was sold, or nothing was to be expected, in the cells compared"
        )
    if math.isnan(error):
        raise Refused("rests_on_one_cluster", "without one of the clusters there is no estimate")
    reach = quantile(settings.confidence, estimates.clusters) * error
    shares = np.where(cells, chosen.predicted, 0.0).sum(axis=1)
    gains = np.where(cells, panel.outcome - chosen.predicted, 0.0).sum(axis=1)
    largest, largest_share = _largest(gains)
    inside = np.flatnonzero(window[0])
    authorised = (panel.since_start >= 0)[:, inside].any(axis=1)
    comparing = chosen.untouched[:, inside].any(axis=1) & chosen.sold_before
    uncompared = _uncompared(chosen, window)
    if uncompared:
        warnings = (*warnings, "months_without_comparison")
    return Uplift(
        ratio=math.exp(log_ratio),
        low=math.exp(log_ratio - reach),
        high=math.exp(log_ratio + reach),
        se_log=error,
        actual=float(estimates.actual[0]),
        predicted=float(estimates.predicted[0]),
        clusters=estimates.clusters,
        confidence=settings.confidence,
        cells=int(cells.sum()),
        treated=int(cells.any(axis=1).sum()),
        comparisons=int(comparing.sum()),
        never_authorised=int((comparing & (panel.starts >= panel.months)).sum()),
        effective_growers=float(shares.sum() ** 2 / (shares**2).sum()),
        coverage=_coverage(chosen, window),
        excluded=chosen.reasons(window),
        anticipation_cells=_anticipation(chosen, window),
        new_sellers=_rows(authorised & ~chosen.sold_before),
        short_history=_rows(authorised & (chosen.history < settings.least_history)),
        uncompared_months=uncompared,
        median_history=float(np.median(chosen.history[authorised])),
        largest_share=largest_share,
        largest_grower=largest,
        season_used=chosen.season,
        warnings=warnings,
    )


def _rows(flags: Flags) -> tuple[int, ...]:
    return tuple(int(row) for row in np.flatnonzero(flags))


def _largest(gains: Floats) -> tuple[int, float]:
    """The grower that carries most of the total gain or loss, and the share."""
    total = float(gains.sum())
    towards = gains * np.sign(total)
    largest = int(towards.argmax())
    return largest, float(towards[largest] / abs(total)) if total else math.inf


def _coverage(chosen: Counterfactual, window: Flags) -> float:
    cells = window & (chosen.panel.since_start >= 0) & chosen.eligible & ~np.isnan(chosen.predicted)
    weights = np.where(cells, chosen.predicted, 0.0)
    return float(np.where(chosen.panel.covered, weights, 0.0).sum() / weights.sum())


def _anticipation(chosen: Counterfactual, window: Flags) -> int:
    since = chosen.panel.since_start
    near = (since < 0) & (since >= -chosen.settings.anticipation)
    return int((near & window & chosen.panel.covered).sum())


def _uncompared(chosen: Counterfactual, window: Flags) -> tuple[int, ...]:
    lacking = chosen.month_comparisons < chosen.settings.least_month_comparisons
    return tuple(int(column) for column in np.flatnonzero(lacking & window[0] & chosen.treated.any(axis=0)))
