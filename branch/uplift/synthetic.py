"""C3: one flagship grower or township against a synthetic comparison.

Every series is divided by its own mean before the date, so that size does not matter; the comparison is the
mixture of donors (weights not negative, summing to one) whose series before the date comes nearest (Abadie,
Diamond and Hainmueller 2010, Journal of the American Statistical Association 105(490)). Each donor in turn is then treated
as if it had been the one; where the unit stands among these placebos, by the ratio of its errors after and
before the date, is its p-value.

Pure: numpy only.
"""

from dataclasses import dataclass

import numpy as np

from branch.uplift.panel import Flags, Floats, Refused

LEAST_DONORS = 20
LEAST_BEFORE = 24
ROUNDS = 4000
# Keeps the weights unique when donors are more than months, without moving the fit.
RIDGE = 1e-6


@dataclass(frozen=True)
class Synthetic:
    """`ratio` is actual over synthetic sales after the date; `low` to `high` excludes what the placebos show.

    `weights` [D] are by donor row (0 for donors left out), `comparison` [T] is in the unit's own unit.
    """

    ratio: float
    low: float
    high: float
    p_value: float
    """The share of units, this one among the placebos, whose errors grew at least as much."""
    fit_error: float
    """Root mean square error before the date, as a share of the unit's mean month."""
    effective_donors: float
    actual: float
    predicted: float
    weights: Floats
    comparison: Floats
    placebo_ratios: tuple[float, ...]
    """Sorted; of the donors that could be fitted well enough themselves."""
    donors_left_out: int
    """Donors with a month not covered or without sales before the date."""
    months_before: int


def synthetic(unit: Floats, donors: Floats, start: int, *, worst_fit: float = 0.35) -> Synthetic:
    """Compare `unit` [T] with mixtures of `donors` [D, T] from column `start` on.

    `worst_fit` is the largest `fit_error` accepted, of the unit and of each placebo. The interval divides the ratio by the placebos' ratios at their outer 2.5 % on both sides,
    rounded outwards; with fewer than forty placebos these are the extremes, and n of them cover (n - 1) / (n + 1).

    Raises:
        Refused: `too_few_before` (24 months), `too_few_after` (1), `uncovered` (the unit has a month not
            covered), `too_few_donors` (20 complete ones, and 20 placebos that fit), `poor_fit`, `nothing_sold`.
    """
    unit, donors = np.asarray(unit, dtype=np.float64), np.asarray(donors, dtype=np.float64)
    if start < LEAST_BEFORE:
        raise Refused("too_few_before", f"{start} months before the date; {LEAST_BEFORE} are needed")
    if start >= len(unit):
        raise Refused("too_few_after", "no month after the date")
    if np.isnan(unit).any():
        raise Refused("uncovered", "the unit has months that are not covered")
    complete = ~np.isnan(donors).any(axis=1) & (np.nan_to_num(donors)[:, :start].sum(axis=1) > 0)
    if int(complete.sum()) < LEAST_DONORS:
        raise Refused("too_few_donors", f"{int(complete.sum())} complete donors; {LEAST_DONORS} are needed")
    if not (unit[:start].sum() > 0 and unit[start:].sum() > 0):
        raise Refused("nothing_sold", "the unit has no sales before or after the date")

    series = np.concatenate([unit[None, :], donors[complete]])
    scaled = series / series[:, :start].mean(axis=1, keepdims=True)
    weights = simplex_mixtures(scaled[:, :start])
    mixture = weights @ scaled
    gaps = scaled - mixture
    errors = np.sqrt((gaps[:, :start] ** 2).mean(axis=1))
    if errors[0] > worst_fit:
        raise Refused("poor_fit", f"the comparison misses the months before by {errors[0]:.2f} of their mean")
    ratios = scaled[:, start:].sum(axis=1) / mixture[:, start:].sum(axis=1)
    fits = errors <= worst_fit
    if int(fits[1:].sum()) < LEAST_DONORS:
        raise Refused(
            "too_few_donors", f"{int(fits[1:].sum())} donors could be fitted; {LEAST_DONORS} are needed"
        )
    low, high = _inverted(float(ratios[0]), np.sort(ratios[1:][fits[1:]]))
    donor_weights = np.zeros(len(donors))
    donor_weights[complete] = weights[0, 1:]
    comparison = mixture[0] * float(unit[:start].mean())
    return Synthetic(
        ratio=float(ratios[0]),
        low=low,
        high=high,
        p_value=_p_value(gaps, errors, fits, start),
        fit_error=float(errors[0]),
        effective_donors=float(1.0 / (weights[0] ** 2).sum()),
        actual=float(unit[start:].sum()),
        predicted=float(comparison[start:].sum()),
        weights=donor_weights,
        comparison=comparison,
        placebo_ratios=tuple(float(ratio) for ratio in np.sort(ratios[1:][fits[1:]])),
        donors_left_out=int((~complete).sum()),
        months_before=start,
    )


