"""Pages: `perPage`, `nextPageToken` and the Link header. A token is signed, holds the place, and needs no memory."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.clock import now
from core.settings import current_settings
from traceability.events.views.answers import EpcisProblem, base_url

DEFAULT = 30
MOST = 500
VALID_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Paging:
    """How many a page holds, and where it begins (what the last page's `next_page` was given)."""

    size: int
    place: Any


def read_paging() -> Paging:
    """What the request says of pages.

    Raises:
        EpcisProblem: a size that is no number above 0, or a token that is not ours, old, or of another list.
    """
    given = request.args.get("perPage", str(DEFAULT))
    if not given.isascii() or not given.isdigit() or len(given) > 9 or int(given) == 0:
        raise EpcisProblem(
            "QueryParameterException", "perPage must be a whole number above 0.", parameter="perPage"
        )
    token = request.args.get("nextPageToken")
    place = None
    if token is not None:
        try:
            place, digest = _signer().loads(token, max_age=int(VALID_FOR.total_seconds()))
        except BadSignature:
            raise EpcisProblem(
                "QueryParameterException",
                "nextPageToken is not valid any more; begin again without it.",
                parameter="nextPageToken",
            ) from None
        if digest != _list_digest():
            raise EpcisProblem(
                "QueryParameterException", "nextPageToken belongs to another list.", parameter="nextPageToken"
            )
    return Paging(min(int(given), MOST), place)


def next_page(answer: Response, place: Any) -> Response:
    """Say in the headers where the list goes on; `place` comes back with the next request."""
    token = _signer().dumps([place, _list_digest()])
    arguments = [(name, value) for name, value in request.args.items(multi=True) if name != "nextPageToken"]
    address = base_url() + request.path.removeprefix("/epcis")
    answer.headers["Link"] = f'<{address}?{urlencode([*arguments, ("nextPageToken", token)])}>; rel="next"'
    expires: datetime = now() + VALID_FOR
    answer.headers["GS1-Next-Page-Token-Expires"] = expires.isoformat(timespec="seconds").replace(
        "+00:00", "Z"
    )
    return answer


def parameters() -> dict[str, str]:
    """The request's parameters without those of pages.

    Raises:
        EpcisProblem: one is given twice.
    """
    values: dict[str, str] = {}
    for name, value in request.args.items(multi=True):
        if name in values:
            raise EpcisProblem("QueryParameterException", f"{name} is given twice.", parameter=name)
        values[name] = value
    return {name: value for name, value in values.items() if name not in {"perPage", "nextPageToken"}}


def require_only_paging() -> None:
    """Refuse every parameter besides those of pages.

    Raises:
        EpcisProblem: naming the parameter.
    """
    for name in parameters():
        raise EpcisProblem(
            "QueryParameterException", f"{name} is no parameter of this resource.", parameter=name
        )


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_settings().secret, salt="epcis page v1")


def _list_digest() -> str:
    pairs = sorted(
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in {"perPage", "nextPageToken"}
    )
    return sha256(repr((request.path, pairs)).encode()).hexdigest()[:16]
