"""Recognises a licence number as people type it (pure)."""

import re

_SHAPE = re.compile(r"([A-Z][A-Z0-9]{1,7})-?(\d{4})-?([0-9A-Z]{5})")
# Crockford's base 32 has no such letters, so whoever types one means a digit.
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def licence_number(text: str) -> str | None:
    """The number that `text` means: any case, blanks anywhere, hyphens of any kind or none, O for 0, I and L for 1."""
    plain = re.sub(r"[\s\u00ad]", "", text).translate(str.maketrans("－–—−‐‑", "------")).upper()
    match = _SHAPE.fullmatch(plain)
    if match is None:
        return None
    prefix, year, tail = match.groups()
    return f"{prefix}-{year}-{tail.translate(_MEANT)}"
