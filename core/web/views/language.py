"""The switch of language, and how each request gets its own."""

from flask import Blueprint, Flask, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel

from core.addresses import safe_path
from core.errors import Forbidden
from core.gate import public
from core.languages import BY_LOCALE, FIRST, LANGUAGES, language_of
from core.scopes import Scope
from core.web.wording.catalogues import DOMAIN, FOLDER, compile_catalogues
from core.web.wording.languages import (
    COOKIE,
    COOKIE_AGE_S,
    PARSED,
    html_lang,
    in_chinese,
    language_words,
    return_path,
    select_locale,
)

blueprint = Blueprint("language", __name__)


def init_i18n(app: Flask) -> None:
    """Compile stale catalogues, choose the language of each request, and offer the switch."""
    compile_catalogues()
    app.config["BABEL_DEFAULT_LOCALE"] = FIRST.locale
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    app.config["BABEL_DOMAIN"] = DOMAIN
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    Babel(app, locale_selector=lambda: PARSED[select_locale()])
    app.jinja_env.globals.update(
        html_lang=html_lang,
        in_chinese=in_chinese,
        return_path=return_path,
        languages=LANGUAGES,
        language_of=language_of,
        language_words=language_words,
    )
    app.register_blueprint(blueprint)
    if "csrf" in app.extensions:
        # It changes nothing but the visitor's own cookie, and pages stay free of sessions this way.
        app.extensions["csrf"].exempt(switch)


@blueprint.post("/language")
@public(scope=Scope.VISITOR)
def switch() -> ResponseReturnValue:
    """Keep the chosen language in a cookie and return to the page."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "same-site", "none"}:
        raise Forbidden(code="cross_site")
    locale = request.form.get("locale")
    response = redirect(safe_path(request.form.get("next")), 303)
    if locale in BY_LOCALE:
        response.set_cookie(
            COOKIE, locale, max_age=COOKIE_AGE_S, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response
