"""The navigation of the working side: topics and their places, listed in `wsgi.py`, shown by what an account may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString

from core.gate import may, signed_in
from core.web.wording.languages import return_path

# What stands in a query string as it is: https://url.spec.whatwg.org/#percent-encoded-bytes
SAFE_IN_QUERY = "!$'()*,/:;?@"
blueprint = Blueprint("console", __name__)


@dataclass(frozen=True)
class NavItem:
    """A place of the working side; `permission` is what its view requires, `symbol` an icon's name."""

    endpoint: str
    label: str | LazyString
    symbol: str
    permission: str


class NavGroup:
    """A topic of the working side and its places."""

    def __init__(self, label: str | LazyString, symbol: str, *items: NavItem) -> None:
        self.label, self.symbol, self.items = label, symbol, items


@dataclass(frozen=True)
class NavLink:
    """A place this account may go to; `current` when the page is there or below."""

    href: str
    label: str
    symbol: str
    current: bool


@dataclass(frozen=True)
class NavTopic:
    """A topic in which this account may go somewhere; `current` when one of its `places` is."""

    label: str
    symbol: str
    places: tuple[NavLink, ...]

    @property
    def current(self) -> bool:
        """Whether the page is in one of its places."""
        return any(place.current for place in self.places)

    def as_link(self) -> NavLink:
        """Leads to its first place, and is called like it when there is no other."""
        first = self.places[0]
        label = self.label if len(self.places) > 1 else first.label
        return NavLink(first.href, label, self.symbol, self.current)


def init_console(app: Flask, groups: Sequence[NavGroup]) -> None:
    """Keep the list, and give templates `console_topics` and `sign_in_url`."""
    app.extensions["console"] = tuple(groups)
    app.jinja_env.globals.update(console_topics=console_topics, sign_in_url=sign_in_url)
    app.register_blueprint(blueprint)


@blueprint.get("/work")
@signed_in
def home() -> ResponseReturnValue:
    """Where an account's work begins: its first place, else its own page."""
    topics = console_topics()
    return redirect(topics[0].places[0].href if topics else _first_known("accounts.home", default="/account"))


def console_topics() -> list[NavTopic]:
    """What the present account may use, in the order of the list; asked once per request."""
    if "console_topics" not in g:
        groups: tuple[NavGroup, ...] = current_app.extensions["console"]
        known = current_app.view_functions
        allowed = [
            (group, [item for item in group.items if item.endpoint in known and may(item.permission)])
            for group in groups
        ]
        hrefs = {item.endpoint: url_for(item.endpoint) for _group, items in allowed for item in items}
        here = deepest(list(hrefs.values()), request.path)
        g.console_topics = [
            NavTopic(
                str(group.label),
                group.symbol,
                tuple(
                    NavLink(hrefs[item.endpoint], str(item.label), item.symbol, hrefs[item.endpoint] == here)
                    for item in items
                ),
            )
            for group, items in allowed
            if items
        ]
    topics: list[NavTopic] = g.console_topics
    return topics


def deepest(hrefs: Sequence[str], path: str) -> str | None:
    """The longest of `hrefs` that `path` is or lies below."""
    around = [href for href in hrefs if path == href or path.startswith(href.rstrip("/") + "/")]
    return max(around, key=len, default=None)


def sign_in_url() -> str:
    """The sign-in page, leading back to where the visitor is."""
    back, address = return_path(), _first_known("security.us_signin", "security.login", default="/login")
    return address if back == "/" else f"{address}?{urlencode({'next': back}, safe=SAFE_IN_QUERY)}"


def _first_known(*endpoints: str, default: str) -> str:
    for endpoint in endpoints:
        if endpoint in current_app.view_functions:
            return url_for(endpoint)
    return default
