"""Activating, voiding, returning and accepting codes. Rows join the caller's transaction; nothing here commits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask_babel import gettext as _

from branch import api as branch
from core.errors import Conflict, Invalid
from core.transitions import require_reason
from traceability.codes.models.tables import Code, CodeAction
from traceability.codes.queries.batches import BatchView, get_batch
from traceability.codes.queries.search import match_codes, unusable_text
from traceability.codes.rules.selection import read_selection
from traceability.codes.service.transitions import (
    NOT_MEASURED,
    LockedCode,
    Measured,
    Step,
    give_quota_back,
    lock_codes,
    lock_codes_by_id,
    move_codes,
    plants_under,
    take_quota,
    with_members,
)
from traceability.codes.states import AT_HOME, ActionKind, CodeState, sources_of
from traceability.lots.queries.records import get_lot
from traceability.lots.states import LotState

TALLEST_CM = 3_000
THICKEST_MM = 2_000


@dataclass(frozen=True)
class Activated:
    """What an activation did: codes, and the plants that they took from the quota."""

    codes: int
    plants: int
    numbers: tuple[str, ...]


def activate_locked(
    rows: list[LockedCode],
    *,
    at: datetime,
    by: int | None,
    measured: Measured = NOT_MEASURED,
    reference: str = "",
    batch_id: int | None = None,
) -> list[CodeAction]:
    """Activate these codes of one grower: licence and quota are asked in the same transaction.

    Raises:
        Conflict: no valid licence (`not_on_sale`), a lot is not open, or a code stands elsewhere (`code_state`).
        QuotaExceeded: the land cannot have grown so many.
        Invalid: a measure that no plant has.
    """
    _check_measures(measured)
    rows = [row for row in rows if row.state != CodeState.ACTIVE] if batch_id is None else rows
    try:
        _require_lots_and_licence(rows, at=at)
        return move_codes(
            Step(ActionKind.ACTIVATED, at, by, reference=reference),
            rows,
            quota=take_quota,
            measured=measured,
            batch_id=batch_id,
        )
    except Conflict as refused:  # what was tried goes along, for whoever keeps the trace
        lots = {row.lot_id for row in rows}
        refused.details.setdefault(
            "tried",
            {
                "codes": len(rows),
                "plants": plants_under(rows),
                "lot_id": lots.pop() if len(lots) == 1 else None,
            },
        )
        raise


def _require_lots_and_licence(rows: list[LockedCode], *, at: datetime) -> None:
    for lot_id, grower_id in sorted({(row.lot_id, row.grower_id) for row in rows}):
        lot = get_lot(id=lot_id)
        if lot.state != LotState.OPEN:
            raise Conflict(
                _("Lot %(number)s is closed; no codes are issued for it.", number=lot.number),
                code="lot_closed",
            )
        branch.require_valid_licence(grower_id, at=at, cultivar_group=lot.cultivar_group, lock=True)


class NotActivated(Conflict):
    """Codes that cannot be activated; `details['codes']` names each, masked, and why."""

    code = "code_not_activatable"


def activate_codes(
    texts: Iterable[str],
    *,
    grower_id: int,
    at: datetime,
    by: int | None,
    measured: Measured = NOT_MEASURED,
) -> Activated:
    """Activate what was scanned, typed or given as batch or range, with what was measured, all or nothing.

    Codes that are active already are left as they are; plants packed in a bundle become active with it.

    Raises:
        NotActivated: naming every text that cannot be activated.
        Conflict, QuotaExceeded, Invalid: as `activate_locked`.
    """
    matches, refused = match_codes(read_selection(texts))
    for match in matches:
        if match.code.grower_id != grower_id:
            refused.append({"code": match.name, "reason": _("not known in this system")})
        elif match.code.state not in {CodeState.PRINTED, CodeState.ACTIVE}:
            refused.append({"code": match.name, "reason": _("has left, or is out of use")})
    if listed := unusable_text(matches, refused):
        raise NotActivated(
            _("Nothing was activated. These codes cannot be used: %(codes)s", codes=listed), codes=refused
        )
    rows = with_members(lock_codes_by_id(match.code.id for match in matches))
    rows = [row for row in rows if row.state == CodeState.PRINTED]
    if not rows:
        raise Conflict(_("These codes are active already."), code="code_state")
    actions = activate_locked(rows, at=at, by=by, measured=measured)
    return Activated(
        codes=sum(action.codes for action in actions),
        plants=sum(action.quota for action in actions),
        numbers=tuple(action.number for action in actions),
    )


def activate_batch(
    batch_number: str,
    *,
    grower_id: int,
    at: datetime,
    by: int | None,
    measured: Measured = NOT_MEASURED,
) -> BatchView:
    """Make the printed codes of a batch count; done when the labels hang on the plants.

    Raises:
        NotFound: the grower has no such batch.
        Conflict: no valid licence, the lot is not open, nothing is left to activate, or no quota for it.
    """
    batch = get_batch(batch_number, grower_id=grower_id)
    rows = with_members(lock_codes(Code.batch_id == batch.id, Code.state == str(CodeState.PRINTED)))
    if not rows:
        raise Conflict(_("Nothing of this batch is left for that."), code="code_state")
    rows = [row for row in rows if row.state == CodeState.PRINTED]
    activate_locked(rows, at=at, by=by, measured=measured, batch_id=batch.id)
    return get_batch(batch.number)


def void_batch(
    batch_number: str,
    *,
    grower_id: int,
    reason: str,
    at: datetime,
    by: int | None,
    states: frozenset[CodeState] = AT_HOME,
) -> BatchView:
    """Void what of a batch has not left: labels that were lost, spoiled or misprinted; or only what is in `states`.

    Raises:
        NotFound: the grower has no such batch.
        Invalid: no reason.
        Conflict: every code of it has left or is void already.
    """
    reason = _reason(reason)
    batch = get_batch(batch_number, grower_id=grower_id)
    rows = lock_codes(Code.batch_id == batch.id, Code.state.in_(sorted(states)))
    if not rows:
        raise Conflict(_("Nothing of this batch is left for that."), code="code_state")
    _void(rows, reason=reason, at=at, by=by, batch_id=batch.id)
    return get_batch(batch.number)


def void_codes(
    batch_number: str, first: int, last: int, *, grower_id: int, reason: str, at: datetime, by: int | None
) -> int:
    """Void the places `first` to `last` of a batch, shipped ones included (a theft, a misuse); how many.

    Raises:
        NotFound, Invalid: as `void_batch`.
        Conflict: none of them can be voided.
    """
    reason = _reason(reason)
    batch = get_batch(batch_number, grower_id=grower_id)
    rows = lock_codes(
        Code.batch_id == batch.id,
        Code.position.between(first, last),
        Code.state.in_(sorted(sources_of(CodeState.VOIDED))),
    )
    return sum(action.codes for action in _void(rows, reason=reason, at=at, by=by))


def _void(
    rows: list[LockedCode], *, reason: str, at: datetime, by: int | None, batch_id: int | None = None
) -> list[CodeAction]:
    """Void these codes, the plants' codes packed in a bundle with it, and give their quota back."""
    allowed = sources_of(CodeState.VOIDED)
    return move_codes(
        Step(ActionKind.VOIDED, at, by, reason=reason),
        [row for row in with_members(rows) if row.state in allowed],
        quota=give_quota_back,
        batch_id=batch_id,
    )


