"""Adding facts to the ledger. Facts are never changed: a correction is another fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import Table, insert, select

from branch.ledger.models.sealing import seal_facts
from branch.ledger.models.tables import SaleFactRow, SalesDirty
from branch.ledger.rules.facts import SaleFact, faults
from core.database import Base, insert_into, is_postgresql, session
from core.errors import Invalid

CHUNK = 500
MONEY_OF = (
    "grower_id",
    "kind",
    "plants",
    "orders",
    "gross_minor",
    "discount_minor",
    "refund_minor",
    "currency",
)


@dataclass(frozen=True, slots=True)
class AppendResult:
    """How many facts were new and how many stood already.

    `differing` names the references of facts that stand already but say something else than what was
    given: those given were not written, and whoever gave them has to append a correction.
    """

    appended: int = 0
    already_there: int = 0
    differing: tuple[str, ...] = ()


def append_facts(facts: Iterable[SaleFact], *, at: datetime) -> AppendResult:
    """Write facts that are not there yet, and mark their days as due for new sums.

    Idempotent on `(source, source_ref)`, also against another transaction that appends the same at
    the same time. Takes any number: they are written in chunks. Adds to the caller's transaction.

    Raises:
        Invalid: `fact_not_allowed`, naming the first fact that may not stand and why; nothing of its
            chunk is written then.
    """
    result = AppendResult()
    iterator = iter(facts)
    while chunk := list(islice(iterator, CHUNK)):
        result = _sum(result, _append_chunk(chunk, at=at))
    return result


def _sum(total: AppendResult, other: AppendResult) -> AppendResult:
    return AppendResult(
        total.appended + other.appended,
        total.already_there + other.already_there,
        total.differing + other.differing,
    )


def _append_chunk(chunk: Sequence[SaleFact], *, at: datetime) -> AppendResult:
    for fact in chunk:
        if reasons := faults(fact):
            raise Invalid(
                _(
                    "The sale %(ref)s cannot be booked: %(reasons)s.",
                    ref=fact.source_ref,
                    reasons=", ".join(reasons),
                ),
                code="fact_not_allowed",
                source=fact.source,
                source_ref=fact.source_ref,
                reasons=reasons,
            )
    given = {fact.key: fact for fact in reversed(chunk)}
    standing = _standing(given)
    written = _write([fact for key, fact in reversed(given.items()) if key not in standing], at=at)
    late = given.keys() - standing.keys() - written
    if late:
        standing |= _standing({key: given[key] for key in late})
    days = sorted({(given[key].grower_id, given[key].local_day) for key in written})
    if days:
        session.execute(
            insert(_table(SalesDirty)), [{"grower_id": grower, "local_day": day} for grower, day in days]
        )
    differing = tuple(
        fact.source_ref
        for fact in chunk
        if _money(fact) != (standing[fact.key] if fact.key in standing else _money(given[fact.key]))
    )
    return AppendResult(len(written), len(chunk) - len(written), differing)


def _money(fact: SaleFact) -> tuple[Any, ...]:
    return tuple(getattr(fact, name) for name in MONEY_OF)


def _standing(given: dict[tuple[str, str], SaleFact]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """What the ledger already says under these references."""
    amounts: dict[tuple[str, str], tuple[Any, ...]] = {}
    for source in sorted({source for source, _ref in given}):
        refs = [ref for fact_source, ref in given if fact_source == source]
        rows = session.execute(
            select(SaleFactRow.source_ref, *(getattr(SaleFactRow, name) for name in MONEY_OF)).where(
                SaleFactRow.source == source, SaleFactRow.source_ref.in_(refs)
            )
        )
        amounts |= {(source, ref): tuple(rest) for ref, *rest in rows}
    return amounts


def _table(model: type[Base]) -> Table:
    """The plain table of a model, so that rows go in without passing through the ORM."""
    return cast("Table", model.__table__)


def _write(facts: list[SaleFact], *, at: datetime) -> set[tuple[str, str]]:
    if not facts:
        return set()
    table = _table(SaleFactRow)
    rows = list(_rows(facts, at=at))
    if not is_postgresql():
        # The transaction holds SQLite's only write lock, so what was not there a moment ago is new.
        session.execute(insert(table), rows)
        seal_facts(facts, at=at)
        return {fact.key for fact in facts}
    statement = (
        insert_into(table)
        .on_conflict_do_nothing(index_elements=["source", "source_ref"])
        .returning(table.c.source, table.c.source_ref)
    )
    written = {(source, ref) for source, ref in session.execute(statement, rows)}
    seal_facts((fact for fact in facts if fact.key in written), at=at)
    return written


def _rows(facts: Iterable[SaleFact], *, at: datetime) -> Iterator[dict[str, Any]]:
    for fact in facts:
        yield {
            **{name: getattr(fact, name) for name in SaleFact.__dataclass_fields__},
            "local_day": fact.local_day,
            "net_minor": fact.net_minor,
            "recorded_at": at,
        }
