"""A language is one line of `core/languages.py`; what it lacks besides is named here."""

from datetime import date
from pathlib import Path

import pytest
from babel import Locale, UnknownLocaleError
from flask import Flask
from flask_babel import force_locale

from core.accounts.models.account import Account
from core.languages import FIRST, LANGUAGES, Language, find_language
from core.web.wording.catalogues import fragments
from core.web.wording.formatting import day_words, month_words
from tests.house.test_catalogues import entries, ids_of, strings_of, texts

SOURCE = "en"
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
EACH = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)


@EACH
def test_a_language_is_one_that_babel_knows_and_stands_once(language: Language) -> None:
    try:
        Locale.parse(language.locale)
    except (ValueError, UnknownLocaleError):
        pytest.fail(f"{language.locale!r} in core/languages.py is no locale that Babel knows")
    for name in (language.locale, language.code, language.tag):
        assert find_language(name) is language, f"{name!r} names another language of core/languages.py too"
    longest = Account.__table__.c.locale.type.length
    assert len(language.locale) <= longest, f"{language.locale}: account.locale holds {longest} characters"


@EACH
def test_every_text_is_translated(language: Language) -> None:
    translated = {
        ids_of(message)[0]
        for path, message in entries()
        if path.parent.parent.name == language.locale and all(strings_of(message)) and not message.fuzzy
    }
    missing = [] if language.locale == SOURCE else [ids[0] for ids in texts() if ids[0] not in translated]
    assert not missing, (
        f"translations/{language.locale}/LC_MESSAGES lacks {len(missing)} texts, the first: {sorted(missing)[:5]}"
    )


def test_no_catalogue_is_of_a_language_that_nobody_speaks() -> None:
    left = fragments().keys() - {language.locale for language in LANGUAGES}
    assert not left, f"core/languages.py has no line for translations/{sorted(left)}"


@EACH
def test_days_are_written_in_the_language(app: Flask, language: Language) -> None:
    with app.test_request_context(), force_locale(language.locale):
        said = day_words(date(2026, 3, 12)), month_words(date(2026, 3, 12))
        assert "12" in said[0], f"{language.code}: its pattern for a day writes {said[0]!r}"
        assert "2026" in said[1], f"{language.code}: its pattern for a month writes {said[1]!r}"


@EACH
def test_the_databases_take_the_language(language: Language) -> None:
    told = [
        line
        for path in MIGRATIONS.glob("*.py")
        for line in path.read_text().splitlines()
        if "locale IN" in line
    ]
    assert any(f"'{language.locale}'" in line for line in told), (
        f"a migration must let the CHECK locale_known of `account` take {language.locale!r}"
    )


def test_the_first_language_is_the_one_without_a_choice(app: Flask) -> None:
    assert app.config["BABEL_DEFAULT_LOCALE"] == FIRST.locale
