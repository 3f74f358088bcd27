"""Whether a document or an event follows EPCIS 2.0 and CBV 2.0: our own reading of the standard (pure).

Sections of EPCIS 2.0: 7.3 (fields), 7.4 (the five event types), 9 and 10 (JSON documents). Beyond what a
schema can say: an aggregation that is made or undone names its parent (7.4.3); what a sensor element says in
its metadata is not said again in a report, and no reading is later than its event (draft conformance
requirement 53).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from traceability.events.rules import shapes
from traceability.events.rules.shapes import (
    Checker,
    Fault,
    array,
    below,
    either,
    members,
    one_of,
    word_or_uri,
)
from traceability.events.rules.vocabulary import (
    ACTIONS,
    ALERTS,
    BIZ_STEPS,
    COMPONENTS,
    DISPOSITIONS,
    ERROR_REASONS,
    EVENT_TYPES,
    MEASUREMENTS,
    PARTY_TYPES,
    TRANSACTION_TYPES,
)

DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument")

_CBV = re.compile(r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/")
_VOC = re.compile(r"https?://(www\.)?gs1\.org/voc/")

_uris = array(shapes.uri)
_several_uris = array(shapes.uri, unique=True)
_biz_step = word_or_uri(BIZ_STEPS, "business step", _CBV)
_disposition = word_or_uri(DISPOSITIONS, "disposition", _CBV)
_quantities = array(
    members(
        {
            "epcClass": shapes.uri,
            "quantity": shapes.number,
            "uom": shapes.matching(
                r"[A-Z0-9]{2,3}", "must be a unit code of UN/ECE Recommendation 20, as KGM"
            ),
        },
        required=["epcClass"],
        extensions=False,
    )
)
_place = shapes.open_members({"id": shapes.uri}, required=["id"])
_transactions = members(
    {
        "type": word_or_uri(TRANSACTION_TYPES, "business transaction type", _CBV),
        "bizTransaction": shapes.uri,
    },
    required=["bizTransaction"],
    extensions=False,
)


def _party(name: str) -> Checker:
    return array(
        members(
            {"type": word_or_uri(PARTY_TYPES, "source or destination type", _CBV), name: shapes.uri},
            required=["type", name],
            extensions=False,
        )
    )


_SHARED = ("time", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod")
_metadata = members(
    {
        **dict.fromkeys(("time", "startTime", "endTime"), shapes.time),
        **dict.fromkeys(
            ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"), shapes.uri
        ),
    }
)
_report = members(
    {
        "type": word_or_uri(MEASUREMENTS, "measurement type", _VOC),
        "exception": word_or_uri(ALERTS, "sensor alert type", _VOC),
        "time": shapes.time,
        **dict.fromkeys(
            [
                "deviceID",
                "deviceMetadata",
                "rawData",
                "dataProcessingMethod",
                "bizRules",
                "microorganism",
                "chemicalSubstance",
                "coordinateReferenceSystem",
                "uriValue",
            ],
            shapes.uri,
        ),
        **dict.fromkeys(
            ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"), shapes.number
        ),
        "component": word_or_uri(COMPONENTS, "component", _CBV),
        "stringValue": shapes.text,
        "booleanValue": shapes.boolean,
        "hexBinaryValue": shapes.matching(r"[A-Fa-f0-9]+", "must be hexadecimal digits"),
        "uom": shapes.text,
    },
    required=["type"],
)
_sensors = array(
    members({"sensorMetadata": _metadata, "sensorReport": array(_report, least=1)}, required=["sensorReport"])
)


def _persistent(value: Any, at: str) -> Iterator[Fault]:
    words = array(_disposition, least=1, unique=True)
    yield from members({"set": words, "unset": words}, extensions=False)(value, at)
    if isinstance(value, Mapping) and not value.keys() & {"set", "unset"}:
        yield Fault(at, "must set or unset something")


def context(value: Any, at: str) -> Iterator[Fault]:
    """A JSON-LD context: an address, an object, or a list of such, none twice."""
    checker = either("must be a URI or an object of terms", shapes.uri, shapes.open_members({}))
    if not isinstance(value, list):
        yield from checker(value, at)
        return
    for place, item in enumerate(value):
        yield from checker(item, below(at, place))
        if item in value[:place]:
            yield Fault(below(at, place), "is given twice")


def _ilmd(value: Any, at: str) -> Iterator[Fault]:
    yield from members({})(value, at)


_COMMON: dict[str, Checker] = {
    "@context": context,
    "type": shapes.text,
    "eventTime": shapes.time,
    "recordTime": shapes.time,
    "eventTimeZoneOffset": shapes.matching(
        r"[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)", "must be an offset from UTC, as +08:00"
    ),
    "eventID": shapes.uri,
    "certificationInfo": either("must be a URI or a list of URIs", shapes.uri, _uris),
    "errorDeclaration": members(
        {
            "declarationTime": shapes.time,
            "reason": word_or_uri(ERROR_REASONS, "error reason", _CBV),
            "correctiveEventIDs": _uris,
        },
        required=["declarationTime"],
    ),
}
_WHERE_AND_WHY: dict[str, Checker] = {
    "bizStep": _biz_step,
    "disposition": _disposition,
    "readPoint": _place,
    "bizLocation": _place,
    "bizTransactionList": array(_transactions),
    "sourceList": _party("source"),
    "destinationList": _party("destination"),
    "sensorElementList": _sensors,
}
_ACTION: dict[str, Checker] = {"action": one_of(ACTIONS)}
_CHILDREN: dict[str, Checker] = {"parentID": shapes.uri, "childEPCs": _uris, "childQuantityList": _quantities}

_FIELDS: dict[str, dict[str, Checker]] = {
    "ObjectEvent": {
        **_COMMON,
        **_WHERE_AND_WHY,
        **_ACTION,
        "epcList": _several_uris,
        "quantityList": _quantities,
        "persistentDisposition": _persistent,
        "ilmd": _ilmd,
    },
    "AggregationEvent": {**_COMMON, **_WHERE_AND_WHY, **_ACTION, **_CHILDREN},
    "AssociationEvent": {**_COMMON, **_WHERE_AND_WHY, **_ACTION, **_CHILDREN},
    "TransactionEvent": {
        **_COMMON,
        **_WHERE_AND_WHY,
        **_ACTION,
        "parentID": shapes.uri,
        "epcList": _uris,
        "quantityList": _quantities,
        "bizTransactionList": array(_transactions, least=1),
    },
    "TransformationEvent": {
        **_COMMON,
        **_WHERE_AND_WHY,
        "inputEPCList": _several_uris,
        "inputQuantityList": _quantities,
        "outputEPCList": _several_uris,
        "outputQuantityList": _quantities,
        "transformationID": shapes.uri,
        "persistentDisposition": _persistent,
        "ilmd": _ilmd,
    },
}
_ALL_FIELDS: dict[str, Checker] = {
    name: check for fields in reversed(_FIELDS.values()) for name, check in fields.items()
}
_REQUIRED: dict[str, tuple[str, ...]] = {
    "ObjectEvent": ("action",),
    "AggregationEvent": ("action",),
    "AssociationEvent": ("action", "parentID"),
    "TransactionEvent": ("action", "bizTransactionList"),
    "TransformationEvent": (),
}


def check_event(event: Any, at: str = "", *, alone: bool = False) -> list[Fault]:
    """The faults of one event; an event that stands `alone`, outside of a document, brings its context."""
    if not isinstance(event, Mapping):
        return [Fault(at, "must be an object")]
    kind = event.get("type")
    needed = ["type", "eventTime", "eventTimeZoneOffset"] + (["@context"] if alone else [])
    if isinstance(kind, str) and kind in EVENT_TYPES:
        check = members(_FIELDS[kind], required=[*needed, *_REQUIRED[kind]])
        return [*check(event, at), *_things(kind, event, at), *_sensor_rules(event, at)]
    # An event type of somebody else's: fields of the standard mean what they mean there, the rest is theirs.
    faults = list(shapes.open_members(_ALL_FIELDS, required=needed)(event, at))
    if kind is not None and not shapes.is_uri(kind):
        faults.append(Fault(below(at, "type"), f"{kind!r:.80} is neither an event type of EPCIS nor a URI"))
    return faults


def _has_any(event: Mapping[str, Any], *names: str) -> bool:
    return any(isinstance(event.get(name), list) and event[name] for name in names)


def _things(kind: str, event: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """What an event is about, which depends on its type and action (sections 7.4.2 to 7.4.6)."""
    action = event.get("action")
    if kind == "ObjectEvent":
        named = "epcList" in event or _has_any(event, "quantityList")
        if not named and not (_has_any(event, "sensorElementList") and "readPoint" in event):
            yield Fault(
                at, "names nothing: epcList, quantityList, or sensorElementList with a readPoint is needed"
            )
        if "ilmd" in event and action != "ADD":
            yield Fault(below(at, "ilmd"), "belongs only to an event with action ADD")
    elif kind == "TransactionEvent":
        if action != "DELETE" and "epcList" not in event and not _has_any(event, "quantityList"):
            yield Fault(at, "names nothing: epcList or quantityList is needed unless the action is DELETE")
    elif kind == "TransformationEvent":
        inputs = _has_any(event, "inputEPCList", "inputQuantityList")
        outputs = _has_any(event, "outputEPCList", "outputQuantityList")
        if not (inputs and outputs) and not ("transformationID" in event and (inputs or outputs)):
            yield Fault(at, "needs inputs and outputs, or one of them and a transformationID")
    else:
        if action != "DELETE" and not _has_any(event, "childEPCs", "childQuantityList"):
            yield Fault(
                at, "names nothing: childEPCs or childQuantityList is needed unless the action is DELETE"
            )
        if kind == "AggregationEvent" and action in ("ADD", "DELETE") and "parentID" not in event:
            yield Fault(below(at, "parentID"), f"is required when the action is {action}")


def _sensor_rules(event: Mapping[str, Any], at: str) -> Iterator[Fault]:
    elements = event.get("sensorElementList")
    for place, element in enumerate(elements if isinstance(elements, list) else ()):
        where = below(below(at, "sensorElementList"), place)
        if not isinstance(element, Mapping):
            continue
        metadata, reports = element.get("sensorMetadata", {}), element.get("sensorReport", ())
        parts = [(below(where, "sensorMetadata"), metadata)]
        parts += [
            (below(below(where, "sensorReport"), number), report)
            for number, report in enumerate(reports if isinstance(reports, list) else ())
        ]
        parts = [(pointer, part) for pointer, part in parts if isinstance(part, Mapping)]
        for pointer, part in parts:
            if part is not metadata and isinstance(metadata, Mapping):
                for name in (name for name in _SHARED if name in part and name in metadata):
                    yield Fault(below(pointer, name), "is already said in sensorMetadata")
