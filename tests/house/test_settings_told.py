"""A setting is one line of `core/settings.py`; where else a new one must be told is named here."""

import re
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "README.zh-CN.md")
# Of tests only, and what a start-up makes of them.
NOT_SET_BY_PEOPLE = {"testing"}
NAMES = sorted(Settings.model_fields.keys() - NOT_SET_BY_PEOPLE)
CODE = "".join(
    path.read_text(encoding="utf-8")
    for path in (
        *(
            path
            for room in ("core", "branch", "traceability", "shop")
            for path in (ROOT / room).rglob("*.py")
        ),
        *ROOT.glob("*.py"),
    )
    if path != ROOT / "core" / "settings.py"
)
OWN = (ROOT / "core" / "settings.py").read_text(encoding="utf-8")


def told_in(page: str) -> dict[str, str | None]:
    """The settings in the table of a page, each with its default where the row tells one for each of its names."""
    found: dict[str, str | None] = {}
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
        if re.match(r"\| `[A-Z][A-Z_]+`", line):
            names, defaults = (re.findall(r"`([^`]+)`", cell) for cell in line.split("|")[1:3])
            whole = len(names) == len(defaults)
            found |= dict(zip(names, defaults if whole else [None] * len(names), strict=True))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_is_told_and_used(name: str) -> None:
    default: Any = Settings.model_fields[name].default
    for page in PAGES:
        table = told_in(page)
        assert name.upper() in table, f"{name.upper()}: the table of settings in {page} does not tell it"
        told = table[name.upper()]
        if isinstance(default, int) and not isinstance(default, bool):
            assert told == str(default), f"{name.upper()}: {page} says {told}, core/settings.py {default}"
    used = len(re.findall(rf"\.{name}\b", CODE + OWN))
    assert used, f"{name.upper()}: nothing asks current_settings().{name}"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_tells_of_a_setting_that_is_none(page: str) -> None:
    left = told_in(page).keys() - {name.upper() for name in NAMES}
    assert not left, f"{page} tells of {sorted(left)}, which core/settings.py does not know"
