"""The navigation of the working side: one list in `wsgi.py`, shown by what an account may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString

from core.accounts.gate import may, signed_in
from core.web.i18n import return_path

blueprint = Blueprint("console", __name__)


@dataclass(frozen=True)
class NavItem:
    """A place of the working side; `permission` is what its view requires, `symbol` an icon's name."""

    endpoint: str
    label: str | LazyString
    symbol: str
    permission: str


@dataclass(frozen=True)
class NavLink:
    """A place this account may go to; `current` when the page is there or below."""

    href: str
    label: str
    symbol: str
    current: bool


def init_console(app: Flask, items: Sequence[NavItem]) -> None:
    """Keep the list, and give templates `console_items` and `sign_in_url`."""
    app.extensions["console"] = tuple(items)
    app.jinja_env.globals.update(console_items=console_items, sign_in_url=sign_in_url)
    app.register_blueprint(blueprint)


@blueprint.get("/work")
@signed_in
def home() -> ResponseReturnValue:
    """Where an account's work begins: its first place, else its own page."""
    links = console_items()
    return redirect(links[0].href if links else _first_known("accounts.home", default="/account"))


def console_items() -> list[NavLink]:
    """What the present account may use, in the order of the list; asked once per request."""
    if "console_links" not in g:
        items: tuple[NavItem, ...] = current_app.extensions["console"]
        known = current_app.view_functions
        allowed = [item for item in items if item.endpoint in known and may(item.permission)]
        hrefs = [url_for(item.endpoint) for item in allowed]
        here = deepest(hrefs, request.path)
        g.console_links = [
            NavLink(href, str(item.label), item.symbol, href == here)
            for item, href in zip(allowed, hrefs, strict=True)
        ]
    links: list[NavLink] = g.console_links
    return links


def deepest(hrefs: Sequence[str], path: str) -> str | None:
    """The longest of `hrefs` that `path` is or lies below."""
    around = [href for href in hrefs if path == href or path.startswith(href.rstrip("/") + "/")]
    return max(around, key=len, default=None)


def sign_in_url() -> str:
    """The sign-in page, leading back to where the visitor is."""
    back = return_path()
    arguments: dict[str, Any] = {} if back == "/" else {"next": back}
    return _first_known("security.us_signin", "security.login", default="/login", **arguments)


def _first_known(*endpoints: str, default: str, **arguments: Any) -> str:
    for endpoint in endpoints:
        if endpoint in current_app.view_functions:
            return url_for(endpoint, **arguments)
    return default
