"""Languages: Chinese first, English complete.

The language of a page is the visitor's choice (a cookie), else the account's, else Chinese unless the
browser asks for English and mentions no Chinese at all.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from babel import Locale
from flask import Blueprint, Flask, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale
from flask_login import current_user
from werkzeug.datastructures import LanguageAccept

from core.addresses import safe_path
from core.errors import Forbidden
from core.gate import public
from core.scopes import Scope
from core.web.wording.catalogues import DOMAIN, FOLDER, compile_catalogues

CHINESE = "zh_Hans_CN"
ENGLISH = "en"
LOCALES = (CHINESE, ENGLISH)
PARSED = {name: Locale.parse(name) for name in LOCALES}
COOKIE = "locale"
COOKIE_AGE_S = 365 * 24 * 3600

REMEMBERED = 4096
P = ParamSpec("P")
R = TypeVar("R")

blueprint = Blueprint("language", __name__)


def per_language(function: Callable[P, R]) -> Callable[P, R]:
    """Remember the words that a pure function made of the same arguments in the same language."""

    @lru_cache(maxsize=REMEMBERED)
    def made(_language: str, *args: Any, **options: Any) -> R:
        return function(*args, **options)

    @wraps(function)
    def words(*args: Any, **options: Any) -> R:
        return made(html_lang(), *args, **options)

    return words


def init_i18n(app: Flask) -> None:
    """Compile stale catalogues, choose the language of each request, and offer the switch."""
    compile_catalogues()
    app.config["BABEL_DEFAULT_LOCALE"] = CHINESE
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    app.config["BABEL_DOMAIN"] = DOMAIN
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    Babel(app, locale_selector=lambda: PARSED[select_locale()])
    app.jinja_env.globals.update(html_lang=html_lang, return_path=return_path)
    app.register_blueprint(blueprint)
    if "csrf" in app.extensions:
        # It changes nothing but the visitor's own cookie, and pages stay free of sessions this way.
        app.extensions["csrf"].exempt(switch)


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


@blueprint.post("/language")
@public(scope=Scope.VISITOR)
def switch() -> ResponseReturnValue:
    """Keep the chosen language in a cookie and return to the page."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "same-site", "none"}:
        raise Forbidden(code="cross_site")
    locale = request.form.get("locale")
    response = redirect(safe_path(request.form.get("next")), 303)
    if locale in LOCALES:
        response.set_cookie(
            COOKIE, locale, max_age=COOKIE_AGE_S, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response
