"""Errors as pages for people and as RFC 9457 problem documents for programs, by one table."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from core.database_errors import DatabaseError
from core.engine import is_away
from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unauthorised, Unavailable
from core.gate import wants_json

log = structlog.get_logger(__name__)
RETRY_AFTER_S = "60"

# kind of error -> (status, title, what to do)
TABLE: dict[type[DomainError], tuple[int, Any, Any]] = {
    NotFound: (404, _l("There is nothing here"), _l("Check the address, or start from the search.")),
    Unauthorised: (
        401,
        _l("A token is needed"),
        _l("Make a token on the page of your account and send it with the request."),
    ),
    Forbidden: (
        403,
        _l("This page is not open to you"),
        _l("Sign in with another account, or ask your branch."),
    ),
    Conflict: (409, _l("That is not possible now"), _l("Go back, look at the present state and try again.")),
    Invalid: (422, _l("Something in the form needs a change"), _l("Go back; what you typed is still there.")),
    Unavailable: (
        503,
        _l("A part of the system is away"),
        _l("Nothing was lost. Please try again in a minute."),
    ),
}

HTTP: dict[int, tuple[Any, Any]] = {
    400: (_l("The request could not be understood"), _l("Go back and send the form again.")),
    403: (_l("This page is not open to you"), _l("Sign in with another account, or ask your branch.")),
    404: (_l("There is nothing here"), _l("Check the address, or start from the search.")),
    405: (_l("That cannot be done here"), _l("Go back and use the buttons of the page.")),
    413: (
        _l("What was sent is too large"),
        _l("Go back and send less at once; photographs may have up to 12 MB each."),
    ),
    414: (_l("This address is too long"), _l("Check the address, or start from the search.")),
    415: (_l("That kind of file is not taken"), _l("Choose another file.")),
    429: (_l("That was too often"), _l("Please wait a minute, then try again. Nothing was lost.")),
}

UNEXPECTED = (
    _l("Something went wrong on our side"),
    _l("Nothing was changed. Please try again; if it stays, tell your branch the number below."),
)


def problem(status: int, code: str, title: Any, detail: Any, **extra: Any) -> Response:
    """A problem document (RFC 9457) with our stable `code`."""
    body = {
        "type": f"/problems/{code}",
        "title": str(title),
        "status": status,
        "detail": str(detail),
        "code": code,
        "request_id": g.get("request_id", ""),
        **extra,
    }
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def _answer(
    status: int,
    code: str,
    title: Any,
    what_to_do: Any,
    *,
    message: str = "",
    render: Callable[..., str] = render_template,
    **extra: Any,
) -> Response:
    if wants_json():
        return problem(status, code, title, message or what_to_do, **extra)
    html = render(
        "core/error.html",
        status=status,
        code=code,
        title=title,
        message=message,
        what_to_do=what_to_do,
        request_id=g.get("request_id", ""),
    )
    return Response(html, status=status, mimetype="text/html")


def init_problems(app: Flask) -> None:
    """Register the table with the application."""
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(DatabaseError, on_storage_error)
    app.register_error_handler(OSError, on_storage_error)
    app.register_error_handler(Exception, on_unexpected)


def on_domain_error(error: DomainError) -> Response:
    """What a rule refuses, by the kind of its error in `TABLE`."""
    kind = next((k for k in type(error).__mro__ if k in TABLE), Conflict)
    status, title, what_to_do = TABLE[kind]
    answer = _answer(status, error.code, title, what_to_do, message=str(error.message), **error.details)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="guiyuan"'
    if status == 503:
        answer.headers["Retry-After"] = RETRY_AFTER_S
    return answer


def on_csrf_error(_error: CSRFError) -> Response:
    """A form whose token is missing or too old."""
    message = _("The page had been open for too long, so we could not be sure that it was you.")
    return _answer(
        400, "csrf", HTTP[400][0], _("Go back, reload the page and send it again."), message=message
    )


def on_http_error(error: HTTPException) -> Any:
    """What Flask and Werkzeug refuse; redirects pass through."""
    status = error.code or 500
    if status < 400:
        return error
    title, what_to_do = HTTP.get(status, UNEXPECTED)
    answer = _answer(status, f"http_{status}", title, what_to_do)
    for name, value in error.get_headers():
        if name.lower() in {"retry-after", "allow"}:
            answer.headers[name] = value
    return answer


def on_storage_error(error: DatabaseError | OSError) -> Response:
    """Database or disk is away, locked, full or closed: come again. Anything else is ours."""
    if not is_away(error):
        return on_unexpected(error)
    on_disk = isinstance(error, OSError)
    log.error("storage_error" if on_disk else "database_error", exc_info=error)
    return _come_again("storage_unavailable" if on_disk else "database_unavailable")


def _come_again(code: str) -> Response:
    status, title, what_to_do = TABLE[Unavailable]
    try:
        answer = _answer(status, code, title, what_to_do)
    except DatabaseError:
        # A member's page asks the database for the member's name and language; a visitor's asks nothing.
        from core.web.wording.languages import visitors_locale

        with force_locale(visitors_locale()):
            answer = _answer(status, code, title, what_to_do, render=_render_for_visitor)
    answer.headers["Retry-After"] = RETRY_AFTER_S
    return answer


def _render_for_visitor(template: str, **shown: Any) -> str:
    """A page without the context processors, of which Flask-Login's asks the database who is signed in."""
    return current_app.jinja_env.get_template(template).render(
        request=request, g=g, current_user=AnonymousUserMixin(), **shown
    )


def on_unexpected(error: Exception) -> Response:
    """A fault of ours: logged whole, told with the request's id alone."""
    if current_app.testing:
        raise error
    if "request_id" not in g:
        g.request_id = uuid4().hex[:16]
    log.error("unexpected_error", exc_info=error)
    return _answer(500, "unexpected", *UNEXPECTED)
