"""What the public log keeps of an event: its hash, and digests of the whole text as it is stored."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from core import jsontext
from core.database import session
from core.seal import SealSource
from core.seal.entries import moment
from traceability.events.columns import columns_of
from traceability.events.models import EpcisEvent

KIND = "epcis_event"


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
    for event in session.scalars(select(EpcisEvent).order_by(EpcisEvent.id).execution_options(yield_per=500)):
        yield subject_of(event.fingerprint), sealed_body(event) | _bent(event)


def _bent(event: EpcisEvent) -> dict[str, Any]:
    """Columns that do not repeat what the event's text says, by name: nothing that was sealed has any."""
    try:
        told = columns_of(jsontext.read(event.body), jsontext.read(event.context))
    except (jsontext.NotJson, ValueError, KeyError, TypeError, AttributeError):
        return {}  # A text that nobody can read is not the one whose digest was sealed.
    return {
        f"column {name}": str(getattr(event, name))
        for name, value in told.items()
        if getattr(event, name) != value
    }


SOURCE = SealSource(kind=KIND, bodies=_bodies, tables=("epcis_event",))
