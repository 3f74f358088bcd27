"""The colours of design.md keep their contrast in both themes (WCAG 2.2: 4.5 for text, 3 for lines of controls)."""

import re

import pytest

from tests.colours import CSS, PROVEN, SURFACES, contrast, rules, themes

LINES = [(line, surface) for line in ("field-line", "focus") for surface in SURFACES]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), PROVEN)
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


def test_only_the_tokens_know_of_light_and_dark() -> None:
    """So colours are all that can change between the themes."""
    assert [sheet.name for sheet in CSS.glob("*.css") if "prefers-color-scheme" in sheet.read_text()] == [
        "tokens.css"
    ]


STATE = re.compile(r":(?:hover|focus|focus-visible|active|has\([^)]*\))")


def test_every_pair_of_colours_that_a_rule_sets_is_among_the_proven() -> None:
    """What no look at a page reaches: colours of a state, such as that under a pointer, with what they lie on.

    A rule that sets only one of the two is completed from the rule of the same selector without the state; where
    that says nothing of the ground, the words have to be proved on all three surfaces.
    """
    found = [rule for rule in rules() if ":disabled" not in rule.selector]
    words = {rule.selector: rule.words for rule in found if rule.words}
    grounds = {rule.selector: rule.ground for rule in found if rule.ground}
    missing = []
    for rule in found:
        if not (rule.words and rule.ground) and not STATE.search(rule.selector):
            continue
        at_rest = STATE.sub("", rule.selector)
        ground = rule.ground or grounds.get(at_rest)
        for surface in [ground] if ground else SURFACES:
            pair = (rule.words or words.get(at_rest, "ink"), surface)
            if pair not in PROVEN:
                missing.append((rule.sheet, rule.selector, pair))
    assert len(found) > 100
    assert missing == []
