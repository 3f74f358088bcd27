"""What a database cannot keep never reaches it: the same sentence on every engine, and never an error of ours.

SQLite cuts nothing and checks no lengths, PostgreSQL refuses; numbers beyond 64 bits and half surrogates break in the driver.
Forms name the field, as far as they know better; this is what stands behind all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.orm import Mapper

from core.errors import Invalid

LARGEST = 2**63 - 1


class ValueNotStorable(Invalid):
    """A value that no column holds."""

    code = "value_out_of_range"

    def __init__(self) -> None:
        super().__init__(
            _l(
                "A number, day or text here is larger than what can be kept, or holds characters that cannot be kept."
            )
        )


def guard_engine(engine: sa.Engine) -> None:
    """Look at the parameters of every statement, and answer what the database says of them in one way."""
    event.listen(engine, "before_cursor_execute", _look_at)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "handle_error", _translate)


def _look_at(_connection: Any, _cursor: Any, _statement: str, parameters: Any, *_rest: Any) -> None:
    for row in parameters if isinstance(parameters, list) else (parameters,):
        for value in row.values() if isinstance(row, Mapping) else row:
            if type(value) is int:
                if not -LARGEST <= value <= LARGEST:
                    raise ValueNotStorable
            elif type(value) is str and not value.isalnum() and not _is_kept(value):
                raise ValueNotStorable


def _is_kept(text: str) -> bool:
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _translate(context: ExceptionContext) -> None:
    from psycopg import DataError

    if isinstance(context.original_exception, DataError):
        raise ValueNotStorable from None


def guard_lengths(base: Any) -> None:
    """Refuse a text that is longer than its column, also where the database would take it."""
    for name in ("before_insert", "before_update"):
        event.listen(base, name, _look_at_lengths, propagate=True)


@cache
def _bounded(mapper: Mapper[Any]) -> tuple[tuple[str, int], ...]:
    """Attributes of a table that hold texts of bounded length, with the lengths."""
    return tuple(
        (attribute.key, column.type.length)
        for attribute in mapper.column_attrs
        for column in attribute.columns
        if isinstance(column.type, sa.String) and column.type.length
    )


def _look_at_lengths(mapper: Mapper[Any], _connection: Any, row: Any) -> None:
    for name, most in _bounded(mapper):
        text = row.__dict__.get(name)
        if type(text) is str and len(text) > most:
            raise Invalid(
                _l(
                    "A text here has %(given)s characters; at most %(most)s can be kept.",
                    given=len(text),
                    most=most,
                ),
                code="text_too_long",
                column=name,
            )
