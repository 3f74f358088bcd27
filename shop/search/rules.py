"""What was typed, understood: script, pinyin, typos, sizes. Pure; the same words are made for documents and queries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from core import pinyin

if TYPE_CHECKING:
    import opencc

LONGEST_QUERY = 120
# What shoppers add to a plant's name without meaning more by it.
FILLER = re.compile(
    r"树苗|苗木|小苗|大苗|幼苗|苗子|绿化苗?|批发|出售|直销|价格|报价|多少钱|哪里有|供应|桂花树|的|seedlings?|plants?|trees?"
)
CJK_RUN = re.compile(r"[\u3400-\u9fff]+")
LATIN_WORD = re.compile(r"[a-z][a-z'’]*|\d+")
_NUMBER = r"(\d{1,4}(?:\.\d)?)"
_RANGE = rf"{_NUMBER}(?:\s*(?:-|~|～|–|—|到|至)\s*{_NUMBER})?"
_CM = r"(?:公分|厘米|cm|㎝|分)"
SIZE = re.compile(
    rf"(?P<before>地径|胸径|米径|干径|直径|径|株高|苗高|高度|高|冠幅|冠)?\s*(?:{_RANGE})\s*"
    rf"(?:(?P<cm>{_CM})|(?P<m>米|m(?![a-z])))\s*(?:(?P<after>高|粗|地径|胸径|米径|株高)(?!\s*\d))?"
    rf"|(?P<bare_before>地径|胸径|米径|干径)\s*{_NUMBER}"
)
# A single number of centimetres from here on is a height: nobody sells a trunk of half a metre by post.
HEIGHT_FROM_CM = 40


@dataclass(frozen=True)
class SizeWanted:
    """A measure that was typed; `measure` is `diameter_mm`, `height_cm` or `crown_cm`, both ends included."""

    measure: str
    least: int
    most: int


@dataclass(frozen=True)
class Query:
    """A query taken apart: runs of Chinese characters, Latin words, and sizes."""

    chinese: tuple[str, ...]
    latin: tuple[str, ...]
    sizes: tuple[SizeWanted, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing of what was typed was understood."""
        return not (self.chinese or self.latin or self.sizes)


@cache
def _simplifier() -> opencc.OpenCC:
    import opencc

    return opencc.OpenCC("t2s")


@lru_cache(maxsize=4096)
def simplified(text: str) -> str:
    """One writing for all: full width folded, lower case, traditional characters made simplified."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return str(_simplifier().convert(folded)) if CJK_RUN.search(folded) else folded


def parse_query(text: str) -> Query:
    """Take what was typed apart; anything that cannot be understood is left out, never an error."""
    plain = simplified(text[:LONGEST_QUERY])
    sizes = tuple(size for size in map(_size, SIZE.finditer(plain)) if size is not None)
    plain = SIZE.sub(" ", plain)
    without_filler = FILLER.sub(" ", plain)
    if CJK_RUN.search(without_filler) or LATIN_WORD.search(without_filler) or sizes:
        plain = without_filler
    return Query(
        chinese=tuple(CJK_RUN.findall(plain)),
        latin=tuple(word.replace("'", "").replace("’", "") for word in LATIN_WORD.findall(plain)),
        sizes=sizes,
    )


def _size(match: re.Match[str]) -> SizeWanted | None:
    numbers = [group for group in match.groups() if group and re.fullmatch(_NUMBER, group)]
    if not numbers:
        return None
    least, most = float(numbers[0]), float(numbers[-1])
    if most < least:
        least, most = most, least
    label = f"{match['before'] or ''}{match['after'] or ''}{match['bare_before'] or ''}"
    if match["m"]:
        least, most = least * 100, most * 100
    if "冠" in label:
        return SizeWanted("crown_cm", round(least), round(most))
    tall = "高" in label or match["m"] or (not label and least >= HEIGHT_FROM_CM)
    if tall:
        return SizeWanted("height_cm", round(least), round(most))
    return SizeWanted("diameter_mm", round(least * 10), round(most * 10))


def text_tokens(texts: Iterable[str]) -> Iterator[str]:
    """Tokens of what is written: every Chinese character, every pair of neighbours, every Latin word."""
    for text in texts:
        plain = simplified(text)
        for run in CJK_RUN.findall(plain):
            yield from run
            yield from pairs(run)
        yield from LATIN_WORD.findall(plain)


def pairs(run: str) -> list[str]:
    """Neighbouring pairs of characters: 朱砂丹桂 gives 朱砂, 砂丹, 丹桂."""
    return [run[i : i + 2] for i in range(len(run) - 1)]


@lru_cache(maxsize=8192)
def syllables(run: str) -> tuple[str, ...]:
    """The pinyin of a run of Chinese characters, without tones."""
    return tuple(pinyin.syllables(run))


def pinyin_tokens(texts: Iterable[str]) -> Iterator[str]:
    """Tokens of how it sounds: syllables, up to five of them joined, and their initials (zsdg for 朱砂丹桂)."""
    for text in texts:
        for run in CJK_RUN.findall(simplified(text)):
            heard = syllables(run)
            for start in range(len(heard)):
                for end in range(start + 1, min(start + 5, len(heard)) + 1):
                    part = heard[start:end]
                    yield "".join(part)
                    if len(part) > 1:
                        yield "".join(syllable[0] for syllable in part)


def sound_of(run: str) -> str:
    """How a run of Chinese characters is typed in pinyin, to find it in spite of a wrong homophone."""
    return "".join(syllables(run))
