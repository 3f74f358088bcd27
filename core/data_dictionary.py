"""The data dictionary: every table and column, written from the models themselves."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Mapper

from core.database import Base

ROOMS = ("core", "branch", "traceability", "shop")
HEAD = """# Data dictionary

Written by `flask dictionary` from the models; `tests/house` holds it to them. Money is in minor units of the
currency beside it, times are UTC, lengths carry their unit in the name. `?` may be empty, `→` points to a row.
"""


def data_dictionary() -> str:
    """The whole dictionary as Markdown, room by room, feature by feature."""
    mappers = sorted(Base.registry.mappers, key=lambda mapper: (_place(mapper), str(mapper.local_table)))
    lines = [HEAD]
    feature = None
    for mapper in mappers:
        if (here := _place(mapper)[1]) != feature:
            feature = here
            lines.append(f"## `{feature.replace('.', '/')}`\n")
        lines += _table(mapper)
    return "\n".join(lines).rstrip("\n") + "\n"


def _place(mapper: Mapper[object]) -> tuple[int, str]:
    module = mapper.class_.__module__
    return ROOMS.index(module.partition(".")[0]), ".".join(module.split(".")[:2])


def _table(mapper: Mapper[object]) -> Iterator[str]:
    table = mapper.local_table
    assert isinstance(table, sa.Table)
    docstring = (mapper.class_.__dict__.get("__doc__") or "").strip().replace("\n", " ")
    yield f"### {table.name}\n"
    if docstring:
        yield " ".join(docstring.split()) + "\n"
    yield "| column | type | |\n| --- | --- | --- |"
    for column in table.columns:
        yield f"| {column.name}{'?' if column.nullable else ''} | {_type(column)} | {_notes(column)} |"
    checks = sorted(
        f"`{constraint.sqltext}`"
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint) and " IN " not in str(constraint.sqltext)
    )
    if checks:
        yield "\nHeld by the database: " + "; ".join(checks) + "."
    yield ""


def _type(column: sa.Column[object]) -> str:
    kind = type(column.type).__name__
    length = getattr(column.type, "length", None)
    return f"{kind}({length})" if length else kind


def _notes(column: sa.Column[object]) -> str:
    notes = [f"→ {key.target_fullname}" for key in column.foreign_keys]
    if column.primary_key:
        notes.append("key")
    if column.unique:
        notes.append("unique")
    return ", ".join(notes)
