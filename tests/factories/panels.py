"""Made-up panels with a planted effect: seasonal, unequal growers, joiners at different dates."""

from __future__ import annotations

import random
from dataclasses import replace

from branch.ledger.rules.periods import Period
from branch.reports.facts.evidence import Scope
from branch.reports.facts.panel import PanelCell, PanelGrower, months_between
from tests.factories.reports import SEASON, make_scope

FIRST, LAST = Period(2023, 1), Period(2026, 4)


def make_panel(
    *,
    growers: int = 60,
    joiners: int = 40,
    effect: float = 0.25,
    noise: float = 0.15,
    seed: int = 7,
) -> tuple[tuple[PanelGrower, ...], tuple[PanelCell, ...]]:
    """Growers of whom `joiners` are authorised one after another from the third year on."""
    rng = random.Random(seed)  # noqa: S311 - the same panel every time is the point
    months = months_between(FIRST, LAST)
    shocks = {month: rng.lognormvariate(0, 0.1) for month in months}
    members, cells = [], []
    for number in range(1, growers + 1):
        start = months[24 + number % 12] if number <= joiners else None
        members.append(PanelGrower(number, start and start.start, channels_known=True))
        size = rng.lognormvariate(0, 0.6)
        for month in months:
            authorised = start is not None and month >= start
            sold = (
                200_000 * size * SEASON[month.start.month - 1] * shocks[month] * rng.lognormvariate(0, noise)
            )
            cells.append(PanelCell(number, month, round(sold * (1 + effect * authorised))))
    return tuple(members), tuple(cells)


def with_panel(scope: Scope | None = None, **values: object) -> Scope:
    """A scope whose evidence holds such a panel; `values` go to `make_panel`."""
    growers, cells = make_panel(**values)  # type: ignore[arg-type]
    given = scope or make_scope()
    return replace(given, evidence=replace(given.evidence, panel_growers=growers, panel_cells=cells))
