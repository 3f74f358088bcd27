"""Reads of what waits for a second person: large batches, and voids that were proposed."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from core.accounts.queries.account import display_names
from core.database import session, view_of
from core.errors import NotFound
from traceability.codes.models.tables import CodeBatch, VoidProposal
from traceability.codes.queries.batches import BatchView, views_of_batches
from traceability.codes.states import BatchState

SHOWN = 20


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
