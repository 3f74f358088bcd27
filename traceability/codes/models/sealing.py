"""What is sealed of codes: each batch by its Merkle root and count, each action by the codes that it moved, each refusal.

The codes themselves follow from their sealed steps (`step_sealing`).
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from typing import Any

from sqlalchemy import select

from core import seal
from core.database import session
from core.seal import Body, SealSource, bodies_of, moment
from core.seal.service.sealed_rows import SealedRows
from traceability.codes.models.tables import (
    ActivationRefusal,
    Code,
    CodeAction,
    CodeBatch,
    InnerUnlock,
    VoidProposal,
)
from traceability.codes.rules.batch_tree import root_of
from traceability.codes.states import TARGET_OF, ActionKind, BatchState
from traceability.lots.models.tables import Lot

BATCH = "code_batch"
ACTIVATION = "activation"
CHANGE = "code_change"
REFUSAL = "activation_refusal"
AT_A_TIME = 5_000

# Kinds of action whose codes can be told from the codes' own rows, for ever.
ENDINGS = frozenset({ActionKind.VOIDED, ActionKind.RETURNED, ActionKind.RECALLED})


def digest_of(digests: Iterable[bytes]) -> bytes:
    """One digest over many codes, whatever their order."""
    return sha256(b"".join(sorted(digests))).digest()


def batch_subject(number: str) -> str:
    """The name of a batch in the log's private part."""
    return f"code_batch/{number}"


def batch_body(batch: CodeBatch, lot_number: str, *, root: bytes, count: int) -> dict[str, Any]:
    """What is sealed when the codes of a batch are made."""
    return {
        "batch": batch.number,
        "lot": lot_number,
        "level": batch.level,
        "count": count,
        "plants_per_code": batch.plants_per_code,
        "licence": batch.licence_number,
        "inner": batch.inner,
        "root": root.hex(),
        "issued_at": moment(batch.issued_at),
    }


def append_batch(batch: CodeBatch, lot_number: str) -> None:
    """Seal a batch whose codes have just been made."""
    if batch.root is None:
        raise ValueError("a batch without its root cannot be sealed")
    body = batch_body(batch, lot_number, root=batch.root, count=batch.count)
    seal.append(BATCH, batch_subject(batch.number), body)


def batches() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every batch that has a root, with the root and the count of its codes as they stand now."""
    rows = session.execute(
        select(CodeBatch, Lot.number)
        .join(Lot, Lot.id == CodeBatch.lot_id)
        .where(CodeBatch.state == str(BatchState.MADE), CodeBatch.root.is_not(None))
        .order_by(CodeBatch.id)
    ).all()
    for batch, lot_number in rows:
        count = 0

        def leaves(batch_id: int = batch.id) -> Iterator[bytes]:
            nonlocal count
            query = select(Code.leaf).where(Code.batch_id == batch_id).order_by(Code.position)
            for leaf in session.scalars(query.execution_options(yield_per=AT_A_TIME)):
                count += 1
                yield leaf or b""

        root = root_of(leaves())
        recorded = {"root": (batch.root or b"").hex(), "count": batch.count}
        today = {"root": root.hex(), "count": count}
        bent = {f"column {name}": value for name, value in recorded.items() if value != today[name]}
        yield batch_subject(batch.number), batch_body(batch, lot_number, root=root, count=count) | bent


def action_kind(action: CodeAction) -> str:
    """Under which kind an action stands in the log."""
    return ACTIVATION if action.kind == ActionKind.ACTIVATED else CHANGE


def action_body(action: CodeAction, lot_number: str, *, codes: int, digest: bytes) -> dict[str, Any]:
    """What is sealed of one step for many codes."""
    return {
        "action": action.number,
        "kind": action.kind,
        "lot": lot_number,
        "codes": codes,
        "plants": action.plants,
        "quota": action.quota,
        "digest": digest.hex(),
        "reason": action.reason,
        "reference": action.reference,
        "height_cm": action.height_cm,
        "ground_diameter_mm": action.ground_diameter_mm,
        "photo": action.photo_key,
        "at": moment(action.at),
    }


def append_action(action: CodeAction) -> None:
    """Seal an action in the transaction that moves its codes."""
    lot_number = session.scalars(select(Lot.number).where(Lot.id == action.lot_id)).one()
    kind = action_kind(action)
    body = action_body(action, lot_number, codes=action.codes, digest=action.digest)
    seal.append(kind, f"{kind}/{action.number}", body)


def activations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every activation, with the codes that say today that it activated them."""
    yield from _actions([ActionKind.ACTIVATED], Code.activation_id)


