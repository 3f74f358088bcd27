"""How much a request may bring, said by each route and looked at before anything reads it.

A form of text needs little; a route that takes more says so with `@takes`, and a test lists all that do. The body is bounded also
where it comes in pieces and says no length. Limits of frequency have been counted by then, so what is too large counts as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge, RequestURITooLarge

View = TypeVar("View", bound=Callable[..., Any])
KB = 1024
MB = 1024 * KB

# A page's form: the longest text of all, typed in Chinese and sent percent-encoded, and everything around it.
FORM = 256 * KB
# Fields of a form that come beside files.
FIELDS = 512 * KB
MOST_FIELDS = 2_000
LONGEST_QUERY = 8 * KB
# One photograph or paper, several, and the exports of a year.
PHOTO = 13 * MB
PHOTOS = 50 * MB
TABLES = 65 * MB


def takes(most_bytes: int) -> Callable[[View], View]:
    """Mark a view as taking bodies of up to `most_bytes`; without a mark it takes `FORM`."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark


def most_bytes_of(view: Callable[..., Any] | None) -> int:
    """What a view takes."""
    return int(getattr(view, "most_bytes", FORM))


def init_bounds(app: Flask) -> None:
    """Bound each request by its route; to be registered after the limits of frequency and before whatever reads."""
    app.config.update(MAX_CONTENT_LENGTH=FORM, MAX_FORM_MEMORY_SIZE=FIELDS, MAX_FORM_PARTS=MOST_FIELDS)
    app.before_request(_bound)


def _bound() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    most = most_bytes_of(view)
    if most > FORM and _is_closed_to_strangers(view) and not current_user.is_authenticated:
        most = FORM  # what a stranger sends there leads nowhere: it is not even received
    fields = request.mimetype == "application/x-www-form-urlencoded"
    if fields or (most >= PHOTO and request.mimetype != "multipart/form-data"):
        # Read at once, also where it comes in pieces and says no length: only files beside fields are larger.
        most = min(most, FIELDS)
    request.max_content_length = most
    if len(request.query_string) > LONGEST_QUERY:
        raise RequestURITooLarge
    if request.content_length is not None and request.content_length > most:
        raise RequestEntityTooLarge


def _is_closed_to_strangers(view: Callable[..., Any] | None) -> bool:
    """Whether the view's gate asks for a session; one that asks for a token asks before it reads."""
    return getattr(view, "gate", "public") != "public" and not getattr(view, "by_token", False)
