"""Hiding what would point at one grower or two: rows are put together, months are left out. Pure.

A row is small when one or two growers stand behind it in either window. Small rows become one row;
when that one would still be small, the next smallest row joins it, so that no difference between the
total and the printed rows gives a hidden row away. A month of a series is hidden in the same way, and
never alone in its month or in its series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

FEWEST_GROWERS = 3


def is_small(growers: AbstractSet[int]) -> bool:
    """Whether there are growers, but too few of them to be printed."""
    return 0 < len(growers) < FEWEST_GROWERS


def to_put_together(
    now: Mapping[str, AbstractSet[int]], before: Mapping[str, AbstractSet[int]], by_size: Sequence[str]
) -> frozenset[str]:
    """The codes that must share one row; `by_size` has all of them, the largest first."""
    together = {
        code for code in by_size if is_small(now.get(code, set())) or is_small(before.get(code, set()))
    }
    if not together:
        return frozenset()
    for code in reversed(by_size):
        merged = [set().union(*(sets.get(one, set()) for one in together)) for sets in (now, before)]
        if not any(is_small(growers) for growers in merged):
            break
        together.add(code)
    return frozenset(together)


def hidden_cells(
    growers: Mapping[tuple[str, str], AbstractSet[int]],
    sizes: Mapping[tuple[str, str], int],
    rows: Sequence[str],
    columns: Sequence[str],
) -> frozenset[tuple[str, str]]:
    """The cells `(row, column)` of a table that stay empty, so that neither row nor column sums betray one.

    A cell of one or two growers is hidden. A row or a column with one hidden cell hides its smallest
    other cell as well, until none has exactly one; cells without growers are known to be empty and hide nothing.
    """
    hidden = {cell for cell, found in growers.items() if is_small(found)}
    lines = [[(row, column) for column in columns] for row in rows]
    lines += [[(row, column) for row in rows] for column in columns]
    moved = True
    while moved:
        moved = False
        for line in lines:
            inside = [cell for cell in line if cell in hidden]
            if len(inside) != 1:
                continue
            open_cells = [cell for cell in line if cell not in hidden and growers.get(cell)]
            if open_cells:
                hidden.add(min(open_cells, key=lambda cell: (sizes.get(cell, 0), cell)))
                moved = True
    return frozenset(hidden)