def return_codes(
    rows: list[LockedCode],
    *,
    counted: int,
    reason: str,
    at: datetime,
    by: int | None,
    photo_key: str | None = None,
) -> list[CodeAction]:
    """Plants came back: their labels are used up, and the quota gets back what was counted.

    Args:
        rows: codes of one lot that had left, held.
        counted: the plants that came back and still live.
        reason: why; whoever scans one of the labels will read it.
        at: now.
        by: who counted.
        photo_key: a photograph of what came back.

    Raises:
        Invalid: no reason, a count below 0 or above what the codes stand for, or codes of several lots.
        Conflict: one of them had not left.
    """
    reason = _reason(reason)
    if len({row.lot_id for row in rows}) > 1:
        raise Invalid(_("Count the plants of one lot at a time."), code="several_lots")
    everything = with_members(rows)
    if not 0 <= counted <= sum(row.plants for row in rows):
        raise Invalid(_("Not more plants can come back than left."), code="counted")
    return move_codes(
        Step(ActionKind.RETURNED, at, by, reason=reason),
        everything,
        quota=partial(give_quota_back, counted=counted, returned=True),
        measured=Measured(photo_key=photo_key),
    )


def recall_codes(lot_ids: Iterable[int], *, reason: str, at: datetime, by: int | None) -> int:
    """Recall every code of these lots that is not over, wherever it is; how many.

    The quota stays used: the plants were grown.

    Raises:
        Invalid: no reason.
    """
    rows = lock_codes(Code.lot_id.in_(list(lot_ids)), Code.state.in_(sorted(sources_of(CodeState.RECALLED))))
    if not rows:
        return 0
    step = Step(ActionKind.RECALLED, at, by, reason=_reason(reason))
    return sum(action.codes for action in move_codes(step, rows))


def accept_codes(consignment_number: str, *, at: datetime, by: int | None = None) -> int:
    """Note that the buyer has the goods: every shipped code of the consignment is accepted; how many."""
    rows = lock_codes(Code.consignment_number == consignment_number, Code.state == str(CodeState.SHIPPED))
    return accept_locked(rows, at=at, by=by, reference=consignment_number) if rows else 0


def accept_locked(rows: list[LockedCode], *, at: datetime, by: int | None, reference: str) -> int:
    """The buyer confirmed these codes; how many.

    Raises:
        Conflict: one of them had not left.
    """
    step = Step(ActionKind.ACCEPTED, at, by, reference=reference)
    return sum(action.codes for action in move_codes(step, rows))


def _reason(reason: str) -> str:
    return require_reason(reason, _("Say why these codes are voided; whoever scans one will read it."))


def _check_measures(measured: Measured) -> None:
    if measured.height_cm is not None and not 1 <= measured.height_cm <= TALLEST_CM:
        raise Invalid(_("A plant is between 1 cm and 30 m high."), code="height")
    if measured.ground_diameter_mm is not None and not 1 <= measured.ground_diameter_mm <= THICKEST_MM:
        raise Invalid(_("A stem is between 1 mm and 2 m thick."), code="diameter")