def changes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every other action; the codes of voids, returns and recalls are counted anew."""
    yield from _actions(sorted(ENDINGS), Code.ending_id)
    for action, lot_number in _rows([ActionKind.SHIPPED, ActionKind.ACCEPTED]):
        yield (
            f"{CHANGE}/{action.number}",
            action_body(action, lot_number, codes=action.codes, digest=action.digest),
        )


def _rows(kinds: Iterable[ActionKind]) -> list[tuple[CodeAction, str]]:
    query = (
        select(CodeAction, Lot.number)
        .join(Lot, Lot.id == CodeAction.lot_id)
        .where(CodeAction.kind.in_([str(kind) for kind in kinds]))
        .order_by(CodeAction.id)
    )
    return [(action, number) for action, number in session.execute(query)]


def _actions(kinds: Iterable[ActionKind], link: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each action with its codes as they stand: one ordered pass over the codes that name one."""
    rows = _rows(kinds)
    query = select(link, Code.digest, Code.state).where(link.is_not(None)).order_by(link)
    passing = groupby(
        session.execute(query.execution_options(yield_per=AT_A_TIME)), key=lambda row: int(row[0])
    )
    current = next(passing, None)
    for action, lot_number in rows:
        while current is not None and current[0] < action.id:
            current = next(passing, None)
        digests: list[bytes] = []
        if current is not None and current[0] == action.id:
            ended = TARGET_OF[ActionKind(action.kind)]
            digests = [
                digest
                for _id, digest, state in current[1]
                if action.kind == ActionKind.ACTIVATED or state == ended
            ]
        kind = action_kind(action)
        yield (
            f"{kind}/{action.number}",
            action_body(action, lot_number, codes=len(digests), digest=digest_of(digests)),
        )


def _refusal_subject(row: ActivationRefusal) -> str:
    return f"activation-refusal/{row.id}"


def _refusal_body(row: ActivationRefusal, lot_number: str | None) -> Body:
    """Everything that the trace of a refused activation says."""
    return {
        "grower_id": row.grower_id,
        "lot": lot_number,
        "why": row.why,
        "codes": row.codes,
        "plants": row.plants,
        "free": row.free,
        "by": row.by_account_id,
        "at": moment(row.at),
    }


def append_refusal(row: ActivationRefusal, lot_number: str | None) -> None:
    """Seal what a trace says, in the transaction that writes it."""
    seal.append(REFUSAL, _refusal_subject(row), _refusal_body(row, lot_number))


def _unlock_subject(row: InnerUnlock) -> str:
    return f"inner-unlock/{row.public_id}"


def _unlock_body(row: InnerUnlock, batch: str, position: int) -> Body:
    """How two people opened an inner code again, while wrong entries locked them. Nothing is added any more."""
    return {
        "code": f"{batch} #{position}",
        "reason": row.reason,
        "state": row.state,
        "asked_by": row.asked_by_account_id,
        "asked_at": moment(row.asked_at),
        "decided_by": row.decided_by_account_id,
        "decided_at": moment(row.decided_at) if row.decided_at else None,
    }


REFUSED = (
    select(ActivationRefusal, Lot.number)
    .outerjoin(Lot, Lot.id == ActivationRefusal.lot_id)
    .order_by(ActivationRefusal.id)
)
UNLOCKED = (
    select(InnerUnlock, CodeBatch.number, Code.position)
    .join(Code, Code.id == InnerUnlock.code_id)
    .join(CodeBatch, CodeBatch.id == Code.batch_id)
    .order_by(InnerUnlock.id)
)
REFUSALS = SealSource(REFUSAL, bodies_of(REFUSED, _refusal_subject, _refusal_body), ("activation_refusal",))
SOURCES = (
    SealSource(BATCH, batches, ("code_batch",), ("job_id", "file_key", "file_until")),
    SealSource(ACTIVATION, activations, ("code_action",)),
    SealSource(CHANGE, changes, ("code_action",)),
    SealSource("inner_unlock", bodies_of(UNLOCKED, _unlock_subject, _unlock_body), ("inner_unlock",)),
    REFUSALS,
)

ROWS = (
    SealedRows(
        "batch_record",
        CodeBatch,
        columns=(
            "number", "lot_id", "grower_id", "issued_by_account_id", "state", "form", "decided_by_account_id",
            "decided_at",
        ),
        digests=("decision_reason",),
        besides=(
            "level", "count", "plants_per_code", "licence_number", "issued_at", "root", "inner", "job_id", "file_key",
            "file_until",
        ),
    ),
    SealedRows(
        "code_action",
        CodeAction,
        columns=("number", "grower_id", "codes", "digest", "by_account_id"),
        besides=(
            "kind", "lot_id", "plants", "quota", "reason", "reference", "height_cm", "ground_diameter_mm", "photo_key",
            "at",
        ),
        added=True,
    ),
    SealedRows(
        "void_proposal",
        VoidProposal,
        columns=(
            "public_id", "batch_id", "first", "last", "state", "proposed_by_account_id", "proposed_at",
            "decided_by_account_id", "decided_at",
        ),
        digests=("reason",),
    ),
)  # fmt: skip
