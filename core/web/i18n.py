"""Languages: Chinese first, English complete."""

from flask import Flask, request
from flask_babel import Babel


def init_i18n(app: Flask) -> None:
    """Choose the language by cookie, else Chinese."""
    app.config["BABEL_DEFAULT_LOCALE"] = "zh_Hans_CN"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    Babel(
        app, locale_selector=lambda: request.cookies.get("locale", "zh_Hans_CN") if request else "zh_Hans_CN"
    )
