"""Our validation of EPCIS against the published documents and, on altered ones, against the published schema."""

import copy
import json
import random

import pytest
from jsonschema import Draft7Validator, FormatChecker

from core import strict_json as jsontext
from tests.published.vectors import vectors
from traceability.events.rules.documents import check_document
from traceability.events.rules.validation import EVENT_TYPES, check_event

# Where we refuse on purpose what the schema lets pass. Besides: in an event type of somebody else's, the schema
# looks at few fields; here, a field of the standard means in every event what it means in the standard's own.
BEYOND_THE_SCHEMA = (
    "is required when the action is",  # the parent of an aggregation (EPCIS 2.0, 7.4.3)
    "is already said in sensorMetadata",  # draft conformance requirement 53
    "must be an EPCISDocument or an EPCISQueryDocument",  # an event alone is sent to /events, not /capture
    "must be EPCISDocument or EPCISQueryDocument",
)


def documents():
    folder = vectors("epcis")
    paths = [*sorted((folder / "valid").iterdir()), *sorted((folder / "invalid").iterdir())]
    return paths + sorted(vectors("epcis_hash").glob("*.jsonld"))


@pytest.fixture(scope="module")
def oracle():
    checker = FormatChecker()
    assert {"date-time", "uri"} <= checker.checkers.keys(), "a format would pass silently"
    schema = json.loads((vectors("epcis") / "EPCIS-JSON-Schema.json").read_text())
    return Draft7Validator(schema, format_checker=checker)


def test_every_valid_example_is_accepted():
    paths = sorted((vectors("epcis") / "valid").iterdir())
    assert len(paths) == 13
    assert {path.name: check_document(jsontext.read(path.read_text())) for path in paths} == {
        path.name: [] for path in paths
    }


def test_every_invalid_document_is_refused_with_the_place():
    paths = sorted((vectors("epcis") / "invalid").iterdir())
    assert len(paths) == 8
    for path in paths:
        faults = check_document(jsontext.read(path.read_text()))
        assert faults, path.name
        assert all(fault.pointer.startswith("/epcisBody/eventList/") for fault in faults), path.name


def test_a_reading_may_be_later_than_its_event():
    """As in the standard's own examples: an event of some hours tells what was measured in them."""
    event = {
        "type": "ObjectEvent",
        "eventTime": "2019-04-02T15:00:00.000+01:00",
        "eventTimeZoneOffset": "+01:00",
        "action": "OBSERVE",
        "epcList": ["urn:epc:id:sgtin:4012345.011111.9876"],
        "sensorElementList": [
            {
                "sensorMetadata": {"time": "2019-04-02T15:05:00.000+01:00"},
                "sensorReport": [{"type": "Temperature", "value": 26.0, "uom": "CEL"}],
            }
        ],
    }
    assert check_event(event, "") == []


NEW_VALUES = (
    None, True, 5, -1.5, "", "word", "a:b", "urn:epc:id:sgtin:4012345.011111.987", "http://a b", "https://[::1]/x",
    "https://[zz]/", "2020-02-30T00:00:00Z", "2020-02-28t00:00:00.5+01:00", "+08:00", "ADD", "DELETE", "OBSERVE",
    "urn:epcglobal:cbv:disp:active", "https://ns.gs1.org/cbv/Disp-active", "https://gs1.org/voc/Temperature", "KGM", "ff",
    [], {}, ["a:b"], ["a:b", "a:b"], ["in_transit"], [{}], {"id": "a:b"}, {"a:b": 1}, {"b": 1},
    [{"epcClass": "a:b", "quantity": 1}], [{"type": "po", "bizTransaction": "a:b"}],
    [{"sensorReport": [{"type": "Temperature", "value": 1, "time": "2001-01-01T00:00:00Z"}]}],
)  # fmt: skip
NEW_NAMES = (
    "word", "a:b", "ilmd", "epcList", "quantityList", "parentID", "childEPCs", "action", "transformationID", "bizStep",
    "sensorElementList", "persistentDisposition", "certificationInfo", "errorDeclaration", "recordTime", "type", "@context",
    "bizTransactionList", "sourceList", "epcisHeader", "value", "time", "unset", "uom",
)  # fmt: skip


def places(value, way=()):
    yield way
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inside:
        yield from places(item, (*way, name))


def altered(document, chance):
    """The document with one or two members dropped, replaced, renamed, repeated or added."""
    changed = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 2))):
        way = chance.choice([way for way in places(changed) if way])
        holder = changed
        for name in way[:-1]:
            holder = holder[name]
        what = chance.choice(("drop", "replace", "replace", "add", "rename", "kind"))
        if what == "drop":
            del holder[way[-1]]
        elif what == "replace":
            holder[way[-1]] = copy.deepcopy(chance.choice(NEW_VALUES))
        elif what == "kind":
            events = changed.get("epcisBody", {})
            events = events.get("eventList") if isinstance(events, dict) else None
            if isinstance(events, list) and events and isinstance(events[0], dict):
                events[0]["type"] = chance.choice((*EVENT_TYPES, "a:OtherEvent", "OtherEvent"))
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[0]))
        elif what == "add":
            holder[chance.choice(NEW_NAMES)] = copy.deepcopy(chance.choice(NEW_VALUES))
        else:
            holder[chance.choice(NEW_NAMES)] = holder.pop(way[-1])
    return changed


def is_ours_alone(fault, document):
    """Whether a fault is one of those that the schema cannot or does not want to find."""
    if any(word in fault.text for word in BEYOND_THE_SCHEMA):
        return True
    event = document
    if fault.pointer.startswith("/epcisBody/eventList/"):
        event = document["epcisBody"]["eventList"][int(fault.pointer.split("/")[3])]
    return ":" in event["type"]


@pytest.mark.parametrize("seed", range(4))
def test_altered_documents_are_judged_as_by_the_schema(oracle, seed):
    chance = random.Random(seed)  # noqa: S311 - repeatable cases
    originals = [json.loads(path.read_text()) for path in documents()]
    accepted = refused = 0
    for _ in range(700):
        document = altered(chance.choice(originals), chance)
        faults = check_document(document)
        schema_accepts = oracle.is_valid(document)
        if schema_accepts:
            assert all(is_ours_alone(fault, document) for fault in faults), (faults, json.dumps(document))
            accepted += not faults
        else:
            assert faults, (next(oracle.iter_errors(document)).message, json.dumps(document, indent=1))
            refused += 1
    assert accepted > 50
    assert refused > 100


@pytest.mark.parametrize("seed", range(2))
def test_single_events_are_judged_as_by_the_schema(oracle, seed):
    chance = random.Random(100 + seed)  # noqa: S311 - repeatable cases
    originals = [
        {"@context": document["@context"], **event}
        for document in (json.loads(path.read_text()) for path in documents())
        for event in document["epcisBody"]["eventList"]
    ]
    for _ in range(500):
        event = altered(chance.choice(originals), chance)
        faults = check_event(event, alone=True)
        if event.get("type") in ("EPCISDocument", "EPCISQueryDocument"):
            continue
        if oracle.is_valid(event):
            assert all(is_ours_alone(fault, event) for fault in faults), (faults, event)
        else:
            assert faults, (next(oracle.iter_errors(event)).message, event)