def _inverted(ratio: float, placebos: Floats) -> tuple[float, float]:
    cut = int(0.025 * len(placebos))
    return ratio / float(placebos[-1 - cut]), ratio / max(float(placebos[cut]), np.finfo(np.float64).tiny)


def _p_value(gaps: Floats, errors: Floats, fits: Flags, start: int) -> float:
    after = np.sqrt((gaps[:, start:] ** 2).mean(axis=1))
    grown = after[fits] / np.maximum(errors[fits], np.finfo(np.float64).tiny)
    return float((grown >= grown[0] * (1 - 1e-12)).mean())


def simplex_mixtures(before: Floats) -> Floats:
    """[U, U] for each of U series [U, T0] the mixture of the others nearest to it; row sums are one.

    All at once, by accelerated projected gradients (Beck and Teboulle 2009, SIAM Journal on Imaging Sciences
    2(1)) with restarts. Row 0, the unit under study, is in nobody's mixture.
    """
    units = len(before)
    gram = before @ before.T / before.shape[1]
    ridge = RIDGE * float(np.trace(gram)) / units
    allowed = ~np.eye(units, dtype=np.bool_)
    allowed[:, 0] = False
    step = 1.0 / (float(np.linalg.eigvalsh(gram)[-1]) + ridge)
    weights = allowed / allowed.sum(axis=1, keepdims=True)
    ahead, momentum = weights, np.ones((units, 1))
    for _ in range(ROUNDS):
        gradient = ahead @ gram - gram + ridge * ahead
        moved = _onto_simplex(ahead - step * gradient, allowed)
        change = moved - weights
        if np.abs(change).max() < 1e-12:
            break
        # Momentum that points uphill is dropped, series by series.
        uphill = ((ahead - moved) * change).sum(axis=1, keepdims=True) > 0
        grown = np.where(uphill, 1.0, (1.0 + np.sqrt(1.0 + 4.0 * momentum**2)) / 2.0)
        ahead = moved + np.where(uphill, 0.0, (momentum - 1.0) / grown) * change
        weights, momentum = moved, grown
    return np.asarray(weights)


def _onto_simplex(points: Floats, allowed: Flags) -> Floats:
    """The nearest points with entries not negative, summing to one, zero where not allowed (Duchi et al. 2008)."""
    masked = np.where(allowed, points, -np.inf)
    ordered = -np.sort(-masked, axis=1)
    finite = np.isfinite(ordered)
    sums = np.cumsum(np.where(finite, ordered, 0.0), axis=1) - 1.0
    places = np.arange(1, points.shape[1] + 1)
    inside = finite & (ordered - sums / places > 0)
    last = inside.sum(axis=1) - 1
    level = sums[np.arange(len(points)), last] / (last + 1)
    return np.where(allowed, np.maximum(points - level[:, None], 0.0), 0.0)
