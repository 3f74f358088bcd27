"""The parameters of a SimpleEventQuery (EPCIS 2.0, 8.2.7.1), read into filters (pure).

Every parameter is either understood or refused: an answer never ignores what was asked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from traceability.events.rules.contexts import expanded, namespaces
from traceability.events.rules.filters import (
    ColumnFilter,
    ErrorDeclaredFilter,
    Filter,
    KeyFilter,
    NumberFilter,
    Query,
    TimeFilter,
)
from traceability.events.rules.identifiers import canonical
from traceability.events.rules.keys import (
    PLACES,
    SENSOR_NUMBERS,
    SENSOR_TEXTS,
    SENSOR_TIMES,
    SENSOR_URIS,
    extension_kind,
    index_value,
)
from traceability.events.rules.parameter_values import (
    BadParameter,
    Values,
    full_name,
    number_or_moment,
    numbers_of,
    one_of,
    prefixes_of,
    truth_of,
    values_of,
)
from traceability.events.rules.times import moment
from traceability.events.rules.vocabulary import ACTIONS, as_word


@dataclass
class _Reading:
    known: Mapping[str, str]
    filters: list[Filter] = field(default_factory=list)
    order_by: str | None = None
    descending: bool = True
    limit: int | None = None
    most: int | None = None


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
        _read(name, values_of(name, given), reading)
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


def _read(name: str, values: Values, reading: _Reading) -> None:
    for reader in (_control, _column, _moment, _existence, _identifier, _word, _typed, _number, _field):
        if reader(name, values, reading):
            return
    if name.startswith(NOT_OFFERED):
        raise BadParameter(name, "is a parameter of the standard that is not offered here; see docs/epcis.md")
    raise BadParameter(name, "is no parameter that is known here")


def _control(name: str, values: Values, reading: _Reading) -> bool:
    if name == "orderBy":
        columns = {"eventTime": "event_time", "recordTime": "record_time"}
        given = one_of(name, values)
        if given not in columns:
            raise BadParameter(name, "must be eventTime or recordTime; extension fields are not offered")
        reading.order_by = columns[given]
    elif name == "orderDirection":
        if one_of(name, values) not in {"ASC", "DESC"}:
            raise BadParameter(name, "must be ASC or DESC")
        reading.descending = values[0] == "DESC"
    elif name in {"eventCountLimit", "maxEventCount"}:
        given = one_of(name, values)
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
    reading.filters.append(
        ColumnFilter(column, tuple(index_value(as_word(kind, word) if kind else word) for word in full))
    )
    return True


def _moment(name: str, values: Values, reading: _Reading) -> bool:
    operator, _line, what = name.partition("_")
    if operator not in {"GE", "LT"} or (what not in _TIMES and what not in SENSOR_TIMES):
        return False
    try:
        at = moment(one_of(name, values).replace(" ", "+"))  # a plus sign that was not encoded
    except ValueError:
        raise BadParameter(name, "must be a date and time with an offset") from None
    if what in _TIMES:
        reading.filters.append(TimeFilter(_TIMES[what], operator, at))
    else:
        reading.filters.append(NumberFilter(what, operator, (at.timestamp(),)))
    return True


def _existence(name: str, values: Values, reading: _Reading) -> bool:
    if name not in {"EXISTS_errorDeclaration", "EXISTS_sensorElementList", "EXISTS_sensorElement"}:
        return False
    if truth_of(name, values):
        event_filter: Filter = (
            ErrorDeclaredFilter() if name == "EXISTS_errorDeclaration" else KeyFilter(("type",))
        )
        reading.filters.append(event_filter)
    return True


def _identifier(name: str, values: Values, reading: _Reading) -> bool:
    if name not in _IDENTIFIERS:
        return False
    exact, prefixes = [], []
    for value in values:
        if value.startswith("urn:epc:idpat:"):
            prefixes += prefixes_of(name, value, classes="Class" in name)
            if "Class" in name:
                exact.append(index_value(canonical(value)))
        else:
            exact.append(index_value(canonical(value)))
    reading.filters.append(KeyFilter(_IDENTIFIERS[name], tuple(exact), tuple(prefixes)))
    return True


def _word(name: str, values: Values, reading: _Reading) -> bool:
    if name not in _WORDS:
        return False
    kind, vocabulary = _WORDS[name]
    full = [expanded(value, reading.known) if vocabulary else value for value in values]
    words = tuple(index_value(as_word(vocabulary, word) if vocabulary else word) for word in full)
    reading.filters.append(KeyFilter((kind,), words))
    return True


def _typed(name: str, values: Values, reading: _Reading) -> bool:
    match = _TYPED.fullmatch(name)
    if not match:
        return False
    kind, word = match.groups()
    full = as_word(_KINDS_OF_TYPED[kind], expanded(word, reading.known))
    reading.filters.append(
        KeyFilter((index_value(f"{kind}_{full}"),), tuple(index_value(canonical(value)) for value in values))
    )
    return True


def _number(name: str, values: Values, reading: _Reading) -> bool:
    match = _NUMBERS.fullmatch(name)
    if not match:
        return False
    operator, what, unit = match.groups()
    if operator != "EQ":
        one_of(name, values)
    reading.filters.append(NumberFilter(what, operator, numbers_of(name, values), unit))
    return True


def _field(name: str, values: Values, reading: _Reading) -> bool:
    match = _FIELD.fullmatch(name)
    if not match or match[3].startswith(tuple(prefix.removeprefix("EQ_") for prefix in NOT_OFFERED)):
        return False
    operator, ilmd, given = match.groups()
    kind = index_value((ilmd or "") + extension_kind(full_name(name, given, reading.known)))
    if operator == "EXISTS":
        if truth_of(name, values):
            reading.filters.append(KeyFilter((kind,)))
    elif operator == "EQ":
        reading.filters.append(KeyFilter((kind,), tuple(index_value(value) for value in values)))
    else:
        number = number_or_moment(name, one_of(name, values))
        reading.filters.append(NumberFilter(kind, operator, (number,)))
    return True
