"""What the columns of an event repeat of its text, so that pages and queries find it. Pure."""

from collections.abc import Mapping
from typing import Any

from traceability.events.rules.contexts import expanded, namespaces
from traceability.events.rules.keys import index_value
from traceability.events.rules.times import moment
from traceability.events.rules.vocabulary import as_word


def columns_of(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Columns of an `EpcisEvent` that follow from the event and the context of its document."""
    known = namespaces(context, event.get("@context"))
    declaration = event.get("errorDeclaration") or {}
    return {
        "type": index_value(expanded(event["type"], known)),
        "event_time": moment(event["eventTime"]),
        "action": event.get("action"),
        "biz_step": _word("bizStep", event.get("bizStep"), known),
        "disposition": _word("disposition", event.get("disposition"), known),
        "read_point": _place(event.get("readPoint")),
        "biz_location": _place(event.get("bizLocation")),
        "error_declared_at": moment(declaration["declarationTime"]) if declaration else None,
        "error_reason": _word("errorReason", declaration.get("reason"), known),
    }


def _word(kind: str, value: str | None, known: Mapping[str, str]) -> str | None:
    return None if value is None else index_value(as_word(kind, expanded(value, known)))


def _place(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else index_value(value["id"])
