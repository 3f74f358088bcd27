"""Money is an integer of minor units beside its currency: how it is written, and shares that sum to the whole."""

from __future__ import annotations

from collections.abc import Sequence

MINOR_DIGITS = {"CNY": 2, "USD": 2, "EUR": 2, "HKD": 2, "JPY": 0}


def decimal_text(amount_minor: int, currency: str = "CNY") -> str:
    """Minor units (fen for CNY) in plain decimal notation without grouping, as `-1234.50`."""
    digits = MINOR_DIGITS[currency]
    sign = "-" if amount_minor < 0 else ""
    units, minor = divmod(abs(amount_minor), 10**digits)
    return f"{sign}{units}.{minor:0{digits}d}" if digits else f"{sign}{units}"


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to `weights` so that the parts sum to it exactly.

    Largest remainder; equal remainders go to the earlier part. A negative total is split like its
    positive and negated. All-zero weights share equally. No part has the other sign than `total`.

    Raises:
        ValueError: no weights, or a negative one.
    """
    if not weights:
        raise ValueError("nothing to allocate to")
    if any(w < 0 for w in weights):
        raise ValueError("weights are not negative")
    if total < 0:
        return [-part for part in allocate(-total, weights)]
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * w // whole for w in weights]
    left = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return parts
