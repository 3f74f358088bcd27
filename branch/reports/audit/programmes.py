"""Programmes with one date (C1, C3) of a report, estimated anew from the panel in its annex. Needs numpy, no database."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from branch.reports.audit.annex_inputs import Figures, records
from branch.reports.audit.effect import Outcomes, panel_of, settings_of
from branch.uplift.interrupted import LEAST_AFTER, LEAST_BEFORE, Interrupted, interrupted
from branch.uplift.panel import Panel, Refused, UpliftSettings
from branch.uplift.synthetic import LEAST_DONORS, Synthetic, synthetic

# The longest series, and the fewest growers whose sum may be printed (of a unit below; of the whole it is a setting).
MOST_MONTHS = 72
FEWEST_GROWERS = 3


def recompute_programmes(annex: dict[str, Any]) -> tuple[Figures, Outcomes]:
    """Figures of the section on programmes by (section, table, row, column), and its outcomes by their paths."""
    figures: Figures = {}
    outcomes: Outcomes = {}
    frozen = annex.get("outcomes", {}).get("effect")
    if frozen is None:
        return figures, outcomes
    last = frozen["window"][1]
    programmes = [
        record for record in records(annex["inputs"]["programmes"]) if record["started_on"][:7] <= last
    ]
    built = panel_of(annex["inputs"], last=last) if programmes else None
    settings = settings_of(frozen["settings"])
    provisional = annex["window"]["standing"] != "final"
    for place, programme in enumerate(programmes):
        row = ("programmes", "programmes", str(place + 1))
        for column in ("value", "low", "high", "yuan"):
            figures[*row, column] = None
        if built is None:
            figures[*row, "growers"] = None
            outcomes[f"programmes/programmes/{place}/refusal"] = "too_few_growers"
            continue
        panel, months, growers, _unknown = built
        inside = (
            None
            if programme["unit_code"] == annex["unit"]
            else _inside(annex, programme["unit_code"], growers)
        )
        count, result, total = _estimate(
            panel, months, inside, programme["started_on"], annex["settings"], settings.confidence
        )
        figures[*row, "growers"] = count if count >= FEWEST_GROWERS else None
        outcomes |= _outcomes(f"programmes/programmes/{place}", result, settings, provisional=provisional)
        if isinstance(result, str):
            continue
        if all(_gates(result, settings, provisional=provisional).values()):
            for column, value in (("value", result.ratio), ("low", result.low), ("high", result.high)):
                figures[*row, column] = Fraction(f"{value - 1:.6f}")
            figures[*row, "yuan"] = round((result.actual - result.predicted) * 100)
        predicted = result.without if isinstance(result, Interrupted) else result.comparison
        for column_of, month in enumerate(months[-MOST_MONTHS:]):
            key = ("programmes", f"programme_{place + 1}", month)
            figures[*key, "actual"] = round(float(total[column_of]) * 100)
            figures[*key, "predicted"] = round(float(predicted[column_of]) * 100)
    return figures, outcomes


def _inside(annex: dict[str, Any], unit: str, growers: list[int]) -> Any:
    """Which rows of the panel are growers of the unit."""
    home = annex["growers"]
    return np.array([unit in (home[str(grower)]["village"], home[str(grower)]["unit"]) for grower in growers])


def _estimate(
    panel: Panel, months: list[str], inside: Any, started_on: str, rules: dict[str, Any], confidence: float
) -> tuple[int, Interrupted | Synthetic | str, Any]:
    """How many growers stand behind it, the estimate or why there is none, and the series itself."""
    months = months[-MOST_MONTHS:]
    # The first whole month: that of the day itself when it is the first of a month.
    start = sum(month < started_on[:7] for month in months) + (not started_on.endswith("-01"))
    outcome = panel.outcome[:, -len(months) :]
    whole = ~np.isnan(outcome).any(axis=1)
    own = whole if inside is None else whole & inside
    count, total = int(own.sum()), outcome[own].sum(axis=0)
    if inside is None and count < rules["fewest_like_for_like_growers"]:
        return count, "too_few_growers", total
    if inside is not None and count < FEWEST_GROWERS:
        return count, "suppressed", total
    if start < LEAST_BEFORE:
        return count, "too_few_before", total
    try:
        if inside is None:
            return count, interrupted(total, start, int(months[0][5:]), confidence=confidence), total
        donors = ~inside & (panel.starts >= panel.months)
        return count, synthetic(total, outcome[donors], start), total
    except Refused as refusal:
        return count, refusal.code, total


def _gates(
    result: Interrupted | Synthetic, settings: UpliftSettings, *, provisional: bool
) -> dict[str, bool]:
    if isinstance(result, Interrupted):
        own = {
            "C1.before": result.months_before >= LEAST_BEFORE,
            "C1.after": result.months_after >= LEAST_AFTER,
        }
    else:
        own = {
            "C3.donors": len(result.placebo_ratios) >= LEAST_DONORS,
            "C3.rank": result.p_value <= 1 - settings.confidence,
        }
    return own | {
        "G3.zero": result.low > 1 or result.high < 1,
        "G4.width": result.high - result.low <= settings.widest,
        "G6.provisional": not provisional,
    }


def _outcomes(
    path: str, result: Interrupted | Synthetic | str, settings: UpliftSettings, *, provisional: bool
) -> Outcomes:
    if isinstance(result, str):
        return {f"{path}/refusal": result}
    outcomes: Outcomes = {
        f"{path}/refusal": None,
        f"{path}/ratio": f"{result.ratio:.6f}",
        f"{path}/low": f"{result.low:.6f}",
        f"{path}/high": f"{result.high:.6f}",
    }
    for place, (code, passed) in enumerate(_gates(result, settings, provisional=provisional).items()):
        outcomes |= {f"{path}/gates/{place}/code": code, f"{path}/gates/{place}/passed": bool(passed)}
    return outcomes
