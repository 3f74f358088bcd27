"""Reads of the EPCIS store: events by filters, and what occurs in them."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from core.database import session, view_of
from traceability.events.models.tables import CaptureJob, EpcisEvent, EpcisKey, EpcisQuery
from traceability.events.rules.filters import (
    ColumnFilter,
    ErrorDeclaredFilter,
    Filter,
    KeyFilter,
    NumberFilter,
    Query,
    TimeFilter,
)
from traceability.events.rules.keys import index_value

_OPERATORS = {"GT": operator.gt, "GE": operator.ge, "LT": operator.lt, "LE": operator.le}
EPC_KINDS = ("epc", "parentID", "inputEPC", "outputEPC")
COLUMNS = {"eventTypes": "type", "bizSteps": "biz_step", "dispositions": "disposition"}
KINDS = {"epcs": EPC_KINDS, "readPoints": ("readPoint",), "bizLocations": ("bizLocation",)}


@dataclass(frozen=True)
class StoredEvent:
    """An event as text, the context it stands under, and where a page that ends with it goes on."""

    id: int
    event_id: str
    body: str
    context: str
    event_time: datetime
    record_time: datetime


@dataclass(frozen=True)
class Position:
    """The last event of a page: the value that the pages are ordered by, and its row."""

    value: datetime | None
    row_id: int


def find_events(
    query: Query, *, everything: bool, size: int, after: Position | None = None
) -> list[StoredEvent]:
    """Up to `size` events in the order of the query; only our own steps unless `everything`."""
    wanted = select(EpcisEvent).where(*_conditions(query, everything=everything))
    if query.order_by == "id":
        if after:
            wanted = wanted.where(EpcisEvent.id > after.row_id)
        wanted = wanted.order_by(EpcisEvent.id)
    else:
        column: Any = getattr(EpcisEvent, query.order_by)
        if after:
            beyond: Any = operator.lt if query.descending else operator.gt
            wanted = wanted.where(
                or_(
                    beyond(column, after.value),
                    and_(column == after.value, beyond(EpcisEvent.id, after.row_id)),
                )
            )
        order = (column, EpcisEvent.id)
        wanted = wanted.order_by(*((term.desc() for term in order) if query.descending else order))
    return [view_of(StoredEvent, row) for row in session.scalars(wanted.limit(size))]


def count_events(query: Query, *, everything: bool, most: int) -> int:
    """How many events match, counted no further than one above `most`."""
    matching = (
        select(EpcisEvent.id).where(*_conditions(query, everything=everything)).limit(most + 1).subquery()
    )
    return session.scalar(select(func.count()).select_from(matching)) or 0


def events_with_id(event_id: str, *, everything: bool) -> list[StoredEvent]:
    """The event with this id, and the error declarations that repeat it."""
    wanted = select(EpcisEvent).where(EpcisEvent.event_id == index_value(event_id)).order_by(EpcisEvent.id)
    if not everything:
        wanted = wanted.where(EpcisEvent.own)
    return [view_of(StoredEvent, row) for row in session.scalars(wanted)]


def values_of(resource: str, *, everything: bool, size: int, after: str = "") -> list[str]:
    """Up to `size` values of a top-level resource that occur in events, sorted, as they were captured."""
    column: Any
    if resource in COLUMNS:
        column = getattr(EpcisEvent, COLUMNS[resource])
        wanted: Select[Any] = select(column).where(column.is_not(None))
    else:
        column = func.coalesce(EpcisKey.raw, EpcisKey.value)
        wanted = select(column).where(EpcisKey.kind.in_(KINDS[resource]))
        if not everything:
            wanted = wanted.join(EpcisEvent, EpcisEvent.id == EpcisKey.event_row_id)
    if not everything:
        wanted = wanted.where(EpcisEvent.own)
    if after:
        wanted = wanted.where(column > after)
    return list(session.scalars(wanted.distinct().order_by(column).limit(size)))


def occurs(filters: Sequence[Filter], *, everything: bool) -> bool:
    """Whether any event matches."""
    return count_events(Query(filters=tuple(filters)), everything=everything, most=0) > 0


def find_job(public_id: str, account_id: int) -> CaptureJob | None:
    """A capture job of this account."""
    return session.scalar(
        select(CaptureJob).where(CaptureJob.public_id == public_id, CaptureJob.by_account_id == account_id)
    )


def jobs_of(account_id: int, *, size: int, before: int | None) -> list[CaptureJob]:
    """The account's capture jobs, the newest first."""
    wanted = select(CaptureJob).where(CaptureJob.by_account_id == account_id).order_by(CaptureJob.id.desc())
    if before is not None:
        wanted = wanted.where(CaptureJob.id < before)
    return list(session.scalars(wanted.limit(size)))


def find_query(name: str) -> EpcisQuery | None:
    """The named query."""
    return session.scalar(select(EpcisQuery).where(EpcisQuery.name == name))


def named_queries(*, size: int, after: str = "") -> list[EpcisQuery]:
    """The named queries by name."""
    wanted = select(EpcisQuery).where(EpcisQuery.name > after).order_by(EpcisQuery.name)
    return list(session.scalars(wanted.limit(size)))


def _conditions(query: Query, *, everything: bool) -> list[ColumnElement[bool]]:
    conditions = [_condition(event_filter) for event_filter in query.filters]
    return conditions if everything else [EpcisEvent.own.is_(True), *conditions]


def _condition(event_filter: Filter) -> ColumnElement[bool]:
    if isinstance(event_filter, ColumnFilter):
        condition: ColumnElement[bool] = getattr(EpcisEvent, event_filter.column).in_(event_filter.values)
        return condition
    if isinstance(event_filter, TimeFilter):
        comparison: ColumnElement[bool] = _OPERATORS[event_filter.operator](
            getattr(EpcisEvent, event_filter.column), event_filter.at
        )
        return comparison
    if isinstance(event_filter, ErrorDeclaredFilter):
        return EpcisEvent.error_declared_at.is_not(None)
    keys = select(EpcisKey.event_row_id)
    if isinstance(event_filter, NumberFilter):
        keys = keys.where(EpcisKey.kind == event_filter.kind)
        if event_filter.unit is not None:
            keys = keys.where(EpcisKey.value == event_filter.unit)
        if event_filter.operator == "EQ":
            keys = keys.where(EpcisKey.number.in_(event_filter.numbers))
        else:
            keys = keys.where(_OPERATORS[event_filter.operator](EpcisKey.number, event_filter.numbers[0]))
        return EpcisEvent.id.in_(keys)
    return EpcisEvent.id.in_(_keys(event_filter, keys))


def _keys(key_filter: KeyFilter, keys: Any) -> Any:
    keys = keys.where(EpcisKey.kind.in_(key_filter.kinds))
    if not key_filter.values and not key_filter.prefixes:
        return keys
    choices: list[ColumnElement[bool]] = []
    if key_filter.values:
        choices.append(EpcisKey.value.in_(key_filter.values))
    for prefix in key_filter.prefixes:
        # Not LIKE: SQLite's knows no case. The kind has narrowed the rows by an index before.
        choices.append(func.substr(EpcisKey.value, 1, len(prefix)) == prefix)
        choices.append(func.substr(EpcisKey.raw, 1, len(prefix)) == prefix)
    return keys.where(or_(*choices))
