"""Structured logs: one JSON line per request with a request id, and no personal data."""

import logging
import re
import secrets
import sys
import time
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog
from flask import Flask, Response, current_app, g, request

from core.safe_methods import asked_method
from core.settings import SettingError, Settings

log = structlog.get_logger("request")

# Paths whose tail is a secret or names a person: only the shape is logged.
MASKED = [
    (re.compile(r"^/(?P<keep>[cC]|api/v1/codes)/.+"), r"/\g<keep>/*"),
    (
        re.compile(r"^/(?P<keep>account/[a-z-]+|grower/join|invitation|payments/stripe/return)/.+"),
        r"/\g<keep>/*",
    ),
    # The serial of a GS1 Digital Link is a trace code.
    (re.compile(r"^/(?P<keep>(?:[^/]+/)+?(?:21|ser))/.+"), r"/\g<keep>/*"),
]

# Arguments of routes that open something to whoever knows them, or are trace codes: never written down. A house test
# asks of each new name whether it belongs here.
SECRET_ARGUMENTS = frozenset({"token", "code", "public_id", "capture_id", "event_id", "rest", "value"})
PLACE = re.compile(r"<(?:[^<>]*:)?(\w+)>")

# What structlog was told last; a request that nobody is told of is not described either.
_in_force = {"level": logging.INFO}
GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
ROW_VALUES = re.compile(r"DETAIL:(?:(?!\\n).)*")


def mask_path(path: str) -> str:
    """The path with secret tails replaced; query strings are never logged at all."""
    for pattern, replacement in MASKED:
        path = pattern.sub(replacement, path)
    return path


def masked_path() -> str:
    """The present request's path: by its route where there is one, else only the words in it that are our own.

    An address that was copied badly (a slash too many, a letter missing) leads nowhere, or is led on to the right one,
    and holds the same secret.
    """
    rule, given = request.url_rule, request.view_args or {}
    if rule is None:
        return mask_path("/".join(part if part in _own_words() else "*" for part in request.path.split("/")))
    known = PLACE.sub(lambda at: "*" if at[1] in SECRET_ARGUMENTS else str(given.get(at[1], "*")), rule.rule)
    return mask_path(known)


def _own_words() -> frozenset[str]:
    """What stands between the slashes of our routes, arguments aside."""
    extensions = current_app.extensions
    if "words_of_routes" not in extensions:
        parts = {part for rule in current_app.url_map.iter_rules() for part in rule.rule.split("/")}
        extensions["words_of_routes"] = frozenset(part for part in parts if "<" not in part)
    words: frozenset[str] = extensions["words_of_routes"]
    return words


def carries_secret() -> bool:
    """Whether the present address opens something to whoever knows it, so that no other site may be told of it."""
    return "token" in request.args or bool(SECRET_ARGUMENTS & (request.view_args or {}).keys())


def _without_row_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    """Drop what PostgreSQL adds to an error: the values of the row."""
    for name in ("exception", "error"):
        if isinstance(event.get(name), str):
            event[name] = ROW_VALUES.sub("DETAIL: left out", event[name])
    return event


class LossyStream:
    """Standard error that loses lines rather than requests: a full disk behind it must stop nobody. `lost` counts them."""

    def __init__(self) -> None:
        self.lost = 0

    def write(self, text: str) -> int:
        try:
            return sys.stderr.write(text)
        except OSError:
            self.lost += 1
            return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


STREAM = LossyStream()


def configure_logging(level: str) -> None:
    """JSON lines on standard error."""
    _in_force["level"] = logging.getLevelName(level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_row_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_in_force["level"]),
        logger_factory=lambda *_names: structlog.PrintLogger(cast("TextIO", STREAM)),
        cache_logger_on_first_use=False,
    )


def init_logs(app: Flask, settings: Settings) -> None:
    """Give each request an id, bind it to its log lines and answer it back."""
    configure_logging(settings.log_level)

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID")
        g.request_id = given if given and GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        g.request_started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        if "request_id" not in g:
            return response
        response.headers["X-Request-ID"] = g.request_id
        if _in_force["level"] <= logging.INFO and not request.path.startswith(
            ("/static/", "/media/", "/healthz")
        ):
            log.info(
                "request",
                method=asked_method(),
                path=masked_path(),
                endpoint=request.endpoint,
                status=response.status_code,
                ms=round((time.perf_counter() - g.request_started) * 1000, 1),
            )
        return response


def report_errors(settings: Settings) -> None:
    """Send errors to where SENTRY_DSN says, if it is set.

    Raises:
        SettingError: it is no address of that kind.
    """
    if not settings.sentry_dsn:
        return
    import sentry_sdk

    try:
        sentry_sdk.init(
            settings.sentry_dsn.get_secret_value(),
            include_local_variables=False,
            max_request_body_size="never",
            before_send=_without_request,
        )
    except ValueError as error:
        raise SettingError("SENTRY_DSN", str(error)) from None


def _without_request(event: Any, _hint: Any) -> Any:
    """Addresses, headers and query strings name persons and carry tokens: only the error itself leaves."""
    for section in ("request", "breadcrumbs"):
        event.pop(section, None)
    return event
