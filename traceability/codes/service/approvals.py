"""Two people: voids of a grower's codes are proposed by one and confirmed by another. Nothing here commits."""

from datetime import datetime

from flask_babel import gettext as _

from branch import api as branch
from core.database import locked, session
from core.errors import Conflict, Invalid, NotFound
from core.ids import random_id
from core.transitions import require_reason
from traceability.codes.models.tables import CodeBatch, VoidProposal
from traceability.codes.queries.batches import get_batch
from traceability.codes.queries.voids import grower_of_void
from traceability.codes.service.lifecycle import void_codes

VOID = branch.TwoPersons(
    own=lambda: Conflict(_("Whoever proposed the void cannot confirm it."), code="same_person"),
)


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
