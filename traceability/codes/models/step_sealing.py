"""Each step that changes codes is sealed with the places it changed; from these steps alone every code's standing follows.

All steps of a batch stand under one subject, in their order. `audit` folds them and compares, batch by batch, in one
pass over the codes; `audit_codes` does so for a few.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from random import SystemRandom
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select

from core import seal
from core.database import session
from core.seal import Finding
from core.seal.models.leaves import SealLeaf
from core.seal.queries.newest import OLDEST_FIRST
from core.seal.rules.entries import entry_time_text, moment
from traceability.codes.models.tables import Code, CodeBatch, CodeMember, InnerCode
from traceability.codes.rules.sealed_steps import (
    FIELDS,
    Fold,
    SealedState,
    StepUnreadable,
    mark_of,
    ranges_in,
    step_body,
)
from traceability.codes.states import BatchState
from traceability.lots.models.tables import Lot

KIND = "code_step"
TABLE = "code"
AT_A_TIME = 5_000
# Of a batch of which more places changed, all are looked at.
MOST_PLACES = 2_000
SAMPLE = 100
COLUMNS = tuple(CodeMember.bundle_code_id if name == "bundle" else getattr(Code, name) for name in FIELDS)


def subject_of(batch_number: str) -> str:
    """The name under which the steps of a batch's codes stand in the log's private part."""
    return f"codes/{batch_number}"


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a code as a sealed step writes them."""
    return {name: moment(value) if isinstance(value, datetime) else value for name, value in values.items()}


