"""The colours of design.md keep their contrast in both themes (WCAG 2.2: 4.5 for text, 3 for lines of controls)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[4] / "static" / "css"
COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")


def themes() -> dict[str, dict[str, str]]:
    light, dark = (CSS / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    bright = dict(COLOUR.findall(light))
    return {"light": bright, "dark": bright | dict(COLOUR.findall(dark))}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


SURFACES = ("paper", "paper-raised", "stone-1")
TEXT = [(ink, surface) for ink in ("ink", "stone-4", "leaf", "leaf-strong", "clay") for surface in SURFACES]
TEXT += [
    ("on-leaf", "leaf"),
    ("on-leaf", "leaf-strong"),
    ("on-clay", "clay"),
    ("on-osmanthus", "osmanthus"),
    ("leaf-strong", "leaf-wash"),
    ("clay-strong", "clay-wash"),
    ("osmanthus-words", "osmanthus-wash"),
    ("ink", "leaf-wash"),
    ("ink", "clay-wash"),
    ("ink", "osmanthus-wash"),
    ("ink", "stone-2"),
]
LINES = [
    (line, surface) for line in ("field-line", "focus") for surface in ("paper", "paper-raised", "stone-1")
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), TEXT)
def test_text_can_be_read(theme: str, text: str, surface: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[text], colours[surface]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("line", "surface"), LINES)
def test_controls_and_focus_can_be_seen(theme: str, line: str, surface: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[line], colours[surface]) >= 3


def test_ink_on_paper_is_as_strong_as_promised() -> None:
    light = themes()["light"]
    assert contrast(light["ink"], light["paper"]) >= 13


def test_every_colour_is_a_token() -> None:
    named = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(")
    elsewhere = {
        sheet.name: found
        for sheet in CSS.glob("*.css")
        if sheet.name not in {"tokens.css", "print.css"} and (found := named.findall(sheet.read_text()))
    }
    assert not elsewhere


def test_every_token_that_is_used_exists() -> None:
    known = set(re.findall(r"--([\w-]+):", (CSS / "tokens.css").read_text()))
    used = {name for sheet in CSS.glob("*.css") for name in re.findall(r"var\(--([\w-]+)", sheet.read_text())}
    assert used <= known, used - known
