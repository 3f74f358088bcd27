"""What the sealed steps of a batch say of each of its codes: places as words, and the steps folded in their order. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

# Every column of a code that a page shows or a rule asks for, with what it is before any step has set it. `bundle` is
# the id of the bundle's code in which a plant's code is packed.
BLANK: Mapping[str, Any] = {
    "lot_id": None,
    "grower_id": None,
    "level": None,
    "plants": None,
    "quota": 0,
    "state": None,
    "state_reason": "",
    "height_cm": None,
    "ground_diameter_mm": None,
    "activation_id": None,
    "ending_id": None,
    "consignment_number": None,
    "order_number": None,
    "destination_province": None,
    "seller": None,
    "dispatched_at": None,
    "bundle": None,
}
FIELDS = tuple(BLANK)
MOMENTS = frozenset({"dispatched_at"})
MARK_BYTES = 3
MARK_CHARACTERS = 4


class StepUnreadable(ValueError):  # noqa: N818 - says what it is
    """A leaf is none of those that `step_body` writes."""


def runs_of(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last place of each unbroken run of places in ascending order."""
    for _start, run in groupby(enumerate(places), key=lambda numbered: numbered[1] - numbered[0]):
        unbroken = [place for _number, place in run]
        yield unbroken[0], unbroken[-1]


def places_in_words(places: Iterable[int]) -> str:
    """Places in ascending order as `1-50,53`."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs_of(places))


def ranges_in(words: str) -> Iterator[tuple[int, int]]:
    """First and last place of each range of `places_in_words`.

    Raises:
        StepUnreadable: it is not written so.
    """
    for word in words.split(","):
        first, _dash, last = word.partition("-")
        try:
            yield int(first), int(last or first)
        except ValueError:
            raise StepUnreadable(words[:80]) from None


def mark_of(digest: bytes, leaf: bytes | None, inner: bytes | None) -> str:
    """Four characters over what a code is looked up by: enough to name the one among many that was exchanged."""
    mark = sha256(digest + (leaf or b"") + (inner or b"")).digest()[:MARK_BYTES]
    return base64.b64encode(mark).decode()


def step_body(
    batch_number: str,
    step: str,
    changes: Iterable[tuple[int, Mapping[str, Any]]],
    *,
    reference: str = "",
    marks: str = "",
) -> dict[str, Any]:
    """What is sealed of one step: which places of the batch got which values.

    Args:
        batch_number: the batch.
        step: what was done, in a word.
        changes: places in ascending order, each with the columns that it set (of `FIELDS`).
        reference: the action or the parcel.
        marks: `mark_of` every code in the order of places, when they are made or taken in.
    """
    groups: dict[str, tuple[Mapping[str, Any], list[int]]] = {}
    for place, sets in changes:
        key = json.dumps(sets, sort_keys=True)
        groups.setdefault(key, (sets, []))[1].append(place)
    body: dict[str, Any] = {
        "batch": batch_number,
        "step": step,
        "reference": reference,
        "sets": [[places_in_words(places), dict(sets)] for sets, places in groups.values()],
    }
    return body | {"marks": marks} if marks else body


@dataclass(frozen=True, slots=True)
class SealedState:
    """What the leaves say of one place: its standing by `FIELDS`, the number of the leaf that said so last."""

    values: tuple[Any, ...]
    leaf_id: int


class Fold:
    """The standing of the places of one batch, one small number a place: codes that stand alike share it."""

    def __init__(self, wanted: Iterable[int] | None = None) -> None:
        """Fold every place, or only those that are `wanted`."""
        self._wanted = None if wanted is None else sorted(set(wanted))
        self._at: dict[int, int] = {}
        self._known: list[tuple[dict[str, Any], int]] = [(dict(BLANK), 0)]
        self._numbers: dict[tuple[int, int, str], int] = {}
        self._told: dict[int, SealedState] = {}
        self.marks = ""

    def apply(self, leaf_id: int, body: Mapping[str, Any]) -> None:
        """Take in the next step.

        Raises:
            StepUnreadable: the body is none of a step.
        """
        try:
            self.marks = body.get("marks", self.marks)
            for words, sets in body["sets"]:
                if not sets.keys() <= BLANK.keys():
                    raise StepUnreadable(f"columns that no code has: {sorted(sets)}")
                key = json.dumps(sets, sort_keys=True)
                for first, last in ranges_in(words):
                    for place in self._places(first, last):
                        self._at[place] = self._after(self._at.get(place, 0), leaf_id, key, sets)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StepUnreadable(str(error)) from None

    def _places(self, first: int, last: int) -> Iterable[int]:
        if self._wanted is None:
            return range(first, last + 1)
        return [place for place in self._wanted if first <= place <= last]

    def _after(self, before: int, leaf_id: int, key: str, sets: Mapping[str, Any]) -> int:
        number = self._numbers.get((before, leaf_id, key))
        if number is None:
            number = len(self._known)
            self._known.append(({**self._known[before][0], **sets}, leaf_id))
            self._numbers[before, leaf_id, key] = number
        return number

    def told(self, place: int) -> SealedState | None:
        """What the steps say of a place; None when none tells of it."""
        number = self._at.get(place)
        if number is None:
            return None
        sealed = self._told.get(number)
        if sealed is None:
            values, leaf_id = self._known[number]
            sealed = self._told[number] = SealedState(
                tuple(_value(name, values[name]) for name in FIELDS), leaf_id
            )
        return sealed

    def sets(self, place: int) -> dict[str, Any]:
        """The columns that the steps have set to something at a place, by name; empty when none tells of it."""
        sealed = self.told(place)
        given = zip(FIELDS, sealed.values, strict=True) if sealed else ()
        return {name: value for name, value in given if value != BLANK[name]}

    def places(self) -> frozenset[int]:
        """The places of which a step tells."""
        return frozenset(self._at)

    def mark(self, place: int) -> str:
        """`mark_of` the code at a place when it was made; empty when that was not kept."""
        return self.marks[MARK_CHARACTERS * (place - 1) : MARK_CHARACTERS * place]


def _value(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in MOMENTS and value is not None else value
