"""The study's tables in Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.uplift.study import NAIVE, Summary

PROMISED = (0.93, 0.97)
KINDS = {
    "holds": "assumptions hold",
    "broken": "an assumption broken on purpose",
    "scarce": "more asked than the data hold",
}


def estimates(rows: Sequence[Summary]) -> str:
    """Bias and coverage of the estimate, over every seed that has one."""
    lines = [
        "| scenario | | true | mean estimate | bias, log | bias, points | spread, log | mean standard error | interval covers | estimates |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        cells = [row.scenario.name, KINDS[row.scenario.kind], percent(row.scenario.world.effect)]
        if row.estimates:
            cells += [
                percent(row.mean),
                f"{row.bias_log:+.3f}",
                f"{100 * row.bias_ratio:+.1f}",
                f"{row.sd_log:.3f}",
                f"{row.se_log:.3f}",
                f"{row.coverage:.1%}".replace("%", " %"),
            ]
        else:
            cells += ["none"] + ["–"] * 5
        lines.append(line([*cells, f"{row.estimates} of {row.seeds}"]))
    return "\n".join(lines)


def beside_naive(rows: Sequence[Summary]) -> str:
    """The estimate beside what is usually written, means over all seeds."""
    names = [name for name, _figure in NAIVE]
    lines = [line(["scenario", "true", "estimate", *names]), line(["---"] * (3 + len(names)))]
    for row in rows:
        estimate = percent(row.mean) if row.estimates else "refused"
        figures = [percent(figure) for figure in row.naive]
        lines.append(line([row.scenario.name, percent(row.scenario.world.effect), estimate, *figures]))
    return "\n".join(lines)


def gates(rows: Sequence[Summary]) -> str:
    """What a reader would have been told: headlines, refusals and the gates that closed, shares of all seeds."""
    lines = [
        "| scenario | figure in the headline | of these, interval misses the truth | no estimate | gates closed |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        cells = [
            row.scenario.name,
            share(row.headlines, row.seeds),
            f"{row.false_headlines} of {row.headlines}" if row.headlines else "–",
            _listed(row.refused, row.seeds),
            _listed(row.closed, row.seeds),
        ]
        lines.append(line(cells))
    return "\n".join(lines)


def outside(rows: Sequence[Summary], *, by_errors: float = 0.0) -> list[str]:
    """The scenarios in which the assumptions hold and the interval's coverage is not what was promised.

    `by_errors` standard errors of counting are allowed for: with 200 seeds one is 1.5 points.
    """
    low, high = PROMISED
    found = []
    for row in rows:
        allowed = by_errors * math.sqrt(0.95 * 0.05 / max(row.estimates, 1))
        if row.scenario.kind == "holds" and not low - allowed <= row.coverage <= high + allowed:
            found.append(f"{row.scenario.name}: {row.coverage:.1%}")
    return found


def percent(value: float) -> str:
    """A signed percentage with one decimal and no -0.0; a dash where there is none."""
    if math.isnan(value):
        return "–"
    text = f"{100 * value:+.1f}"
    return ("0.0" if text in {"+0.0", "-0.0"} else text) + " %"


def share(count: int, of: int) -> str:
    """A share of all seeds in per cent."""
    return f"{100 * count / of:.1f} %"


def line(cells: Sequence[str]) -> str:
    """One row of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def _listed(counts: dict[str, int], seeds: int) -> str:
    most_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"`{code}` {share(count, seeds)}" for code, count in most_first) or "–"
