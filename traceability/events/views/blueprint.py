"""The blueprint of `/epcis`: what is asked of every request, and how every error is answered there."""

import re
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException

from core.application import csrf
from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unauthorised
from core.settings import current_settings
from core.web.views.problems import on_http_error as core_http_error
from traceability.events.rules.parameter_values import BadParameter
from traceability.events.service.capturing import NotValid
from traceability.events.views.answers import (
    JSON_TYPES,
    LONGEST_ADDRESS,
    PROBLEMS,
    VERSION,
    EpcisProblem,
    discovery,
    of_faults,
    problem,
)

blueprint = APIBlueprint("epcis", __name__, url_prefix="/epcis", tag="EPCIS")
# Tokens only: cookies count for nothing here, so there is nothing to forge.
csrf.exempt(blueprint)

FORMATS = {"No_Preference", "Never_Translates"}
NAMES: dict[type[DomainError], tuple[str, int]] = {
    Unauthorised: ("SecurityException", 401),
    Forbidden: ("SecurityException", 403),
    NotFound: ("NoSuchResourceException", 404),
    Conflict: ("ResourceAlreadyExistsException", 409),
    Invalid: ("ValidationException", 400),
}
HTTP_NAMES = {
    404: "NoSuchResourceException",
    406: "NotAcceptableException",
    413: "CaptureLimitExceededException",
    414: "URITooLongException",
    415: "UnsupportedMediaTypeException",
}


_OBJECT = {"schema": {"type": "object"}}
_LIST = {"schema": {"type": "array"}}


def documented(
    summary: str,
    description: str = "",
    *,
    ok: int = 200,
    says: str = "The answer",
    many: bool = False,
    more: Any = (),
) -> Any:
    """What the API's description says of a route: its answer, and every status that it may have besides."""
    body = _LIST if many else _OBJECT
    content = {} if ok in {201, 204} else dict.fromkeys(JSON_TYPES, body)
    answers: Any = {
        ok: {"description": says, "content": content},
        **{status: PROBLEMS_BY_STATUS[status] for status in (400, 401, 403, 404, 406, 414, *more)},
    }
    return blueprint.doc(summary=summary, description=description or None, responses=answers)


PROBLEMS_BY_STATUS = dict(PROBLEMS.values()) | {
    400: "Not valid, or a parameter is not understood",
    403: "The token may not do that",
}


@blueprint.before_request
def negotiate() -> Response | None:
    """Answer OPTIONS; refuse what cannot be answered as asked: other versions, other formats, endless addresses."""
    if len(request.full_path) > LONGEST_ADDRESS:
        raise EpcisProblem("URITooLongException", f"An address may have {LONGEST_ADDRESS} characters.")
    if "\x00" in request.path or any(
        "\x00" in name + value for name, value in request.args.items(multi=True)
    ):
        raise EpcisProblem("QueryParameterException", "An address holds no NUL character.")
    if request.method == "OPTIONS":
        return _discovered()
    if request.accept_mimetypes and not request.accept_mimetypes.best_match(
        [*JSON_TYPES, "application/problem+json"]
    ):
        raise EpcisProblem(
            "NotAcceptableException", "Answers are JSON (application/json or application/ld+json)."
        )
    for name in ("EPCIS", "CBV"):
        least, most = request.headers.get(f"GS1-{name}-Min"), request.headers.get(f"GS1-{name}-Max")
        if (least and _version(least) > (2, 0, 0)) or (most and _version(most) < (2, 0, 0)):
            raise EpcisProblem("NotAcceptableException", f"Only {name} {VERSION} is spoken here.")
        exact = request.headers.get(f"GS1-{name}-Version")
        if exact and _version(exact)[:2] != (2, 0):
            raise EpcisProblem("NotAcceptableException", f"Only {name} {VERSION} is spoken here.")
    if request.headers.get("GS1-EPC-Format", "Never_Translates") not in FORMATS:
        raise EpcisProblem(
            "NotAcceptableException", "Identifiers come back as they were captured; no format is translated."
        )
    return None


def _discovered() -> Response:
    """What OPTIONS answers: the methods of the address, versions, formats, limits."""
    adapter = request_ctx.url_adapter
    assert adapter is not None
    methods = [name for name in adapter.allowed_methods() if name not in {"HEAD", "OPTIONS"}]
    return discovery(
        ["OPTIONS", *sorted(methods)], capture="POST" in methods and "queries" not in request.path
    )


def _version(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"\d{1,4}(\.\d{1,4}){0,3}", text.strip(), re.ASCII):
        raise EpcisProblem("NotAcceptableException", f"{text[:40]!r} is no version.")
    numbers = tuple(int(part) for part in text.strip().split("."))
    return (*numbers, 0, 0)[:3] if len(numbers) < 3 else numbers[:3]


@blueprint.after_request
def name_versions(response: Response) -> Response:
    """Every answer says which versions it speaks."""
    response.headers["GS1-EPCIS-Version"] = VERSION
    response.headers["GS1-CBV-Version"] = VERSION
    response.headers.setdefault("GS1-Extensions", f"guiyuan={current_settings().base_url}/epcis/terms/")
    return response


@blueprint.errorhandler(EpcisProblem)
def on_problem(error: EpcisProblem) -> Response:
    """An exception of the binding, by its own name."""
    return problem(error)


@blueprint.errorhandler(NotValid)
def on_not_valid(error: NotValid) -> Response:
    """Every fault of what was sent, with its place."""
    return problem(of_faults(error.faults))


@blueprint.errorhandler(BadParameter)
def on_bad_parameter(error: BadParameter) -> Response:
    """Which parameter was not understood."""
    return problem(EpcisProblem("QueryParameterException", f"{error}.", parameter=error.name))


@blueprint.errorhandler(DomainError)
def on_domain_error(error: DomainError) -> Response:
    """A refusal of ours under the name that the binding has for it."""
    name, status = next(
        (NAMES[kind] for kind in type(error).__mro__ if kind in NAMES), ("ImplementationException", 500)
    )
    return problem(EpcisProblem(name, str(error.message), status=status, code=error.code))


@blueprint.app_errorhandler(404)
@blueprint.app_errorhandler(405)
def on_no_route(error: HTTPException) -> Any:
    """An address below `/epcis` that leads nowhere is answered as the rest of it; others as ever."""
    return on_http_error(error) if request.path.startswith("/epcis/") else core_http_error(error)


@blueprint.errorhandler(HTTPException)
def on_http_error(error: HTTPException) -> Any:
    """Werkzeug's own errors; redirections go through, `Retry-After` and `Allow` are kept."""
    status = error.code or 500
    if status < 400:
        return error
    name = HTTP_NAMES.get(status, "ImplementationException")
    answer = problem(EpcisProblem(name, error.description or error.name, status=status))
    for header, value in error.get_headers():
        if header.lower() in {"retry-after", "allow"}:
            answer.headers[header] = value
    return answer


def sent_text() -> bytes:
    """The JSON text of the request.

    Raises:
        EpcisProblem: another media type, or more than one request may carry.
    """
    if request.mimetype not in JSON_TYPES:
        raise EpcisProblem(
            "UnsupportedMediaTypeException",
            "Send application/json or application/ld+json; XML is not offered.",
        )
    return request.get_data(cache=False)