def seal_step(
    step: str, changes: Iterable[tuple[int, int, Mapping[str, Any]]], *, reference: str = ""
) -> None:
    """Seal what codes became, in the transaction that changes them: one leaf a batch.

    Args:
        step: what was done, in a word.
        changes: batch id, place and the columns that were set, with their new values.
        reference: the action or the parcel.
    """
    by_batch: dict[int, list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
    for batch_id, place, values in changes:
        by_batch[batch_id].append((place, plain(values)))
    numbers = dict(
        session.execute(select(CodeBatch.id, CodeBatch.number).where(CodeBatch.id.in_(by_batch))).all()
    )
    leaves = []
    for batch_id, of_batch in by_batch.items():
        of_batch.sort(key=lambda change: change[0])
        body = step_body(numbers[batch_id], step, of_batch, reference=reference)
        leaves.append((subject_of(numbers[batch_id]), body))
    seal.append_many(KIND, leaves)


def seal_made(batch: CodeBatch, values: Mapping[str, Any], marks: str) -> None:
    """Seal the codes of a batch that has just been made; all of them stand alike."""
    changes = ((place, values) for place in range(1, batch.count + 1))
    seal.append(KIND, subject_of(batch.number), step_body(batch.number, "made", changes, marks=marks))


def seal_codes(
    step: str, where: ColumnElement[bool], values: Mapping[str, Any], *, reference: str = ""
) -> None:
    """Seal what the codes that meet a condition became, in the transaction that changes them."""
    rows = session.execute(select(Code.batch_id, Code.position).where(where)).all()
    seal_step(step, ((row.batch_id, row.position, values) for row in rows), reference=reference)


def seal_existing_codes() -> int:
    """Seal the codes of batches of which no step tells how they were made as they stand today, after an upgrade; how many codes.

    Nothing vouches for what they were before; the leaf's second says since when something does. What steps since the
    upgrade have told of a code stays as they told it.
    """
    has_marks = exists().where(
        SealLeaf.subject == "codes/" + CodeBatch.number,
        SealLeaf.kind == KIND,
        SealLeaf.body.contains('"marks":', autoescape=True),
    )
    batches = session.execute(
        select(CodeBatch.id, CodeBatch.number)
        .where(CodeBatch.state == str(BatchState.MADE), ~has_marks)
        .order_by(CodeBatch.id)
    ).all()
    count = 0
    for batch_id, number in batches:
        marks: list[str] = []
        changes = []
        since = _folded(number)
        for place, _id, mark, values in _rows(Code.batch_id == batch_id):
            changes.append((place, plain(dict(zip(FIELDS, values, strict=True)) | since.sets(place))))
            marks.append(mark)
        if changes:
            body = step_body(number, "taken_in", changes, marks="".join(marks))
            seal.append(KIND, subject_of(number), body)
            count += len(changes)
    return count


def audit() -> Iterator[Finding]:
    """Every code against the sealed steps of its batch."""
    batches = session.execute(
        select(CodeBatch.id, CodeBatch.number, CodeBatch.state).order_by(CodeBatch.id)
    ).all()
    for batch_id, number, state in batches:
        if state == BatchState.MADE or session.scalar(select(exists().where(Code.batch_id == batch_id))):
            yield from _audit_batch(batch_id, number)


def audit_since(leaf_id: int) -> Iterator[Finding]:
    """The codes that a step after this leaf tells of."""
    touched: dict[str, set[int]] = defaultdict(set)
    rows = session.scalars(
        select(SealLeaf.body).where(SealLeaf.kind == KIND, SealLeaf.id > leaf_id).order_by(SealLeaf.id)
    )
    for body in rows:
        step = json.loads(body or "{}")
        for words, _sets in step.get("sets", ()):
            for first, last in ranges_in(words):
                touched[step["batch"]].update(range(first, last + 1))
    ids = dict(
        session.execute(
            select(CodeBatch.number, CodeBatch.id).where(CodeBatch.number.in_(list(touched)))
        ).all()
    )
    for number, places in touched.items():
        if number in ids:
            yield from _audit_batch(ids[number], number, places if len(places) <= MOST_PLACES else None)


def sample(leaf_id: int, *, looked_up: Callable[[int], Collection[bytes]]) -> Iterator[Finding]:
    """What changed since a leaf, the codes that were looked up last, and some drawn by chance.

    Args:
        leaf_id: the newest leaf when the last sample was taken.
        looked_up: digests of the codes looked up last, at most so many.
    """
    yield from audit_since(leaf_id)
    ids = set(session.scalars(select(Code.id).where(Code.digest.in_(list(looked_up(SAMPLE))))))
    if newest := session.scalar(select(func.max(Code.id))):
        ids |= {SystemRandom().randint(1, newest) for _one in range(SAMPLE)}
    yield from audit_codes(ids)


def audit_codes(ids: Collection[int]) -> Iterator[Finding]:
    """These few codes against the sealed steps of their batches."""
    by_batch: dict[tuple[int, str], list[int]] = defaultdict(list)
    for batch_id, number, place in session.execute(
        select(Code.batch_id, CodeBatch.number, Code.position)
        .join(CodeBatch, CodeBatch.id == Code.batch_id)
        .where(Code.id.in_(list(ids)))
    ):
        by_batch[batch_id, number].append(place)
    for (batch_id, number), places in by_batch.items():
        yield from _audit_batch(batch_id, number, places)


def _audit_batch(batch_id: int, number: str, places: Collection[int] | None = None) -> Iterator[Finding]:
    try:
        fold = _folded(number, places)
    except StepUnreadable as error:
        yield Finding(
            "leaf_changed", subject_of(number), f"a sealed step cannot be read: {error}", "seal_leaf"
        )
        return
    left = set(fold.places())
    if not left or not fold.marks:
        text = "no sealed step tells of its codes; `flask seal take-in` seals them as they stand"
        yield Finding("never_sealed", f"the codes of {number}", text, TABLE)
        return
    condition = Code.batch_id == batch_id
    if places is not None:
        condition &= Code.position.in_(list(places))
    for place, _id, mark, values in _rows(condition):
        left.discard(place)
        sealed = fold.told(place)
        if sealed is None:
            yield Finding("never_sealed", f"{number} #{place}", "the code stands in the database, but no sealed step tells of it", TABLE)  # fmt: skip
            continue
        if sealed.values != values:
            yield Finding("row_changed", f"{number} #{place}", _differing(sealed, values), TABLE)
        if fold.mark(place) != mark:
            text = "the code, its leaf or its inner code is another one than when it was made"
            yield Finding("row_changed", f"{number} #{place}", text, TABLE)
    for place in sorted(left):
        yield Finding(
            "row_gone", f"{number} #{place}", "it was sealed, but there is no such row any more", TABLE
        )


def _folded(number: str, places: Collection[int] | None = None) -> Fold:
    fold = Fold(places)
    for leaf_id, body in _leaves(number):
        fold.apply(leaf_id, body)
    return fold


def _leaves(number: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    rows = session.execute(
        select(SealLeaf.id, SealLeaf.body)
        .where(SealLeaf.subject == subject_of(number), SealLeaf.kind == KIND)
        .order_by(*OLDEST_FIRST)
    )
    while chunk := list(islice(rows, 200)):
        for leaf_id, body in chunk:
            yield leaf_id, json.loads(body or "{}")


def _rows(condition: ColumnElement[bool]) -> Iterator[tuple[int, int, str, tuple[Any, ...]]]:
    """Place, id, mark and columns (in the order of `FIELDS`) of codes, by their places."""
    query: Select[*tuple[Any, ...]] = (
        select(Code.position, Code.id, Code.digest, Code.leaf, InnerCode.digest, *COLUMNS)
        .outerjoin(CodeMember, CodeMember.unit_code_id == Code.id)
        .outerjoin(InnerCode, InnerCode.code_id == Code.id)
        .where(condition)
        .order_by(Code.position)
        .execution_options(yield_per=AT_A_TIME)
    )
    for row in session.execute(query):
        yield row[0], row[1], mark_of(row[2], row[3], row[4]), tuple(row[5:])


def _differing(sealed: SealedState, values: tuple[Any, ...]) -> str:
    parts = [
        f"{_name(name)} is {_word(name, now)}, sealed as {_word(name, then)}"
        for name, then, now in zip(FIELDS, sealed.values, values, strict=True)
        if then != now
    ]
    at, entry = session.execute(
        select(SealLeaf.at, SealLeaf.number).where(SealLeaf.id == sealed.leaf_id)
    ).one()
    where = f" as entry {entry}" if entry is not None else ""
    return f"{'; '.join(parts)} (on {entry_time_text(at)}{where})"


def _name(name: str) -> str:
    return {"lot_id": "lot", "grower_id": "grower"}.get(name, name)


def _word(name: str, value: Any) -> str:
    """A value as a reader knows it: the lot by its number."""
    if name == "lot_id" and value is not None:
        return session.scalar(select(Lot.number).where(Lot.id == value)) or str(value)
    if isinstance(value, datetime):
        return entry_time_text(value)
    return json.dumps(value, ensure_ascii=False)


SOURCE = seal.SealStory(KIND, audit, seal_existing_codes, tables=("code",))
