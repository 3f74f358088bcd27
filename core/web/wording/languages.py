"""The language of a page: Chinese first, English complete.

It is the visitor's choice (a cookie), else the account's, else Chinese unless the browser asks first for another one
of ours and mentions no Chinese at all.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from babel import Locale
from flask import request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.datastructures import LanguageAccept

from core.languages import BY_LOCALE, FIRST, LANGUAGES, Language, find_language, language_of

PARSED = {locale: Locale.parse(locale) for locale in BY_LOCALE}
SPOKEN = {PARSED[language.locale]: language for language in LANGUAGES}
WORDS = {"zh": _l("Chinese"), "en": _l("English")}
COOKIE = "locale"
COOKIE_AGE_S = 365 * 24 * 3600

REMEMBERED = 4096
P = ParamSpec("P")
R = TypeVar("R")


def per_language(function: Callable[P, R]) -> Callable[P, R]:
    """Remember the words that a pure function made of the same arguments in the same language."""

    @lru_cache(maxsize=REMEMBERED)
    def made(_language: str, *args: Any, **options: Any) -> R:
        return function(*args, **options)

    @wraps(function)
    def words(*args: Any, **options: Any) -> R:
        return made(html_lang(), *args, **options)

    return words


def select_locale() -> str:
    """The language of this request; outside of requests Chinese."""
    if not request:
        return FIRST.locale
    chosen = request.cookies.get(COOKIE)
    if chosen in BY_LOCALE:
        return chosen
    if (locale := getattr(current_user, "locale", None)) in BY_LOCALE:
        return str(locale)
    return visitors_locale()


def visitors_locale() -> str:
    """The language of this request as far as the browser tells it, whoever is signed in."""
    chosen = request.cookies.get(COOKIE)
    if chosen in BY_LOCALE:
        return chosen
    return language_asked_for(request.accept_languages).locale


def language_asked_for(accepted: LanguageAccept) -> Language:
    """Another language than the first only when a browser puts it first and accepts the first one nowhere."""
    languages = [find_language(tag) for tag, quality in accepted if quality > 0]
    return (languages[0] if languages and FIRST not in languages else None) or FIRST


def spoken() -> Language:
    """The language of the page, message or document being made; the first where there is none."""
    locale = get_locale()
    return FIRST if locale is None else SPOKEN.get(locale) or language_of(str(locale))


def language_words(code: str) -> str:
    """What a language is called in the one being spoken, or its own name."""
    return str(WORDS.get(code, language_of(code).name))


def in_chinese() -> bool:
    """Whether names are told in Chinese in the language being spoken, else in English."""
    return spoken().chinese


def html_lang() -> str:
    """The language of the page as HTML names it."""
    return spoken().tag


def return_path() -> str:
    """The address of this page, for coming back after a switch of language or a sign-in.

    An address that only takes forms leads to the home page instead.
    """
    if not request:
        return "/"
    if request.method not in {"GET", "HEAD"}:
        rule = request.url_rule
        return request.path if rule is not None and "GET" in (rule.methods or ()) else "/"
    query = request.query_string.decode("utf-8", "replace")
    return f"{request.path}?{query}" if query else request.path
