"""Sections whose figures are estimates, computed anew from an annex: effects, gates, adjusted series. Needs numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from branch.reports.audit.annex_inputs import Figures
from branch.reports.audit.effect import Outcomes, recompute_effect, recompute_seasonal
from branch.reports.audit.programmes import recompute_programmes

# By the section's key: its figures, and its outcomes by their paths.
ESTIMATED: dict[str, Callable[[dict[str, Any]], tuple[Figures, Outcomes]]] = {
    "effect": recompute_effect,
    "seasonal": lambda annex: (recompute_seasonal(annex), {}),
    "programmes": recompute_programmes,
}
