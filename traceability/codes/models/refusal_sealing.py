"""What is sealed of an activation that was refused."""

from collections.abc import Iterator

from sqlalchemy import select

from core import seal
from core.database import session
from traceability.codes.models.tables import ActivationRefusal
from traceability.lots.models.tables import Lot

KIND = "activation_refusal"


def _subject(row: ActivationRefusal) -> str:
    return f"activation-refusal/{row.id}"


def _body(row: ActivationRefusal, lot_number: str | None) -> seal.Body:
    """Everything that the trace says."""
    return {
        "grower_id": row.grower_id,
        "lot": lot_number,
        "why": row.why,
        "codes": row.codes,
        "plants": row.plants,
        "free": row.free,
        "by": row.by_account_id,
        "at": seal.moment(row.at),
    }


def seal_refusal(row: ActivationRefusal, lot_number: str | None) -> None:
    """Seal what a trace says, in the transaction that writes it."""
    seal.append(KIND, _subject(row), _body(row, lot_number))


def _bodies() -> Iterator[tuple[str, seal.Body]]:
    rows = session.execute(
        select(ActivationRefusal, Lot.number)
        .outerjoin(Lot, Lot.id == ActivationRefusal.lot_id)
        .order_by(ActivationRefusal.id)
    )
    for row, number in rows:
        yield _subject(row), _body(row, number)


SOURCE = seal.SealSource(KIND, _bodies, ("activation_refusal",))
