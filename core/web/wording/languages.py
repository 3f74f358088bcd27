"""Languages: Chinese first, English complete.

The language of a page is the visitor's choice (a cookie), else the account's, else Chinese unless the
browser asks for English and mentions no Chinese at all.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from babel import Locale
from flask import request
from flask_babel import get_locale
from flask_login import current_user
from werkzeug.datastructures import LanguageAccept

CHINESE = "zh_Hans_CN"
ENGLISH = "en"
LOCALES = (CHINESE, ENGLISH)
PARSED = {name: Locale.parse(name) for name in LOCALES}
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
        return CHINESE
    chosen = request.cookies.get(COOKIE)
    if chosen in LOCALES:
        return chosen
    if (locale := getattr(current_user, "locale", None)) in LOCALES:
        return str(locale)
    return visitors_locale()


def visitors_locale() -> str:
    """The language of this request as far as the browser tells it, whoever is signed in."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LOCALES:
        return chosen
    return ENGLISH if asks_for_english(request.accept_languages) else CHINESE


def asks_for_english(accepted: LanguageAccept) -> bool:
    """Whether English stands first in what a browser accepts, and Chinese nowhere."""
    languages = [tag.split("-")[0].lower() for tag, quality in accepted if quality > 0]
    return bool(languages) and languages[0] == "en" and "zh" not in languages


def html_lang() -> str:
    """The language of the page as HTML names it."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh-CN"


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
