"""The gates that an estimate must pass before its number may stand in a headline.

Thresholds are settings and are returned with each gate, so that a report can print them. Pure.
"""

import math
from dataclasses import dataclass
from typing import Literal

from branch.uplift.blocks import Placebo
from branch.uplift.estimation import Uplift
from branch.uplift.panel import UpliftSettings

Wording = Literal[
    "effect", "preliminary", "one_grower", "no_clear_change", "pretrend", "insufficient", "refused"
]
Side = Literal["at_least", "at_most", "beyond"]


@dataclass(frozen=True)
class Gate:
    """One condition: `value` against `threshold`.

    `side` says which way: at least, at most, or `beyond` (the interval's end next to the threshold lies past
    it, on the estimate's side). `value` is None where it could not be had; the gate is closed then.
    """

    code: str
    passed: bool
    value: float | None
    threshold: float
    side: Side


def at_least(code: str, value: float | None, threshold: float) -> Gate:
    """A gate that is open from `threshold` on; a missing value closes it."""
    return Gate(code, value is not None and value >= threshold, value, threshold, "at_least")


def at_most(code: str, value: float | None, threshold: float) -> Gate:
    """A gate that is open up to `threshold`; a missing value closes it."""
    return Gate(code, value is not None and value <= threshold, value, threshold, "at_most")


def gates(
    uplift: Uplift,
    before: Placebo | None,
    settings: UpliftSettings,
    *,
    provisional: bool,
    channels_unknown: int,
    authorised: int,
) -> tuple[Gate, ...]:
    """Every gate, open or closed, in the order of the method note.

    `channels_unknown` growers were left out of the panel because their other channels are not known;
    `authorised` is how many the panel has. A window's `provisional` figures change when refunds come in.
    """
    known = authorised / (authorised + channels_unknown)
    end = uplift.low if uplift.ratio >= 1 else uplift.high
    clear = uplift.low > 1 or uplift.high < 1
    p_value = None if before is None or math.isnan(before.p_value) else before.p_value
    half = settings.placebo_share * abs(math.log(uplift.ratio))
    result = [
        at_least("G1.history", uplift.median_history, settings.least_history),
        at_least("G1.treated", uplift.treated, settings.least_treated),
        at_least("G1.comparisons", uplift.comparisons, settings.least_comparisons),
        at_least("G1.effective", uplift.effective_growers, settings.least_effective),
        at_least("G1.coverage", uplift.coverage, settings.least_coverage),
        at_least("G1.channels", known, settings.least_known_channels),
        at_least("G2.pretrend", p_value, settings.placebo_level),
        at_most("G2.size", None if before is None else abs(before.log_ratios[0]), half),
        Gate("G3.zero", clear, end, 1.0, "beyond"),
        at_most("G4.width", uplift.high - uplift.low, settings.widest),
        at_most("G5.one_grower", uplift.largest_share, settings.most_from_one),
        at_most("G6.provisional", float(provisional), 0.0),
    ]
    if settings.least_base is not None:
        result.insert(6, at_least("G1.base", uplift.predicted, settings.least_base))
    return tuple(result)


def wording(passed: tuple[Gate, ...]) -> Wording:
    """The rung of words that the gates allow; the gravest reason first.

    `insufficient` 数据不足, `pretrend` the two sides parted before the authorisation already,
    `no_clear_change` 未发现显著变化, `one_grower` one grower carries it, `preliminary` 初步数, `effect` 估计效应.
    A placebo larger than a share of the estimate speaks only where there is an estimate to speak of.
    """
    closed = {gate.code: gate for gate in passed if not gate.passed}
    if any(code.startswith(("G1.", "G4.")) for code in closed):
        return "insufficient"
    if "G2.pretrend" in closed:
        return "insufficient" if closed["G2.pretrend"].value is None else "pretrend"
    order: tuple[tuple[str, Wording], ...] = (
        ("G3.zero", "no_clear_change"),
        ("G2.size", "pretrend"),
        ("G5.one_grower", "one_grower"),
        ("G6.provisional", "preliminary"),
    )
    return next((word for code, word in order if code in closed), "effect")
