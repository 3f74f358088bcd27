"""What of an event can be asked for: its keys, in canonical notation (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from traceability.events.rules.contexts import expanded, namespaces, split_name
from traceability.events.rules.hashing import REGULAR
from traceability.events.rules.identifiers import canonical
from traceability.events.rules.times import moment
from traceability.events.rules.vocabulary import as_word

LENGTH = 240

# Field of an event -> kind of key (the name of the MATCH_ parameter without its prefix).
EPC_LISTS = {
    "epcList": "epc",
    "childEPCs": "epc",
    "inputEPCList": "inputEPC",
    "outputEPCList": "outputEPC",
}
CLASS_LISTS = {
    "quantityList": "epcClass",
    "childQuantityList": "epcClass",
    "inputQuantityList": "inputEPCClass",
    "outputQuantityList": "outputEPCClass",
}
TYPED = {"bizTransaction": "bizTransactionType", "source": "partyType", "destination": "partyType"}
SENSOR_URIS = (
    "deviceID",
    "dataProcessingMethod",
    "microorganism",
    "chemicalSubstance",
    "bizRules",
    "uriValue",
)
SENSOR_TEXTS = ("stringValue", "hexBinaryValue", "booleanValue")
SENSOR_NUMBERS = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
PLACES = ("readPoint", "bizLocation")
SENSOR_TIMES = ("time", "startTime", "endTime")


@dataclass(frozen=True)
class Key:
    """One row of the index: `raw` is the event's own notation where it differs, `number` a quantity or seconds since 1970."""

    kind: str
    value: str
    raw: str | None = None
    number: float | None = None


def index_value(value: str) -> str:
    """`value`, or its start and digest where it is longer than an index entry may be."""
    if len(value) <= LENGTH:
        return value
    return value[: LENGTH - 41] + "#" + sha256(value.encode()).hexdigest()[:40]


def identifier(kind: str, value: str) -> Key:
    """The key of an identifier in whatever notation."""
    full = canonical(value)
    return Key(kind, index_value(full), index_value(value) if full != value else None)


def keys_of(event: Mapping[str, Any], context: Any) -> list[Key]:
    """Every key of a valid event under `context`, each once."""
    known = namespaces(context, event.get("@context"))
    return list(dict.fromkeys(_keys(event, known)))


def _keys(event: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[Key]:
    yield from _identifiers(event)
    for side, words in event.get("persistentDisposition", {}).items():
        yield from (
            Key(f"persistentDisposition_{side}", index_value(as_word("disposition", word))) for word in words
        )
    for kind, vocabulary in TYPED.items():
        for item in event.get(f"{kind}List", ()):
            yield _typed(kind, item, vocabulary, known)
    for corrective in event.get("errorDeclaration", {}).get("correctiveEventIDs", ()):
        yield Key("correctiveEventID", index_value(corrective))
    for element in event.get("sensorElementList", ()):
        for part in (element.get("sensorMetadata", {}), *element["sensorReport"]):
            yield from _sensor(part)
    yield from _extensions("ILMD_", event.get("ilmd", {}), known)
    yield from _extensions("", {name: event[name] for name in event if name not in REGULAR}, known)


def _identifiers(event: Mapping[str, Any]) -> Iterator[Key]:
    for field, kind in EPC_LISTS.items():
        yield from (identifier(kind, epc) for epc in event.get(field, ()))
    for field in ("parentID", "transformationID"):
        if field in event:
            yield identifier(field, event[field])
    for field in PLACES:
        if field in event:
            yield identifier(field, event[field]["id"])
    for field, kind in CLASS_LISTS.items():
        for element in event.get(field, ()):
            yield identifier(kind, element["epcClass"])
            if "quantity" in element:
                yield Key("quantity", element.get("uom", ""), number=float(element["quantity"]))


def _typed(kind: str, item: Mapping[str, Any], vocabulary: str, known: Mapping[str, str]) -> Key:
    word = as_word(vocabulary, expanded(item.get("type", ""), known))
    key = identifier(kind, item[kind])
    return Key(index_value(f"{kind}_{word}"), key.value, key.raw)


def _sensor(part: Mapping[str, Any]) -> Iterator[Key]:
    if "type" in part:
        yield Key("type", index_value(as_word("measurementType", part["type"])))
    for name in SENSOR_URIS:
        if name in part:
            yield identifier(name, part[name])
    for name in SENSOR_TEXTS:
        if name in part:
            value = part[name]
            yield Key(name, str(value).lower() if isinstance(value, bool) else index_value(value))
    for name in SENSOR_NUMBERS:
        if name in part:
            yield Key(name, index_value(part.get("uom", "")), number=float(part[name]))
    for name in SENSOR_TIMES:
        if name in part:
            yield Key(name, "", number=moment(part[name]).timestamp())


def _extensions(prefix: str, fields: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[Key]:
    for name, value in fields.items():
        kind = prefix + extension_kind("".join(split_name(name, known)))
        values = value if isinstance(value, list) else [value]
        for entry in values:
            if isinstance(entry, Mapping) or entry is None:
                yield Key(kind, "")
            elif isinstance(entry, bool):
                yield Key(kind, str(entry).lower())
            elif isinstance(entry, int | float | Decimal):
                yield Key(kind, index_value(str(entry)), number=float(entry))
            elif isinstance(entry, list):
                yield Key(kind, "")
            else:
                yield Key(kind, index_value(entry), number=_as_time(entry))


def extension_kind(full_name: str) -> str:
    """The kind under which an extension field of this full name is kept; `ns#name` and `nsname` are one."""
    return index_value("ext:" + full_name)


def _as_time(text: str) -> float | None:
    try:
        return moment(text).timestamp()
    except ValueError:
        return None
