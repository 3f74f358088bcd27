"""`/epcis/capture` and `POST /epcis/events`."""

import json
from typing import Any
from urllib.parse import quote

from flask import Response, request

from core import strict_json
from core.accounts.views.bearer import bearer_account_id, bearer_requires
from core.clock import now
from core.database import transaction
from core.scopes import Scope
from core.web.views.bounds import takes
from core.web.views.limits import limiter
from traceability.events.models.tables import CaptureJob
from traceability.events.queries.store import find_job, jobs_of
from traceability.events.rules.documents import events_of
from traceability.events.service.capturing import capture_document, capture_event
from traceability.events.views.answers import MAX_BYTES, MAX_EVENTS, EpcisProblem, answer, base_url
from traceability.events.views.blueprint import blueprint, documented, sent_text
from traceability.events.views.paging import next_page, read_paging, require_only_paging

OFTEN = "600 per minute"
# A document of 1,000 events with their lists of codes.
MOST_VALUES = 1_000_000
BEHAVIOURS = ("rollback", "proceed")


@blueprint.post("/capture")
@documented(
    "Send EPCIS events",
    "An EPCISDocument or EPCISQueryDocument in JSON. Needs a bearer token that may capture.",
    ok=202,
    says="Taken; Location is the capture job.",
    more=(409, 413, 415),
)
@limiter.limit(OFTEN)
@bearer_requires("epcis.capture", of=Scope.OWN)
@takes(MAX_BYTES)
def capture() -> Response:
    """Store a document's events at once; the job that answers is finished."""
    behaviour = request.headers.get("GS1-Capture-Error-Behaviour", "rollback").strip().lower()
    if behaviour not in BEHAVIOURS:
        raise EpcisProblem("ValidationException", "GS1-Capture-Error-Behaviour must be rollback or proceed.")
    document = _read(sent_text())
    _check_size(document)
    with transaction():
        job = capture_document(document, behaviour=behaviour, at=now(), by=bearer_account_id())
        location = f"{base_url()}/capture/{job.public_id}"
        text = json.dumps(job_document(job))
    taken = answer(text, 202)
    taken.headers["Location"] = location
    taken.headers["GS1-Capture-Error-Behaviour"] = behaviour
    return taken


def _read(sent: bytes) -> Any:
    try:
        return strict_json.read(sent, most_values=MOST_VALUES)
    except strict_json.NotJson as error:
        raise EpcisProblem(
            "ValidationException",
            f"This is no JSON document: {error}.",
            errors=[{"pointer": "", "detail": str(error)}],
        ) from None


def _check_size(document: Any) -> None:
    try:
        _pointer, events = events_of(document)
    except (KeyError, TypeError):
        return  # told by the validation
    if isinstance(events, list) and len(events) > MAX_EVENTS:
        raise EpcisProblem("CaptureLimitExceededException", f"A document carries up to {MAX_EVENTS} events.")


@blueprint.get("/capture")
@documented("Your capture jobs", many=True)
@bearer_requires("epcis.capture")
def jobs() -> Response:
    """The capture jobs of the token's account, the newest first, page by page."""
    require_only_paging()
    paging = read_paging()
    rows = jobs_of(bearer_account_id(), size=paging.size + 1, before=paging.place)
    response = answer(json.dumps([job_document(row) for row in rows[: paging.size]]))
    return next_page(response, rows[paging.size - 1].id) if len(rows) > paging.size else response


@blueprint.get("/capture/<capture_id>")
@documented("What became of a capture")
@bearer_requires("epcis.capture")
def job(capture_id: str) -> Response:
    """One capture job of the token's account."""
    require_only_paging()
    job = find_job(capture_id, bearer_account_id())
    if job is None:
        raise EpcisProblem("NoSuchResourceException", "You have no capture job with this id.")
    return answer(json.dumps(job_document(job)))


def job_document(row: CaptureJob) -> dict[str, Any]:
    """A capture job as the binding describes it, with what the document said around its events."""
    return {
        "captureID": row.public_id,
        "createdAt": _time(row.created_at),
        "finishedAt": _time(row.finished_at),
        "running": False,
        "success": row.success,
        "captureErrorBehaviour": row.behaviour,
        "errors": [
            {
                "type": "epcisException:ValidationException",
                "title": "The EPCIS data breaks the standard",
                "status": 400,
                "detail": f"{pointer} {text}.",
                "pointer": pointer,
            }
            for pointer, text in json.loads(row.problems)
        ],
        "eventsReceived": row.events,
        "eventsStored": row.stored,
        "document": json.loads(row.envelope),
    }


def _time(moment: Any) -> str:
    text: str = moment.isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


@blueprint.post("/events")
@documented(
    "Send one EPCIS event",
    "The event brings its @context. Needs a bearer token that may capture.",
    ok=201,
    says="Stored; Location is the event.",
    more=(409, 413, 415),
)
@limiter.limit(OFTEN)
@bearer_requires("epcis.capture", of=Scope.OWN)
@takes(MAX_BYTES)
def capture_one() -> Response:
    """Store one event that brings its own context."""
    event = _read(sent_text())
    with transaction():
        event_id = capture_event(event, at=now(), by=bearer_account_id())
    stored = Response(status=201)
    stored.headers["Location"] = f"{base_url()}/events/{quote(event_id, safe='')}"
    return stored
