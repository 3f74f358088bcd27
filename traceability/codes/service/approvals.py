"""Two people: voids of a grower's codes are proposed by one and confirmed by another. Nothing here commits."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from branch import api as branch
from core.accounts.queries.account import display_names
from core.database import locked, session, view_of
from core.errors import Conflict, Invalid, NotFound
from core.ids import random_id
from core.transitions import require_reason
from traceability.codes.models.tables import CodeBatch, VoidProposal
from traceability.codes.queries.batches import BatchView, get_batch, views_of_batches
from traceability.codes.service.lifecycle import void_codes
from traceability.codes.states import BatchState

SHOWN = 20

VOID = branch.TwoPersons(
    own=lambda: Conflict(_("Whoever proposed the void cannot confirm it."), code="same_person"),
)


@dataclass(frozen=True)
class VoidView:
    """A void that waits for a second person."""

    public_id: str
    batch_number: str
    grower_id: int
    first: int
    last: int
    reason: str
    proposed_by_account_id: int
    proposed_by: str
    proposed_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None


def waiting_batches() -> list[BatchView]:
    """Large batches that nobody has decided, the newest first."""
    return views_of_batches(select(CodeBatch).where(CodeBatch.state == str(BatchState.REQUESTED)))


def open_voids() -> list[VoidView]:
    """Proposed voids that nobody has decided, the oldest first."""
    return _voids(VoidProposal.state == "open")


def decided_voids() -> list[VoidView]:
    """Voids that a second person confirmed or refused, the newest first."""
    return _voids(VoidProposal.state != "open")[::-1][:SHOWN]


def _voids(which: ColumnElement[bool]) -> list[VoidView]:
    rows = session.execute(
        select(VoidProposal, CodeBatch.number, CodeBatch.grower_id)
        .join(CodeBatch, CodeBatch.id == VoidProposal.batch_id)
        .where(which)
        .order_by(VoidProposal.id)
    ).all()
    names = display_names(
        account_id
        for row, _number, _grower in rows
        for account_id in (row.proposed_by_account_id, row.decided_by_account_id)
    )
    return [
        view_of(
            VoidView,
            row,
            batch_number=number,
            grower_id=grower_id,
            proposed_by=names[row.proposed_by_account_id],
            decided_by=names[row.decided_by_account_id],
        )
        for row, number, grower_id in rows
    ]


def grower_of_void(public_id: str) -> int:
    """Whose codes a proposal is about.

    Raises:
        NotFound: no such proposal.
    """
    grower_id = session.scalar(
        select(CodeBatch.grower_id)
        .join(VoidProposal, VoidProposal.batch_id == CodeBatch.id)
        .where(VoidProposal.public_id == public_id)
    )
    if grower_id is None:
        raise NotFound(_("There is no such proposal."), code="no_such_proposal")
    return int(grower_id)


def propose_void(batch_number: str, first: int, last: int, *, reason: str, at: datetime, by: int) -> str:
    """Propose to void places of a grower's batch; the proposal's public id.

    Raises:
        NotFound: no such batch.
        Invalid: no reason, or places that the batch does not have.
    """
    reason = require_reason(reason, _("Say why these codes are voided; whoever scans one will read it."))
    batch = get_batch(batch_number)
    if not 1 <= first <= last <= batch.count:
        raise Invalid(_("the batch does not have all these places"), code="no_such_places")
    row = VoidProposal(
        public_id=random_id(16),
        batch_id=batch.id,
        first=first,
        last=last,
        reason=reason,
        proposed_by_account_id=by,
        proposed_at=at,
    )
    session.add(row)
    session.flush()
    return row.public_id


def decide_void(public_id: str, *, confirm: bool, at: datetime, by: int) -> int:
    """Another person confirms a void, which happens then, or refuses it; how many codes became void.

    Raises:
        NotFound: no such proposal.
        Conflict: it is decided (`void_decided`), the same person proposed it (`same_person`), or none of the
            codes can be voided any more (`code_state`).
        Forbidden: by another account of the same person, or he works for the grower (`own_grower`).
    """
    row = locked(VoidProposal, VoidProposal.public_id == public_id)
    if row is None:
        raise NotFound(_("There is no such proposal."), code="no_such_proposal")
    if row.state != "open":
        raise Conflict(_("This proposal is decided already."), code="void_decided")
    VOID.require_another(row, by, grower_id=grower_of_void(public_id))
    VOID.sign(row, at=at, by=by, state="done" if confirm else "refused")
    if not confirm:
        return 0
    batch = session.get_one(CodeBatch, row.batch_id)
    return void_codes(
        batch.number, row.first, row.last, grower_id=batch.grower_id, reason=row.reason, at=at, by=by
    )
