"""Why a payment wants a person's eye, as it is kept: a word and a detail. Pure."""

from __future__ import annotations


def attention(code: str, detail: str = "") -> str:
    """What is kept in `payment.attention`."""
    return f"{code}:{detail}"


def disagreements_of(attention: str) -> frozenset[str]:
    """In what money disagrees with its order: of `amount`, `currency`, `order`, `payment`."""
    code, _colon, detail = attention.partition(":")
    return frozenset(detail.split(",")) if code == "disagrees" else frozenset()
