"""Addresses made of names (pure)."""

import re
from collections.abc import Iterable

LONGEST = 60


def slug_base(words: Iterable[str]) -> str:
    """`["zhu", "sha", "yuan"]` -> `zhu-sha-yuan`; what is no letter or digit becomes a hyphen."""
    joined = "-".join(word.lower() for word in words)
    return re.sub(r"[^a-z0-9]+", "-", joined).strip("-")[:LONGEST].rstrip("-")
