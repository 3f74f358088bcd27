"""Taking in what others send: whole documents as a job, or one event."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text

from core import strict_json
from core.database import changed, is_postgresql, session
from core.errors import Conflict, NotFound
from core.ids import random_id
from traceability.events.models.tables import CaptureJob, EpcisEvent, EpcisQuery
from traceability.events.rules.documents import check_envelope, envelope_of, events_of
from traceability.events.rules.keys import index_value
from traceability.events.rules.parameters import read_query
from traceability.events.rules.shapes import Fault, below
from traceability.events.rules.validation import check_event
from traceability.events.service.storing import Prepared, prepare, store

LOCK_OF_IDS = 0x45504349  # our own space of advisory locks
BUCKETS = 64


class NotValid(Exception):  # noqa: N818 - read as a word
    """What was sent breaks the standard; nothing of it was stored."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer} {fault.text}" for fault in faults[:5]))
        self.faults = tuple(faults)


class EventExists(Conflict):
    """The event, or another with its id, is in the store."""

    code = "event_exists"


@dataclass(frozen=True)
class _Candidate:
    pointer: str
    prepared: Prepared


def capture_document(document: Any, *, behaviour: str, at: datetime, by: int) -> CaptureJob:
    """Store the events of a document and keep the job's record.

    `rollback`: a document with any fault is not stored at all. `proceed`: what is in order is stored, the
    rest is told in the job. An event that is there already is not stored again, and that is no error.

    Raises:
        NotValid: the document itself is malformed, or with `rollback` any of its events.
    """
    faults = check_envelope(document)
    if faults:
        raise NotValid(faults)
    start, events = events_of(document)
    candidates, problems = [], []
    for place, event in enumerate(events):
        pointer = below(start, place)
        wrong = check_event(event, pointer)
        problems += wrong
        if not wrong:
            candidates.append(_Candidate(pointer, prepare(event, document["@context"])))
    if problems and behaviour == "rollback":
        raise NotValid(problems)
    good, clashes = _without_clashes(candidates)
    problems += clashes
    if problems and behaviour == "rollback":
        good = []
    job = CaptureJob(
        public_id=random_id(20),
        behaviour=behaviour,
        success=not problems,
        events=len(events),
        stored=0,
        problems=strict_json.write([[fault.pointer, fault.text] for fault in problems]),
        envelope=strict_json.write(envelope_of(document)),
        by_account_id=by,
        created_at=at,
        finished_at=at,
    )
    session.add(job)
    session.flush()
    job.stored = store([candidate.prepared for candidate in good], own=False, at=at, by=by, capture_id=job.id)
    session.flush()
    return job


def capture_event(event: Mapping[str, Any], *, at: datetime, by: int) -> str:
    """Store one event that was sent by itself; its id.

    Raises:
        NotValid: it breaks the standard.
        EventExists: it is there already, or another event has its id.
    """
    faults = check_event(event, alone=True)
    if faults:
        raise NotValid(faults)
    prepared = prepare(event, event["@context"])
    _good, clashes = _without_clashes([_Candidate("", prepared)])
    if clashes or not store([prepared], own=False, at=at, by=by):
        raise EventExists("An event with this id is in the store already.", event_id=prepared.event_id)
    return prepared.event_id


def _without_clashes(candidates: Sequence[_Candidate]) -> tuple[list[_Candidate], list[Fault]]:
    """Leave out what would give an id to two different events; an error declaration repeats its event's content.

    The ids stay this transaction's until it ends: who captures one of them at the same time waits and then
    finds what was stored here.
    """
    _claim({candidate.prepared.event_id for candidate in candidates})
    taken = _contents({candidate.prepared.event_id for candidate in candidates})
    good, clashes = [], []
    for candidate in candidates:
        content = _content(candidate.prepared.hash, candidate.prepared.event)
        if taken.setdefault(candidate.prepared.event_id, content) == content:
            good.append(candidate)
        else:
            clashes.append(
                Fault(
                    below(candidate.pointer, "eventID"),
                    "is the id of an event with other content in the store",
                )
            )
    return good, clashes


def _claim(event_ids: set[str]) -> None:
    """On PostgreSQL, locks by buckets of ids, always in the same order; on SQLite there is one writer anyway."""
    if not is_postgresql():
        return
    buckets = sorted({zlib.crc32(event_id.encode()) % BUCKETS for event_id in event_ids})
    session.execute(
        text(
            "SELECT pg_advisory_xact_lock(:space, bucket) FROM unnest(CAST(:buckets AS integer[])) AS bucket"
        ),
        {"space": LOCK_OF_IDS, "buckets": buckets},
    )


def _content(content_hash: str, event: Mapping[str, Any]) -> str:
    # The hash of the standard leaves the certificates out.
    return content_hash + strict_json.write(event.get("certificationInfo"))


def _contents(event_ids: set[str]) -> dict[str, str]:
    """What the stored events with these ids say, by id."""
    wanted = sorted({index_value(event_id) for event_id in event_ids})
    contents: dict[str, str] = {}
    for start in range(0, len(wanted), 500):
        rows = session.execute(
            select(EpcisEvent.hash, EpcisEvent.body).where(
                EpcisEvent.event_id.in_(wanted[start : start + 500])
            )
        )
        for content_hash, body in rows:
            event = strict_json.read(body)
            contents[event["eventID"]] = _content(content_hash, event)
    return contents


def keep_query(name: str, definition: Mapping[str, Any], *, at: datetime, by: int) -> EpcisQuery:
    """Keep a query under a name.

    Raises:
        BadParameter: a parameter is not understood.
        Conflict: the name is taken.
    """
    read_query(
        {key: value for key, value in definition.items() if key != "@context"},
        context=definition.get("@context"),
    )
    if session.scalar(select(EpcisQuery.id).where(EpcisQuery.name == name)) is not None:
        raise Conflict("A query with this name is kept already.", code="query_exists")
    row = EpcisQuery(name=name, definition=strict_json.write(definition), by_account_id=by, created_at=at)
    session.add(row)
    session.flush()
    return row


def delete_query(name: str, *, by: int) -> None:
    """Delete a query that this account keeps.

    Raises:
        NotFound: the account keeps no query of this name.
    """
    if not changed(delete(EpcisQuery).where(EpcisQuery.name == name, EpcisQuery.by_account_id == by)):
        raise NotFound("You keep no query of this name.", code="no_such_query")
