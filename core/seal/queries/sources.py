"""What is sealed: each feature says how its rows look today, so that the audit can compare them with the log."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Select

from core.database import session
from core.seal.rules.findings import Finding

Body = Mapping[str, Any]
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class SealSource:
    """One kind of sealed rows.

    `bodies()` yields `(subject, body)` of every row as it stands now, made by the same function that made
    the appended bodies. `tables` are the tables behind it: in the tests, a transaction that writes to one
    of them without appending a leaf of this kind does not commit. `free` are columns of theirs that are not
    sealed: an UPDATE of nothing else needs no leaf.
    """

    kind: str
    bodies: Callable[[], Iterator[tuple[str, Body]]]
    tables: tuple[str, ...] = ()
    free: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SealStory:
    """Rows whose standing follows from many leaves together: each leaf tells one step of several rows.

    `audit()` folds the leaves and compares; `take_in()` seals the standing of rows that no leaf tells of and
    answers how many. `tables` as for a `SealSource`.
    """

    kind: str
    audit: Callable[[], Iterator[Finding]]
    take_in: Callable[[], int]
    tables: tuple[str, ...] = ()
    free: tuple[str, ...] = ()


Sealed = SealSource | SealStory


def bodies_of(
    query: Select[*tuple[Any, ...]], subject: Callable[[Any], str], body: Callable[..., Body]
) -> Callable[[], Iterator[tuple[str, Body]]]:
    """The `bodies` of rows that stand in one select: its first entity names a row, all that it selects makes the body."""

    def bodies() -> Iterator[tuple[str, Body]]:
        for row in session.execute(query.execution_options(yield_per=AT_A_TIME)):
            yield subject(row[0]), body(*row)

    return bodies


def init_sources(app: Flask, sources: Sequence[Sealed]) -> None:
    """Wire what is sealed; `wsgi.py` lists it.

    Raises:
        ValueError: two sources have one kind.
    """
    kinds = [source.kind for source in sources]
    if len(set(kinds)) != len(kinds):
        raise ValueError(f"a kind is sealed by two sources: {sorted(kinds)}")
    app.extensions["seal_sources"] = tuple(sources)


def sources() -> tuple[Sealed, ...]:
    """Every kind of sealed rows."""
    all_sources: tuple[Sealed, ...] = current_app.extensions["seal_sources"]
    return all_sources
