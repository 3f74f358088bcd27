"""A notice is a template of `templates/emails`; what a new one lacks is named here."""

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import UndefinedError

from core.languages import LANGUAGES
from tests.notices import examples, notices, written

ROOT = Path(__file__).resolve().parents[2]
LONGEST_TITLE = 100
CODE = "".join(
    path.read_text(encoding="utf-8")
    for room in ("core", "branch", "traceability", "shop")
    for path in (ROOT / room).rglob("*.py")
)
# Made from the state of a grower.
BY_STATE = {"grower_admitted", "grower_left", "grower_refused"}


@pytest.mark.parametrize("notice", notices())
def test_a_notice_can_be_written_in_every_language(app: Flask, notice: str) -> None:
    with app.test_request_context("/"):
        for example in examples(app, notice):
            for language in LANGUAGES:
                try:
                    title, text = written(notice, example, language)
                except (UndefinedError, KeyError) as lacking:
                    pytest.fail(f"{notice}: tests/notices.py gives it no value that it asks for: {lacking}")
                said = f"{notice} in {language.code} with {example}"
                assert 0 < len(title) <= LONGEST_TITLE, f"{said}: its first line is the title"
                assert text, f"{said}: says nothing behind its title"
                assert "None" not in title + text, f"{said}: a value is missing where it is printed"
                if language.chinese:
                    assert re.search(r"[\u3400-\u9fff]", title), f"{said}: its title is not translated"


@pytest.mark.parametrize("notice", sorted(set(notices()) - BY_STATE))
def test_a_notice_is_sent_by_somebody(notice: str) -> None:
    assert f'"{notice}"' in CODE, f"templates/emails/{notice}.txt is queued by no code"
