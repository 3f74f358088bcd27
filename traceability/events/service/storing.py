"""Putting events into the store: once each, with their keys and their leaf in the log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import Table, insert

from core import strict_json
from core.database import insert_into, session
from core.seal import append_many
from traceability.events.models.sealing import KIND, sealed_body, subject_of
from traceability.events.models.tables import EpcisEvent, EpcisKey
from traceability.events.rules.columns import columns_of
from traceability.events.rules.hashing import event_hash
from traceability.events.rules.keys import Key, index_value, keys_of

CHUNK = 200


@dataclass(frozen=True)
class Prepared:
    """A valid event made ready: its id, content hash, and what the row will hold."""

    event: Mapping[str, Any]
    context: Any
    event_id: str
    hash: str
    fingerprint: str
    declares_error: bool
    more_keys: tuple[Key, ...] = ()


def prepare(event: Mapping[str, Any], context: Any, *, more_keys: Iterable[Key] = ()) -> Prepared:
    """Hash a valid event and give it that hash as id where it has none of its own."""
    uri = event_hash(event, context)
    event_id = event.get("eventID", uri)
    declaration = event.get("errorDeclaration")
    # The hash does not cover the certificates; two events that differ only there are two.
    content = strict_json.write([event_id, uri, declaration, event.get("certificationInfo")])
    return Prepared(
        event={**event, "eventID": event_id},
        context=context,
        event_id=event_id,
        hash=uri.partition(";")[2].partition("?")[0],
        fingerprint=sha256(content.encode()).hexdigest(),
        declares_error=declaration is not None,
        more_keys=tuple(more_keys),
    )


def store(
    prepared: Sequence[Prepared], *, own: bool, at: datetime, by: int | None, capture_id: int | None = None
) -> int:
    """Add the events that are not there yet, seal them, and answer how many were new.

    Safe against another transaction that stores the same at the same time: one of the two adds it.
    """
    fresh = list({event.fingerprint: event for event in prepared}.values())
    stored = 0
    for start in range(0, len(fresh), CHUNK):
        chunk = {event.fingerprint: event for event in fresh[start : start + CHUNK]}
        values = {
            fingerprint: _row(event, own=own, at=at, by=by, capture_id=capture_id)
            for fingerprint, event in chunk.items()
        }
        statement = (
            insert_into(EpcisEvent)
            .values(list(values.values()))
            .on_conflict_do_nothing(index_elements=[EpcisEvent.fingerprint])
            .returning(EpcisEvent.id, EpcisEvent.fingerprint)
        )
        new = {fingerprint: row_id for row_id, fingerprint in session.execute(statement)}
        # The table itself: the ORM's bulk insert would make a statement of its own for each mix of NULLs.
        keys = [row for fingerprint, row_id in new.items() for row in _key_rows(row_id, chunk[fingerprint])]
        if keys:
            session.execute(insert(cast("Table", EpcisKey.__table__)), keys)
        append_many(
            KIND,
            [
                (subject_of(fingerprint), sealed_body(EpcisEvent(**row)))
                for fingerprint, row in values.items()
                if fingerprint in new
            ],
        )
        stored += len(new)
    return stored


def _key_rows(row_id: int, prepared: Prepared) -> list[dict[str, Any]]:
    return [
        {"event_row_id": row_id, "kind": key.kind, "value": key.value, "raw": key.raw, "number": key.number}
        for key in (*keys_of(prepared.event, prepared.context), *prepared.more_keys)
    ]


def _row(
    prepared: Prepared, *, own: bool, at: datetime, by: int | None, capture_id: int | None
) -> dict[str, Any]:
    return columns_of(prepared.event, prepared.context) | {
        "fingerprint": prepared.fingerprint,
        "event_id": index_value(prepared.event_id),
        "hash": prepared.hash,
        "record_time": at,
        "own": own,
        "body": strict_json.write(prepared.event),
        "context": strict_json.write(prepared.context),
        "capture_id": capture_id,
        "by_account_id": by,
    }
