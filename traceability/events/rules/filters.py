"""What an EPCIS query asks for: filters that must all hold, an order, and limits. Pure; `parameters` reads them, `queries` asks the database."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ColumnFilter:
    """A column of the event has one of these values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class TimeFilter:
    """A time of the event is at or after (`GE`), or before (`LT`)."""

    column: str
    operator: str
    at: datetime


@dataclass(frozen=True)
class KeyFilter:
    """The event has a key of one of these kinds with one of the values, or starting with one of the prefixes."""

    kinds: tuple[str, ...]
    values: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NumberFilter:
    """The event has a key of this kind whose number compares so; `unit` None for any."""

    kind: str
    operator: str
    numbers: tuple[float, ...]
    unit: str | None = None


@dataclass(frozen=True)
class ErrorDeclaredFilter:
    """The event carries an error declaration."""


Filter = ColumnFilter | TimeFilter | KeyFilter | NumberFilter | ErrorDeclaredFilter


@dataclass(frozen=True)
class Query:
    """What is asked for: filters that must all hold, an order, and limits."""

    filters: tuple[Filter, ...] = ()
    order_by: str = "id"
    descending: bool = False
    limit: int | None = None
    most: int | None = None
