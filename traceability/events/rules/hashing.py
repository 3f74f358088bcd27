"""The event hash id of CBV 2.0, section 8.9: one fingerprint of an event in whatever notation.

The pre-hash string joins the event's fields in the canonical property order: times in UTC to the
millisecond, standard words as web URIs, GS1 identifiers as canonical Digital Links, lists sorted by code
point, extensions as `{namespace}name`. `recordTime`, `eventID` and `errorDeclaration` are left out, so an error
declaration has the hash of the event that it is about. Where the text of the section and the published
reference cases differ (type before value in typed lists; destinations before sources) the cases decide.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from traceability.events.rules.contexts import expanded, namespaces, split_name
from traceability.events.rules.identifiers import canonical
from traceability.events.rules.times import moment
from traceability.events.rules.vocabulary import as_uri

Known = Mapping[str, str]
Writer = Callable[[Any, Known], str]


def event_hash(event: Mapping[str, Any], context: Any = None) -> str:
    """`ni:///sha-256;<hex>?ver=CBV2.0` of an event that stands under `context`."""
    digest = sha256(prehash(event, context).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver=CBV2.0"


def prehash(event: Mapping[str, Any], context: Any = None) -> str:
    """The string that is hashed."""
    known = namespaces(context, event.get("@context"))
    written = "eventType=" + expanded(event["type"], known)
    written += "".join(write(event[name], known) for name, write in _EVENT.items() if name in event)
    return written + _extensions(event, known, REGULAR)


_LEFT_OUT = {"@context", "type", "recordTime", "eventID", "errorDeclaration", "certificationInfo"}


def _field(name: str, text: Callable[[Any, Known], str]) -> Writer:
    return lambda value, known: f"{name}={text(value, known)}"


def _text(value: Any, _known: Known) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return _number(value)
    return str(value).strip()


def _number(value: float | Decimal) -> str:
    """Plain notation without trailing zeros."""
    plain = format(Decimal(str(value)), "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in {"-0", ""} else plain


def _uri(value: Any, known: Known) -> str:
    return canonical(expanded(str(value).strip(), known))


def _word(kind: str) -> Callable[[Any, Known], str]:
    return lambda value, known: as_uri(kind, expanded(str(value).strip(), known))


def _moment(value: Any, _known: Known) -> str:
    """A time in UTC to the millisecond, the fourth decimal rounded half up."""
    rounded = moment(value).astimezone(UTC) + timedelta(microseconds=500)
    return rounded.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _list(name: str, each: Writer) -> Writer:
    return lambda items, known: name + "".join(sorted(each(item, known) for item in items)) if items else ""


def _group(fields: Mapping[str, Writer], name: str = "") -> Writer:
    """A nested object: its fields in their order, then its extensions."""

    def write(value: Mapping[str, Any], known: Known) -> str:
        inside = "".join(each(value[field], known) for field, each in fields.items() if field in value)
        return name + inside + _extensions(value, known, fields.keys())

    return write


def _words(name: str, kind: str) -> Writer:
    return lambda items, known: "".join(sorted(f"{name}={_word(kind)(item, known)}" for item in items))


_QUANTITY = _group(
    {
        "epcClass": _field("epcClass", _uri),
        "quantity": _field("quantity", _text),
        "uom": _field("uom", _text),
    },
    "quantityElement",
)
_LOCATION = {"id": _field("id", _uri)}


def _typed(name: str, kind: str) -> Writer:
    return _group({"type": _field("type", _word(kind)), name: _field(name, _uri)})


_METADATA = _group(
    {
        "time": _field("time", _moment),
        "startTime": _field("startTime", _moment),
        "endTime": _field("endTime", _moment),
        **{
            name: _field(name, _uri)
            for name in ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules")
        },
    },
    "sensorMetadata",
)
_REPORT = _group(
    {
        "type": _field("type", _word("measurementType")),
        "exception": _field("exception", _word("alertType")),
        "deviceID": _field("deviceID", _uri),
        "deviceMetadata": _field("deviceMetadata", _uri),
        "rawData": _field("rawData", _uri),
        "dataProcessingMethod": _field("dataProcessingMethod", _uri),
        "bizRules": _field("bizRules", _uri),
        "time": _field("time", _moment),
        "microorganism": _field("microorganism", _uri),
        "chemicalSubstance": _field("chemicalSubstance", _uri),
        "value": _field("value", _text),
        "component": _field("component", _word("component")),
        "stringValue": _field("stringValue", _text),
        "booleanValue": _field("booleanValue", _text),
        "hexBinaryValue": _field("hexBinaryValue", _text),
        "uriValue": _field("uriValue", _uri),
        **{
            name: _field(name, _text)
            for name in ("minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue", "uom")
        },
        "coordinateReferenceSystem": _field("coordinateReferenceSystem", _uri),
    },
    "sensorReport",
)
_SENSOR = _group(
    {"sensorMetadata": _METADATA, "sensorReport": _list("", _REPORT)},
    "sensorElement",
)

_EVENT: dict[str, Writer] = {
    "eventTime": _field("eventTime", _moment),
    "eventTimeZoneOffset": _field("eventTimeZoneOffset", _text),
    "epcList": _list("epcList", _field("epc", _uri)),
    "parentID": _field("parentID", _uri),
    "inputEPCList": _list("inputEPCList", _field("epc", _uri)),
    "childEPCs": _list("childEPCs", _field("epc", _uri)),
    "quantityList": _list("quantityList", _QUANTITY),
    "childQuantityList": _list("childQuantityList", _QUANTITY),
    "inputQuantityList": _list("inputQuantityList", _QUANTITY),
    "outputEPCList": _list("outputEPCList", _field("epc", _uri)),
    "outputQuantityList": _list("outputQuantityList", _QUANTITY),
    "action": _field("action", _text),
    "transformationID": _field("transformationID", _uri),
    "bizStep": _field("bizStep", _word("bizStep")),
    "disposition": _field("disposition", _word("disposition")),
    "persistentDisposition": _group(
        {"set": _words("set", "disposition"), "unset": _words("unset", "disposition")},
        "persistentDisposition",
    ),
    "readPoint": _group(_LOCATION, "readPoint"),
    "bizLocation": _group(_LOCATION, "bizLocation"),
    "bizTransactionList": _list("bizTransactionList", _typed("bizTransaction", "bizTransactionType")),
    "destinationList": _list("destinationList", _typed("destination", "partyType")),
    "sourceList": _list("sourceList", _typed("source", "partyType")),
    "sensorElementList": _list("sensorElementList", _SENSOR),
    "ilmd": lambda value, known: "ilmd" + _extensions(value, known, frozenset()),
}


# Every field of an event that the standard names; all others are extensions.
REGULAR = _EVENT.keys() | _LEFT_OUT


def _extensions(value: Mapping[str, Any], known: Known, regular: Any) -> str:
    return "".join(
        sorted(_extension(name, inside, known) for name, inside in value.items() if name not in regular)
    )


def _extension(name: str, value: Any, known: Known) -> str:
    namespace, local = split_name(name, known)
    key = f"{{{namespace}}}{local}" if namespace else local
    if isinstance(value, Mapping):
        return key + _extensions(value, known, frozenset())
    if isinstance(value, list):
        return "".join(sorted(_extension(name, item, known) for item in value))
    if value is None:
        return key
    return f"{key}={canonical(_text(value, known))}"
