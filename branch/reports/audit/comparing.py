"""Comparing a report's figures with what follows from its frozen annex, as an auditor would. Needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from branch.reports.audit.annex_inputs import Figures
from branch.reports.audit.recomputing import recompute

# Fractions are printed with many digits; this is where they were cut off.
CLOSE = Fraction(1, 10**18)


@dataclass(frozen=True)
class Audit:
    """`agree` figures came out as printed; `differ` names those that did not; `given` could not be recomputed
    because they are inputs themselves, or stand behind a gate of another section.
    """

    agree: int
    differ: tuple[str, ...]
    given: tuple[str, ...]


def audit(annex: dict[str, Any]) -> Audit:
    """Recompute every figure that follows from the annex's inputs and compare it with the one in the report."""
    estimated, outcomes = _estimated(annex)
    expected = recompute(annex) | estimated
    agree, differ, given = 0, [], []
    for section, tables in annex["sections"].items():
        for table, content in tables.items():
            for row, cells in content["rows"].items():
                for column, printed in cells.items():
                    where = (section, table, row, column)
                    if where not in expected:
                        if printed is not None:
                            given.append("/".join(where))
                    elif _same(printed, expected[where]):
                        agree += 1
                    else:
                        differ.append(
                            f"{'/'.join(where)}: printed {printed}, computed {_short(expected[where])}"
                        )
    for path, computed in outcomes.items():
        outcome = _at(annex["outcomes"], path)
        if outcome == computed:
            agree += 1
        else:
            differ.append(f"{path}: printed {outcome}, computed {computed}")
    return Audit(agree, tuple(differ), tuple(given))


def _at(node: Any, path: str) -> Any:
    for name in path.split("/"):
        if isinstance(node, list):
            node = node[int(name)] if int(name) < len(node) else None
        else:
            node = None if node is None else node.get(name)
    return node


def _estimated(annex: dict[str, Any]) -> tuple[Figures, Mapping[str, str | bool | None]]:
    """Estimates, gates and adjusted series; without numpy these figures count among those that were not recomputed."""
    try:
        from branch.reports.audit.effect import recompute_effect, recompute_seasonal
        from branch.reports.audit.programmes import recompute_programmes
    except ImportError:
        return {}, {}
    effect, outcomes = recompute_effect(annex)
    programmes, of_programmes = recompute_programmes(annex)
    return effect | recompute_seasonal(annex) | programmes, outcomes | of_programmes


def _same(printed: Any, computed: Fraction | int | None) -> bool:
    if printed is None or computed is None:
        return printed is None and computed is None
    return abs(Fraction(printed) - computed) <= CLOSE


def _short(value: Fraction | int | None) -> str:
    return "nothing" if value is None else str(value if isinstance(value, int) else float(value))
