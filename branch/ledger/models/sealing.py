"""What the public log keeps of a sale fact: a salted digest of all its figures."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from branch.ledger.models.tables import SaleFactRow
from branch.ledger.rules.facts import SaleFact
from core import seal

KIND = "sale_fact"
PLAIN = (
    "kind",
    "grower_id",
    "channel",
    "product_key",
    "product_name",
    "cultivar_group",
    "size_class",
    "plants",
    "orders",
    "gross_minor",
    "discount_minor",
    "refund_minor",
    "net_minor",
    "currency",
    "source",
    "source_ref",
    "order_ref",
    "province",
)


def subject_of(source: str, source_ref: str) -> str:
    """How the log calls a sale fact."""
    return f"sale/{source}/{source_ref}"


def sealed_body(fact: SaleFact | SaleFactRow, *, recorded_at: datetime) -> dict[str, Any]:
    """Everything that a sale fact says; the same for a fact and for its row."""
    body: dict[str, Any] = {name: getattr(fact, name) for name in PLAIN}
    body["kind"] = str(body["kind"])
    body["local_day"] = fact.local_day.isoformat()
    body["occurred_at"] = seal.moment(fact.occurred_at)
    body["recorded_at"] = seal.moment(recorded_at)
    return body


def seal_facts(facts: Iterable[SaleFact], *, at: datetime) -> None:
    """Seal facts that have just been written."""
    seal.append_many(
        KIND,
        ((subject_of(*fact.key), sealed_body(fact, recorded_at=at)) for fact in facts),
    )


SOURCE = seal.SealSource(
    KIND,
    seal.bodies_of(
        select(SaleFactRow).order_by(SaleFactRow.id).execution_options(populate_existing=True),
        lambda row: subject_of(row.source, row.source_ref),
        lambda row: sealed_body(row, recorded_at=row.recorded_at),
    ),
    tables=("sale_fact",),
)
