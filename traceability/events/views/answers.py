"""Documents, headers and problems of the EPCIS REST binding."""

import json
import re
from collections.abc import Sequence
from typing import Any

from flask import Response, g, request

from core import strict_json
from core.clock import now
from core.settings import current_settings
from traceability.events.queries.store import StoredEvent
from traceability.events.rules.contexts import STANDARD, join, parts_of
from traceability.events.rules.shapes import Fault

VERSION = "2.0.0"
MAX_EVENTS = 1000
MAX_BYTES = 8 * 1024 * 1024
LONGEST_ADDRESS = 8000
JSON_TYPES = ("application/json", "application/ld+json")
TOLD_FAULTS = 200

# name of the exception in the binding -> (status, title)
PROBLEMS: dict[str, tuple[int, str]] = {
    "ValidationException": (400, "The EPCIS data breaks the standard"),
    "QueryParameterException": (400, "A query parameter is not understood"),
    "QueryValidationException": (400, "The query is not well formed"),
    "SecurityException": (401, "A valid token is needed"),
    "NoSuchResourceException": (404, "There is no such resource"),
    "NoSuchNameException": (404, "There is no query of this name"),
    "NotAcceptableException": (406, "The answer cannot be given in that form"),
    "ResourceAlreadyExistsException": (409, "A resource with this identifier already exists"),
    "CaptureLimitExceededException": (413, "More was sent than one request may carry"),
    "QueryTooLargeException": (413, "The query finds more events than were allowed"),
    "URITooLongException": (414, "The address is too long"),
    "UnsupportedMediaTypeException": (415, "Only JSON is taken here"),
    "ImplementationException": (500, "Something went wrong on our side"),
}


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class EpcisProblem(Exception):  # noqa: N818 - it becomes the answer
    """An exception of the REST binding, by its name there."""

    def __init__(self, name: str, detail: str, *, status: int | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.name = name
        self.status = status or PROBLEMS[name][0]
        self.detail = detail
        self.extra = extra


def problem(error: EpcisProblem) -> Response:
    """The problem document (RFC 9457) of an exception, its type a name of the binding."""
    body = {
        "type": f"epcisException:{error.name}",
        "title": PROBLEMS[error.name][1],
        "status": error.status,
        "detail": error.detail,
        "code": _CAMEL.sub("_", error.name.removesuffix("Exception")).lower(),
        "request_id": g.get("request_id", ""),
        **error.extra,
    }
    answer = Response(json.dumps(body, ensure_ascii=False), status=error.status)
    answer.content_type = "application/problem+json"
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="guiyuan"'
    return answer


def of_faults(faults: Sequence[Fault]) -> EpcisProblem:
    """The problem of data with these faults: the first one in words, all with their places."""
    first = faults[0]
    return EpcisProblem(
        "ValidationException",
        f"{first.pointer or 'The document'} {first.text}.",
        errors=[{"pointer": fault.pointer, "detail": fault.text} for fault in faults[:TOLD_FAULTS]],
        error_count=len(faults),
    )


def base_url() -> str:
    """Where the binding stands."""
    return f"{current_settings().base_url}/epcis"


def answer(text: str, status: int = 200) -> Response:
    """A JSON answer in the media type that was asked for."""
    wanted = request.accept_mimetypes.best_match(JSON_TYPES) or JSON_TYPES[0]
    return Response(text, status=status, content_type=wanted)


def collection(members: Sequence[str], context: Any = STANDARD) -> Response:
    """A list of values or sub-resources."""
    return answer(
        json.dumps({"@context": context, "type": "Collection", "member": list(members)}, ensure_ascii=False)
    )


def query_document(events: Sequence[StoredEvent], *, name: str = "SimpleEventQuery") -> Response:
    """The events as an EPCISQueryDocument; their texts go out as they came in."""
    contexts = [strict_json.read(event.context) for event in events]
    context, apart = join(contexts)
    texts = [event.body for event in events]
    for place in apart:
        body = strict_json.read(texts[place])
        own = [*parts_of(contexts[place]), *parts_of(body.get("@context"))]
        texts[place] = strict_json.write({**body, "@context": own})
    head = {
        "@context": context,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    start = strict_json.write(head)[:-1]
    results = f'{{"queryName":{json.dumps(name)},"resultsBody":{{"eventList":[{",".join(texts)}]}}}}'
    return answer(f'{start},"epcisBody":{{"queryResults":{results}}}}}')


def discovery(methods: Sequence[str], *, capture: bool = False) -> Response:
    """What OPTIONS answers: methods, versions, formats, limits."""
    response = Response(status=204)
    response.headers["Allow"] = ", ".join(methods)
    for name in ("EPCIS", "CBV"):
        response.headers[f"GS1-{name}-Min"] = VERSION
        response.headers[f"GS1-{name}-Max"] = VERSION
    response.headers["GS1-EPC-Format"] = "Never_Translates"
    response.headers["GS1-CBV-XML-Format"] = "Never_Translates"
    response.headers["GS1-Vendor-Version"] = "1"
    if capture:
        response.headers["GS1-EPCIS-Capture-Limit"] = str(MAX_EVENTS)
        response.headers["GS1-EPCIS-Capture-File-Size-Limit"] = str(MAX_BYTES)
        response.headers["GS1-Capture-Error-Behaviour"] = "all"
    return response
