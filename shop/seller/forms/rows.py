"""Rows of the listing form are added and taken away without JavaScript: by buttons that send the form."""

from __future__ import annotations

import re

from shop.seller.forms.typed_offer import Typed, without_rows

ROW = re.compile(r"variants-([0-9]{1,18})-")


def change_rows(typed: Typed, action: str) -> Typed:
    """What was typed, with the row added or taken away that `action` names: `add_variant`, `add_tier-1`, `remove_variant-1`."""
    verb, _, number = action.partition("-")
    rows = sorted({int(match[1]) for name in typed if (match := ROW.match(name))})
    if verb == "add_variant":
        return typed | _next_variant(typed, rows)
    named = number in {str(row) for row in rows}
    if verb == "remove_variant" and named and len(rows) > 1:
        return without_rows(typed, f"variants-{number}-")
    if verb == "add_tier" and named:
        prefix = f"variants-{number}-tiers-"
        lines = {int(name[len(prefix) :].split("-")[0]) for name in typed if name.startswith(prefix)}
        line = max(lines, default=-1) + 1
        return typed | {f"{prefix}{line}-from_quantity": [""], f"{prefix}{line}-unit_price": [""]}
    return typed


def _next_variant(typed: Typed, rows: list[int]) -> Typed:
    """One more size grade, sold like the last one: same unit, quantities and weight, sizes and prices empty."""
    row = max(rows, default=-1) + 1
    fresh: Typed = {f"variants-{row}-tiers-0-from_quantity": [""], f"variants-{row}-tiers-0-unit_price": [""]}
    if rows:
        for name in ("unit", "plants_per_unit", "minimum_quantity", "increment"):
            fresh[f"variants-{row}-{name}"] = typed.get(f"variants-{rows[-1]}-{name}", [""])
        fresh[f"variants-{row}-tiers-0-from_quantity"] = typed.get(
            f"variants-{rows[-1]}-minimum_quantity", [""]
        )
    return fresh
