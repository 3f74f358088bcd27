"""Addresses of listings: readable, and not to be guessed from one another."""

from __future__ import annotations

import re

from core import pinyin
from core.ids import random_id

WORDS_LENGTH = 48
RANDOM_LENGTH = 8


def listing_slug(title: str) -> str:
    """`朱砂丹桂 8公分` becomes `zhu-sha-dan-gui-8-gong-fen-k3v9x2qa`; the end is random (40 bits)."""
    words = re.findall(r"[a-z0-9]+", " ".join(pinyin.syllables(title)).lower())
    readable = ""
    for word in words:
        if len(readable) + len(word) + 1 > WORDS_LENGTH:
            break
        readable += f"{word}-"
    return readable + random_id(RANDOM_LENGTH)
