"""How numbers, money and times are written on pages."""

from flask import Flask


def init_formatting(app: Flask) -> None:
    """Give templates their formatters."""
    app.jinja_env.trim_blocks = True
