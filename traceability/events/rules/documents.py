"""EPCIS documents and query documents: what they must hold, and where their events are (pure)."""

from collections.abc import Iterator, Mapping
from typing import Any

from traceability.events.rules import shapes
from traceability.events.rules.shapes import Checker, Fault, array, below, members, one_of, open_members
from traceability.events.rules.validation import DOCUMENTS, check_event, context

_attribute = open_members(
    {
        "id": shapes.uri,
        "attribute": shapes.either(
            "must be a number, a string or an object", shapes.number, shapes.text, open_members({})
        ),
    },
    required=["id"],
)
_vocabulary = open_members(
    {
        "type": shapes.uri,
        "vocabularyElementList": array(
            open_members(
                {"id": shapes.uri, "attributes": array(_attribute), "children": array(shapes.uri)},
                required=["id"],
            )
        ),
    },
    required=["type"],
)
_header = members({"epcisMasterData": open_members({"vocabularyList": array(_vocabulary)})})


def _event_list(value: Any, at: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield Fault(at, "must be a list of events")


_ENVELOPE: dict[str, Checker] = {
    "@context": context,
    "id": shapes.uri,
    "type": one_of(DOCUMENTS),
    "schemaVersion": shapes.matching(r"\d+(\.\d+)*", "must be a version, as 2.0"),
    "creationDate": shapes.time,
}
_DOCUMENT = members(
    {
        **_ENVELOPE,
        "instanceIdentifier": shapes.text,
        "sender": shapes.text,
        "receiver": shapes.text,
        "epcisHeader": _header,
        "epcisBody": open_members({"eventList": _event_list}, required=["eventList"]),
    },
    required=["@context", "type", "schemaVersion", "creationDate", "epcisBody"],
)
_QUERY_DOCUMENT = members(
    {
        **_ENVELOPE,
        "epcisBody": members(
            {
                "queryResults": members(
                    {
                        "queryName": shapes.text,
                        "subscriptionID": shapes.text,
                        "resultsBody": members(
                            {"eventList": _event_list, "vocabularyList": array(_vocabulary)},
                            required=["eventList"],
                        ),
                    },
                    required=["queryName", "resultsBody"],
                )
            },
            required=["queryResults"],
        ),
    },
    required=["@context", "type", "epcisBody"],
)


def check_envelope(document: Any) -> list[Fault]:
    """The faults of a document around its events."""
    if not isinstance(document, Mapping):
        return [Fault("", "must be an EPCISDocument or an EPCISQueryDocument")]
    if document.get("type") not in DOCUMENTS:
        return [Fault("/type", "must be EPCISDocument or EPCISQueryDocument")]
    return list((_DOCUMENT if document["type"] == "EPCISDocument" else _QUERY_DOCUMENT)(document, ""))


def events_of(document: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """The pointer to the list of events of a document with a good envelope, and the list."""
    if document["type"] == "EPCISDocument":
        return "/epcisBody/eventList", document["epcisBody"]["eventList"]
    results = document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return "/epcisBody/queryResults/resultsBody/eventList", results


def envelope_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without its events: what a capture job keeps of it."""
    envelope: dict[str, Any] = {**document}
    if document["type"] == "EPCISDocument":
        envelope["epcisBody"] = {**document["epcisBody"], "eventList": []}
        return envelope
    body = document["epcisBody"]
    results = body["queryResults"]
    emptied = {**results, "resultsBody": {**results["resultsBody"], "eventList": []}}
    return {**envelope, "epcisBody": {**body, "queryResults": emptied}}


def check_document(document: Any) -> list[Fault]:
    """Every fault of a document, its events included."""
    faults = check_envelope(document)
    if faults:
        return faults
    pointer, events = events_of(document)
    return [
        fault for place, event in enumerate(events) for fault in check_event(event, below(pointer, place))
    ]
