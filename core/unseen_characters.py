"""Characters that nobody sees and machines stumble over: what they are, how they go, and where they may not stand (pure).

Dropped where people type, for they were pasted and carry nothing; refused where programs write, for they chose them.
Control characters but tab and line ends, deletions and C1; the marks that turn the direction of what follows; half
surrogates; characters that Unicode keeps for nobody. XML, and with it feeds, workbooks and vector pictures, cannot hold most
of them at all; the marks of direction make a name read as another one.
"""

from __future__ import annotations

import re
from typing import Any

# Breaks of lines and pages as word processors paste them.
_BREAKS = "\x0b\x0c\x85\u2028\u2029"
_UNSEEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
    "\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
)
_DROPPED = re.compile(f"[{_UNSEEN}]")
_BROKEN = re.compile(f"[{_BREAKS}]")
# All of them, to stand inside the brackets of a pattern.
UNSEEN = _UNSEEN + _BREAKS
_ANY = re.compile(f"[{UNSEEN}]")


def without_unseen(text: str) -> str:
    """The text without what nobody sees; breaks of any kind become line ends. The same text where there is none."""
    if text.isascii() and text.isprintable():
        return text
    return _DROPPED.sub("", _BROKEN.sub("\n", text))


def first_unseen(text: str) -> str | None:
    """The first such character, as `U+000B`; None when there is none."""
    if text.isascii() and text.isprintable():
        return None
    match = _ANY.search(text)
    return None if match is None else f"U+{ord(match[0]):04X}"


def seen(value: Any) -> Any:
    """What JSON can say, with every text in it without what nobody sees."""
    if isinstance(value, str):
        return without_unseen(value)
    if isinstance(value, dict):
        return {seen(key): seen(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [seen(inner) for inner in value]
    return value
