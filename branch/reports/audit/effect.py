"""The authorised effect and the adjusted series of a report, estimated anew from the panel in its annex. Needs numpy, no database."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np

from branch.uplift.assessment import Assessment, assess
from branch.uplift.blocks import EventBlock
from branch.uplift.estimation import counterfactual_for
from branch.uplift.inference import jackknife, quantile
from branch.uplift.panel import Panel, Refused, UpliftSettings
from branch.uplift.seasonal import seasonally_adjust

Figures = dict[tuple[str, str, str, str], Fraction | int | None]


Outcomes = dict[str, str | bool | None]


def recompute_effect(annex: dict[str, Any]) -> tuple[Figures, Outcomes]:
    """Figures of the section on the effect by (section, table, row, column), and its outcomes by their paths.

    Both are empty without such a section.
    """
    outcome = annex.get("outcomes", {}).get("effect")
    figures: Figures = {}
    built = None if outcome is None else panel_of(annex["inputs"], last=outcome["window"][1])
    if outcome is None or built is None:
        return figures, {}
    panel, months, _rows, unknown = built
    start, stop = (months.index(max(month, months[0])) for month in outcome["window"])
    assessed = assess(
        panel,
        slice(start, stop + 1),
        settings_of(outcome["settings"]),
        provisional=annex["window"]["standing"] != "final",
        channels_unknown=unknown,
    )
    _estimate(assessed, figures)
    _members(assessed, annex, figures)
    _months(panel, months, slice(start, stop + 1), assessed.settings, figures)
    placebo = () if assessed.placebo is None else assessed.placebo.blocks
    for block in (*placebo, *assessed.events):
        _event(block, figures)
    return figures, _outcomes(assessed)


def _outcomes(assessed: Assessment) -> Outcomes:
    """What the gates found, and the estimate, as reports freeze them: numbers with six decimals."""

    def plain(value: float | None) -> str | None:
        return None if value is None else f"{value:.6f}"

    outcomes: Outcomes = {}
    for place, gate in enumerate(assessed.gates):
        key = f"effect/gates/{place}"
        outcomes |= {
            f"{key}/code": gate.code,
            f"{key}/passed": gate.passed,
            f"{key}/value": plain(gate.value),
            f"{key}/threshold": plain(gate.threshold),
        }
    if (estimate := assessed.estimate) is not None:
        for name, value in (
            ("ratio", estimate.ratio), ("low", estimate.low), ("high", estimate.high),
            ("actual_yuan", estimate.actual), ("predicted_yuan", estimate.predicted),
        ):  # fmt: skip
            outcomes[f"effect/estimate/{name}"] = plain(value)
    return outcomes


def recompute_seasonal(annex: dict[str, Any]) -> Figures:
    """The seasonally adjusted series of the growers who are covered in each of its months."""
    figures: Figures = {}
    months = list(annex["sections"].get("seasonal", {}).get("seasonal", {"rows": {}})["rows"])
    if not months:
        return figures
    inputs = annex["inputs"]
    known = {record["grower"] for record in _records(inputs["panel_growers"]) if record["channels_known"]}
    sums: defaultdict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cell in _records(inputs["panel_cells"]):
        if cell["grower"] in known and cell["month"] in months:
            sums[cell["grower"]][cell["month"]] += cell["net_minor"]
    whole = [mine for mine in sums.values() if len(mine) == len(months)]
    total = np.array([sum(mine[month] / 100 for mine in whole) for month in months])
    adjusted = seasonally_adjust(total, int(months[0][5:]))
    for place, month in enumerate(months):
        trend = float(adjusted.trend[place])
        key = ("seasonal", "seasonal", month)
        figures[*key, "recorded"] = round(float(total[place]) * 100)
        figures[*key, "adjusted"] = round(float(adjusted.adjusted[place]) * 100)
        figures[*key, "trend"] = None if math.isnan(trend) else round(trend * 100)
    return figures


def settings_of(frozen_settings: dict[str, Any]) -> UpliftSettings:
    """The settings as they were frozen: fractions as text, the rest as it is."""
    kinds = {field.name: field.type for field in fields(UpliftSettings)}
    values: dict[str, Any] = {
        name: float(value) if isinstance(value, str) and "float" in str(kinds[name]) else value
        for name, value in frozen_settings.items()
    }
    return UpliftSettings(**values)


def panel_of(inputs: dict[str, Any], *, last: str) -> tuple[Panel, list[str], list[int], int] | None:
    """The panel up to the month `last`, its months, the growers of its rows, and how many authorised ones are not in it."""
    growers = {row["grower"]: row for row in _records(inputs.get("panel_growers"))}
    sums: defaultdict[tuple[int, str], int] = defaultdict(int)
    for cell in _records(inputs.get("panel_cells")):
        if growers[cell["grower"]]["channels_known"] and cell["month"] <= last:
            sums[cell["grower"], cell["month"]] += cell["net_minor"]
    if not sums:
        return None
    first = min(month for _grower, month in sums)
    months = [_month(first, step) for step in range(_apart(first, last) + 1)]
    rows = sorted({grower for grower, _month in sums})
    outcome = np.full((len(rows), len(months)), np.nan)
    for (grower, month), net_minor in sums.items():
        outcome[rows.index(grower), _apart(first, month)] = net_minor / 100
    days = [growers[grower]["authorised_on"] for grower in rows]
    starts = [len(months) if day is None else min(_apart(first, day[:7]), len(months)) for day in days]
    unknown = sum(
        not row["channels_known"] and row["authorised_on"] is not None and row["authorised_on"][:7] <= last
        for row in growers.values()
    )
    return Panel(outcome, np.array(starts), int(first[5:])), months, rows, unknown


def _records(table: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [] if table is None else [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def _apart(first: str, later: str) -> int:
    return (int(later[:4]) - int(first[:4])) * 12 + int(later[5:7]) - int(first[5:7])


def _month(first: str, step: int) -> str:
    year, month = divmod(int(first[:4]) * 12 + int(first[5:]) - 1 + step, 12)
    return f"{year:04d}-{month + 1:02d}"


def _ratio(value: float | None) -> Fraction | None:
    """A ratio less one as reports keep it: six places."""
    return None if value is None else Fraction(f"{value - 1:.6f}")


def _estimate(assessed: Assessment, figures: Figures) -> None:
    estimate = assessed.estimate
    if estimate is None:
        return
    key = ("effect", "estimate")
    ratios = (("value", estimate.ratio), ("low", estimate.low), ("high", estimate.high))
    gains = (("yuan", estimate.gain), ("yuan_low", estimate.gain_low), ("yuan_high", estimate.gain_high))
    for row, amount in (("actual", estimate.actual), ("predicted", estimate.predicted)):
        for column in ("value", "low", "high", "yuan_low", "yuan_high"):
            figures[*key, row, column] = None
        figures[*key, row, "yuan"] = round(amount * 100)
    for column, ratio in ratios:
        figures[*key, "effect", column] = _ratio(ratio)
    for column, gain in gains:
        figures[*key, "effect", column] = round(gain * 100)


def _members(assessed: Assessment, annex: dict[str, Any], figures: Figures) -> None:
    growers = _records(annex["inputs"].get("panel_growers"))
    known = {record["grower"] for record in growers if record["channels_known"]}
    covered = {cell["grower"] for cell in _records(annex["inputs"].get("panel_cells"))}
    counts: dict[str, int] = {
        "channels_unknown": len(growers) - len(known),
        "never_covered": len(known - covered),
    }
    if (estimate := assessed.estimate) is not None:
        counts |= {
            "treated": estimate.treated,
            "comparisons": estimate.comparisons,
            "never": estimate.never_authorised,
            "new_sellers": len(estimate.new_sellers),
            "short_history": len(estimate.short_history),
            "cells": estimate.cells,
            "anticipation": estimate.anticipation_cells,
            **{f"out_{reason}": number for reason, number in estimate.excluded.items()},
        }
    for row, number in counts.items():
        figures["effect", "members", row, "number"] = number


def _months(
    panel: Panel, months: list[str], columns: slice, settings: UpliftSettings, figures: Figures
) -> None:
    """Each month by itself: sold, predicted, and the interval of the prediction, in fen."""
    try:
        chosen, _warnings = counterfactual_for(panel, columns, settings)
    except Refused:
        return
    for column in range(columns.start, columns.stop):
        cells = np.zeros((1, *panel.outcome.shape), dtype=np.bool_)
        cells[0, :, column] = True
        estimates = jackknife(chosen, cells)
        reach = quantile(settings.confidence, estimates.clusters) * estimates.errors[0]
        predicted = float(estimates.predicted[0])
        values = {
            "actual": float(estimates.actual[0]),
            "predicted": predicted,
            "low": predicted * math.exp(-reach),
            "high": predicted * math.exp(reach),
        }
        for name, value in values.items():
            if not math.isnan(value):
                figures["effect", "effect_months", months[column], name] = round(value * 100)


def _event(block: EventBlock, figures: Figures) -> None:
    key = ("effect", "effect_events", f"{block.first}..{block.last}")
    figures[*key, "growers"] = None if block.suppressed else block.growers
    for column, ratio in (("ratio", block.ratio), ("low", block.low), ("high", block.high)):
        figures[*key, column] = _ratio(ratio)
