"""What the public log keeps of an event: its hash, and digests of the whole text as it is stored."""

from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from core import strict_json
from core.database import session
from core.seal import SealSource
from core.seal.rules.entries import moment
from traceability.events.models.indexed_keys import indexed_keys, lot_ids, lot_keys
from traceability.events.models.tables import EpcisEvent
from traceability.events.rules.columns import columns_of
from traceability.events.rules.keys import Key, keys_of

KIND = "epcis_event"
SHOWN = 5


def subject_of(fingerprint: str) -> str:
    """How the log calls an event; an event id alone may be shared with an error declaration."""
    return f"epcis/{fingerprint}"


def sealed_body(event: EpcisEvent) -> dict[str, Any]:
    """The facts of an event that must not be bent, error declaration, identity and origin included."""
    return {
        "body": sha256(event.body.encode()).hexdigest(),
        "context": sha256(event.context.encode()).hexdigest(),
        "event_id": event.event_id,
        "event_time": moment(event.event_time),
        "hash": event.hash,
        "own": event.own,
        "record_time": moment(event.record_time),
        "type": event.type,
    }


def _bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    indexed, lots = indexed_keys(), lot_ids()
    at, keys = next(indexed, (0, []))
    for event in session.scalars(select(EpcisEvent).order_by(EpcisEvent.id).execution_options(yield_per=500)):
        while 0 < at < event.id:
            at, keys = next(indexed, (0, []))
        yield (
            subject_of(event.fingerprint),
            sealed_body(event) | _altered_columns(event, keys if at == event.id else [], lots),
        )


def _altered_columns(event: EpcisEvent, keys: list[Key], lots: Mapping[str, int]) -> dict[str, Any]:
    """Columns and keys that do not repeat what the event's text says, by name: nothing that was sealed has any."""
    try:
        body, context = strict_json.read(event.body), strict_json.read(event.context)
        expected, wanted = columns_of(body, context), Counter(keys_of(body, context))
    except (strict_json.NotJson, ValueError, KeyError, TypeError, AttributeError):
        return {}  # A text that nobody can read is not the one whose digest was sealed.
    wanted.update(lot_keys(event.body, lots) if event.own else ())
    columns = {
        f"column {name}": str(getattr(event, name))
        for name, value in expected.items()
        if getattr(event, name) != value
    }
    missing, unknown = wanted - Counter(keys), Counter(keys) - wanted
    return columns | {
        f"keys {word}": sorted(f"{key.kind} {key.value or key.number}" for key in group)[:SHOWN]
        for word, group in (("missing", missing), ("that it does not tell", unknown))
        if group
    }


SOURCE = SealSource(kind=KIND, bodies=_bodies, tables=("epcis_event",))
