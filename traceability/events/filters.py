"""The parameters of a SimpleEventQuery (EPCIS 2.0, 8.2.7.1), read into filters (pure).

Every parameter is either understood or refused: an answer never ignores what was asked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from traceability.events.contexts import expanded, namespaces, split_name
from traceability.events.identifiers import canonical
from traceability.events.keys import (
    PLACES,
    SENSOR_NUMBERS,
    SENSOR_TEXTS,
    SENSOR_TIMES,
    SENSOR_URIS,
    extension_kind,
    short,
)
from traceability.events.times import moment
from traceability.events.vocabulary import ACTIONS, as_word


class BadParameter(ValueError):  # noqa: N818 - read as a word
    """A parameter that is unknown, not offered or malformed; `name` says which."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


@dataclass(frozen=True)
class In:
    """A column of the event has one of these values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class When:
    """A time of the event is at or after (`GE`), or before (`LT`)."""

    column: str
    operator: str
    at: datetime


@dataclass(frozen=True)
class Has:
    """The event has a key of one of these kinds with one of the values, or starting with one of the prefixes."""

    kinds: tuple[str, ...]
    values: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measures:
    """The event has a key of this kind whose number compares so; `unit` None for any."""

    kind: str
    operator: str
    numbers: tuple[float, ...]
    unit: str | None = None


@dataclass(frozen=True)
class Declared:
    """The event carries an error declaration."""


Filter = In | When | Has | Measures | Declared


@dataclass(frozen=True)
class Query:
    """What is asked for: filters that must all hold, an order, and limits."""

    filters: tuple[Filter, ...] = ()
    order_by: str = "id"
    descending: bool = False
    limit: int | None = None
    most: int | None = None


@dataclass
class _Reading:
    known: Mapping[str, str]
    filters: list[Filter] = field(default_factory=list)
    order_by: str | None = None
    descending: bool = True
    limit: int | None = None
    most: int | None = None


Values = tuple[str, ...]

_COLUMNS: dict[str, tuple[str, str | None]] = {
    "eventType": ("type", None),
    "EQ_action": ("action", None),
    "EQ_bizStep": ("biz_step", "bizStep"),
    "EQ_disposition": ("disposition", "disposition"),
    "EQ_eventID": ("event_id", None),
    "EQ_errorReason": ("error_reason", "errorReason"),
}
_TIMES = {
    "eventTime": "event_time",
    "recordTime": "record_time",
    "errorDeclarationTime": "error_declared_at",
    "errorDeclaration_Time": "error_declared_at",
}
_EPCS = ("epc", "parentID", "inputEPC", "outputEPC")
_CLASSES = ("epcClass", "inputEPCClass", "outputEPCClass")
_IDENTIFIERS: dict[str, tuple[str, ...]] = {
    **{f"MATCH_{kind}": (kind,) for kind in (*_EPCS, *_CLASSES)},
    "MATCH_anyEPC": _EPCS,
    "MATCH_anyEPCClass": _CLASSES,
    "EQ_transformationID": ("transformationID",),
    **{f"EQ_{name}": (name,) for name in (*PLACES, *SENSOR_URIS)},
}
_WORDS: dict[str, tuple[str, str | None]] = {
    "EQ_persistentDisposition_set": ("persistentDisposition_set", "disposition"),
    "EQ_persistentDisposition_unset": ("persistentDisposition_unset", "disposition"),
    "EQ_correctiveEventID": ("correctiveEventID", None),
    "EQ_type": ("type", "measurementType"),
    **{f"EQ_{name}": (name, None) for name in SENSOR_TEXTS},
}
_TYPED = re.compile(r"EQ_(bizTransaction|source|destination)_(.+)")
_KINDS_OF_TYPED = {"bizTransaction": "bizTransactionType", "source": "partyType", "destination": "partyType"}
_NUMBERS = re.compile(rf"(EQ|GT|GE|LT|LE)_(quantity|{'|'.join(SENSOR_NUMBERS)})(?:_([A-Z0-9]{{2,4}}))?")
_FIELD = re.compile(r"(EQ|GT|GE|LT|LE|EXISTS)_(ILMD_)?([^_].*:.+)")
NOT_OFFERED = ("WD_", "INNER_", "HASATTR_", "EQATTR_", "EQ_ATTR_", "EQ_INNER_", "EXISTS_INNER_")


def read_query(parameters: Mapping[str, Any], *, context: Any = None) -> Query:
    """The query that these parameters ask for.

    Args:
        parameters: from a URL (strings, several values parted by `|`) or from a named query (JSON).
        context: what defines the prefixes of compact names.

    Raises:
        BadParameter: naming the first one that is not understood.
    """
    reading = _Reading(namespaces(context))
    for name, given in parameters.items():
        _read(name, _values(name, given), reading)
    if reading.limit is not None and reading.most is not None:
        raise BadParameter("maxEventCount", "cannot be used together with eventCountLimit")
    if reading.limit is not None and reading.order_by is None:
        raise BadParameter("eventCountLimit", "needs orderBy")
    return Query(
        filters=tuple(reading.filters),
        order_by=reading.order_by or "id",
        descending=reading.descending if reading.order_by else False,
        limit=reading.limit,
        most=reading.most,
    )


def _values(name: str, given: Any) -> Values:
    if isinstance(given, str):
        found = tuple(given.split("|"))
    elif isinstance(given, list):
        found = tuple(_text(name, item) for item in given)
    elif given is None and name.startswith("EXISTS_"):
        found = ("true",)
    else:
        found = (_text(name, given),)
    if not found or (not all(found) and not (name.startswith("EXISTS_") and found == ("",))):
        raise BadParameter(name, "has an empty value")
    return found


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list) or value is None:
        raise BadParameter(name, "must be a string, a number, true, false, or a list of such")
    return str(value)


def _read(name: str, values: Values, reading: _Reading) -> None:
    for reader in (_control, _column, _moment, _existence, _identifier, _word, _typed, _number, _field):
        if reader(name, values, reading):
            return
    if name.startswith(NOT_OFFERED):
        raise BadParameter(name, "is a parameter of the standard that is not offered here; see docs/epcis.md")
    raise BadParameter(name, "is no parameter that is known here")


def _one(name: str, values: Values) -> str:
    if len(values) != 1:
        raise BadParameter(name, "takes one value")
    return values[0]


def _control(name: str, values: Values, reading: _Reading) -> bool:
    if name == "orderBy":
        columns = {"eventTime": "event_time", "recordTime": "record_time"}
        given = _one(name, values)
        if given not in columns:
            raise BadParameter(name, "must be eventTime or recordTime; extension fields are not offered")
        reading.order_by = columns[given]
    elif name == "orderDirection":
        if _one(name, values) not in {"ASC", "DESC"}:
            raise BadParameter(name, "must be ASC or DESC")
        reading.descending = values[0] == "DESC"
    elif name in {"eventCountLimit", "maxEventCount"}:
        given = _one(name, values)
        if not re.fullmatch(r"[0-9]{1,9}", given) or (name == "eventCountLimit" and int(given) == 0):
            raise BadParameter(name, "must be a whole number above 0")
        setattr(reading, "limit" if name == "eventCountLimit" else "most", int(given))
    else:
        return False
    return True


def _column(name: str, values: Values, reading: _Reading) -> bool:
    if name not in _COLUMNS:
        return False
    column, kind = _COLUMNS[name]
    if column == "action" and not set(values) <= ACTIONS:
        raise BadParameter(name, "must be ADD, OBSERVE or DELETE")
    full = [value if column == "event_id" else expanded(value, reading.known) for value in values]
    reading.filters.append(In(column, tuple(short(as_word(kind, one) if kind else one) for one in full)))
    return True


def _moment(name: str, values: Values, reading: _Reading) -> bool:
    operator, _line, what = name.partition("_")
    if operator not in {"GE", "LT"} or (what not in _TIMES and what not in SENSOR_TIMES):
        return False
    try:
        at = moment(_one(name, values).replace(" ", "+"))  # a plus sign that was not encoded
    except ValueError:
        raise BadParameter(name, "must be a date and time with an offset") from None
    if what in _TIMES:
        reading.filters.append(When(_TIMES[what], operator, at))
    else:
        reading.filters.append(Measures(what, operator, (at.timestamp(),)))
    return True


def _existence(name: str, values: Values, reading: _Reading) -> bool:
    if name not in {"EXISTS_errorDeclaration", "EXISTS_sensorElementList", "EXISTS_sensorElement"}:
        return False
    if _truth(name, values):
        found: Filter = Declared() if name == "EXISTS_errorDeclaration" else Has(("type",))
        reading.filters.append(found)
    return True


def _truth(name: str, values: Values) -> bool:
    """`false` means: regardless (EPCIS 2.0, 8.2.7.1)."""
    given = _one(name, values).lower()
    if given not in {"true", "false", "1", "0", ""}:
        raise BadParameter(name, "must be true or false")
    return given not in {"false", "0"}


def _identifier(name: str, values: Values, reading: _Reading) -> bool:
    if name not in _IDENTIFIERS:
        return False
    exact, prefixes = [], []
    for value in values:
        if value.startswith("urn:epc:idpat:"):
            prefixes += _pattern(name, value, classes="Class" in name)
            if "Class" in name:
                exact.append(short(canonical(value)))
        else:
            exact.append(short(canonical(value)))
    reading.filters.append(Has(_IDENTIFIERS[name], tuple(exact), tuple(prefixes)))
    return True


def _pattern(name: str, value: str, *, classes: bool) -> list[str]:
    """What identifiers that a pattern stands for begin with: in the canonical notation, or as EPC URNs."""
    before, star, after = value.partition("*")
    if not star or after.replace("*", "").strip(".") or "[" in value:
        raise BadParameter(
            name, "takes patterns that end in asterisks, as urn:epc:idpat:sgtin:4012345.012345.*"
        )
    full = canonical(value)
    if classes:
        return [full] if full != value else [before]
    as_epc = before.replace("urn:epc:idpat:", "urn:epc:id:")
    return [as_epc] if full == value else [f"{full}/", as_epc]


def _word(name: str, values: Values, reading: _Reading) -> bool:
    if name not in _WORDS:
        return False
    kind, vocabulary = _WORDS[name]
    full = [expanded(value, reading.known) if vocabulary else value for value in values]
    found = tuple(short(as_word(vocabulary, one) if vocabulary else one) for one in full)
    reading.filters.append(Has((kind,), found))
    return True


def _typed(name: str, values: Values, reading: _Reading) -> bool:
    found = _TYPED.fullmatch(name)
    if not found:
        return False
    kind, word = found.groups()
    full = as_word(_KINDS_OF_TYPED[kind], expanded(word, reading.known))
    reading.filters.append(
        Has((short(f"{kind}_{full}"),), tuple(short(canonical(value)) for value in values))
    )
    return True


def _floats(name: str, values: Values) -> tuple[float, ...]:
    if not all(
        re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?", value, re.ASCII) for value in values
    ):
        raise BadParameter(name, "must be a number")
    return tuple(float(value) for value in values)


def _number(name: str, values: Values, reading: _Reading) -> bool:
    found = _NUMBERS.fullmatch(name)
    if not found:
        return False
    operator, what, unit = found.groups()
    if operator != "EQ":
        _one(name, values)
    reading.filters.append(Measures(what, operator, _floats(name, values), unit))
    return True


def _field(name: str, values: Values, reading: _Reading) -> bool:
    found = _FIELD.fullmatch(name)
    if not found or found[3].startswith(tuple(one.removeprefix("EQ_") for one in NOT_OFFERED)):
        return False
    operator, ilmd, given = found.groups()
    kind = short((ilmd or "") + extension_kind(_full_name(name, given, reading.known)))
    if operator == "EXISTS":
        if _truth(name, values):
            reading.filters.append(Has((kind,)))
    elif operator == "EQ":
        reading.filters.append(Has((kind,), tuple(short(value) for value in values)))
    else:
        number = _comparable(name, _one(name, values))
        reading.filters.append(Measures(kind, operator, (number,)))
    return True


def _full_name(name: str, given: str, known: Mapping[str, str]) -> str:
    """The full name of an extension field: `example:f`, `http://ns.example.com/f` or `http://ns.example.com/#f`."""
    namespace, hash_sign, local = given.partition("#")
    if hash_sign and namespace.endswith("/"):
        return namespace + local
    prefix = given.partition(":")[0]
    if "://" not in given and prefix not in known:
        raise BadParameter(name, f"the prefix {prefix} is not defined; name the field by its full URI")
    return "".join(split_name(given, known))


def _comparable(name: str, value: str) -> float:
    try:
        return moment(value).timestamp()
    except ValueError:
        return _floats(name, (value,))[0]
