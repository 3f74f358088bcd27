"""The colour tokens of both themes, and the pairs of them whose contrast is proved (`test_tokens.py`).

A page may put words in one token on another only if the pair stands here; the looks at the pages hold them to it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CSS = Path(__file__).resolve().parents[1] / "static" / "css"
COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")

SURFACES = ("paper", "paper-raised", "stone-1")
PROVEN = [(ink, surface) for ink in ("ink", "stone-4", "leaf", "leaf-strong", "clay") for surface in SURFACES]
PROVEN += [
    ("on-leaf", "leaf"),
    ("on-leaf", "leaf-strong"),
    ("on-clay", "clay"),
    ("on-osmanthus", "osmanthus"),
    ("stone-4", "leaf-wash"),
    ("leaf", "leaf-wash"),
    ("leaf-strong", "leaf-wash"),
    ("clay-strong", "clay-wash"),
    ("osmanthus-words", "osmanthus-wash"),
    ("ink", "leaf-wash"),
    ("ink", "clay-wash"),
    ("ink", "osmanthus-wash"),
    ("ink", "stone-2"),
]


@cache
def themes() -> dict[str, dict[str, str]]:
    """Theme -> token -> colour as #rrggbb; what the dark theme does not name stays as it is in the light."""
    light, dark = (CSS / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    bright = dict(COLOUR.findall(light))
    return {"light": bright, "dark": bright | dict(COLOUR.findall(dark))}


def names() -> list[str]:
    """Every token that is a colour."""
    return list(themes()["light"])


@dataclass(frozen=True)
class Rule:
    """One selector of a style sheet, the tokens of its colour and its ground where it sets them, and where it stands."""

    selector: str
    words: str | None
    ground: str | None
    sheet: str


def rules() -> Iterator[Rule]:
    """Every rule of the sheets for the screen that sets a colour or a ground by a token."""
    for sheet in sorted(CSS.glob("*.css")):
        if sheet.name in {"tokens.css", "print.css"}:
            continue
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
        for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            words, ground = _token(body, "color"), _token(body, "background(?:-color)?")
            if words or ground:
                for selector in selectors.split(","):
                    yield Rule(" ".join(selector.split()), words, ground, sheet.name)


def _token(body: str, name: str) -> str | None:
    found = re.search(rf"(?:^|[;\s]){name}:\s*var\(--([\w-]+)\)", body)
    return found.group(1) if found else None


def luminance(colour: str) -> float:
    """WCAG's relative luminance of #rrggbb, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
