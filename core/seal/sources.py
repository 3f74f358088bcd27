"""What is sealed: each feature says how its rows look today, so that the audit can compare them with the log."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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
