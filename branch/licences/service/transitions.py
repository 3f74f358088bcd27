"""Steps of a licence, each leaving its row and its seal. Nothing here commits."""

from datetime import datetime
from typing import Any

from branch.licences.models.sealing import seal_step
from branch.licences.models.tables import Licence, LicenceChange
from branch.licences.rules.suspensions import BRANCH
from branch.licences.states import TRANSITIONS, LicenceState, Step
from core.transitions import StateMachine, decided_meanwhile

LICENCE = StateMachine(TRANSITIONS, LicenceChange, of="licence_id", refusal=decided_meanwhile, seal=seal_step)


def move(
    licence: Licence,
    step: Step,
    *,
    by_account_id: int | None,
    at: datetime,
    reason: str = "",
    to: LicenceState | None = None,
    source: str = "",
) -> None:
    """Take a step with a licence whose row is held; `source` says who else holds it suspended."""
    details: dict[str, Any] = {"valid_until": licence.valid_until.isoformat()} if licence.valid_until else {}
    if source and source != BRANCH:
        details["source"] = source
    LICENCE.move(licence, step, to=to, at=at, by=by_account_id, reason=reason.strip(), details=details)
