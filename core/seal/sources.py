"""What is sealed: each feature says how its rows look today, so that the audit can compare them with the log."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SealSource:
    """One kind of sealed rows.

    `bodies()` yields `(subject, body)` of every row as it stands now, made by the same function that made
    the appended bodies. `tables` are the tables behind it: in the tests, a transaction that writes to one
    of them without appending a leaf of this kind does not commit.
    """

    kind: str
    bodies: Callable[[], Iterator[tuple[str, Body]]]
    tables: tuple[str, ...] = ()


def init_sources(app: Flask, sources: Sequence[SealSource]) -> None:
    """Wire what is sealed; `wsgi.py` lists it.

    Raises:
        ValueError: two sources have one kind.
    """
    kinds = [source.kind for source in sources]
    if len(set(kinds)) != len(kinds):
        raise ValueError(f"a kind is sealed by two sources: {sorted(kinds)}")
    app.extensions["seal_sources"] = tuple(sources)


def sources() -> tuple[SealSource, ...]:
    """Every kind of sealed rows."""
    found: tuple[SealSource, ...] = current_app.extensions["seal_sources"]
    return found
