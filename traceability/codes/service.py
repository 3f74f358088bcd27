"""Issuing, activating and voiding codes. Rows join the caller's transaction; nothing here commits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from branch import api as branch
from core.database import session
from core.errors import Conflict, Invalid
from core.ids import readable_number
from traceability.codes.digest import code_digest
from traceability.codes.models import Code, CodeBatch, CodeChange
from traceability.codes.queries import BatchView, get_batch, plants_under_codes
from traceability.codes.rules import new_code
from traceability.codes.states import CodeState, Level, sources_of
from traceability.lots.models import Lot
from traceability.lots.queries import get_lot
from traceability.lots.states import LotState

MOST_AT_ONCE = 20_000
MOST_PLANTS = 100_000


@dataclass(frozen=True)
class IssuedCode:
    """A code in clear with its place in the batch: exists until the file is written."""

    position: int
    code: str

    def __repr__(self) -> str:
        return f"IssuedCode(position={self.position}, code=hidden)"


@dataclass(frozen=True)
class IssuedCodes:
    """A fresh batch and, this once, its codes."""

    batch: BatchView
    codes: tuple[IssuedCode, ...]


def issue_codes(
    lot_id: int, level: Level | str, count: int, plants_per_code: int = 1, *, at: datetime, by: int | None
) -> IssuedCodes:
    """Issue `count` codes for a lot; they mean nothing to a buyer until they are activated.

    The codes that were not voided never stand for more plants of a lot, on one level, than were ever
    recorded in it. A lot's leaflet stands for the whole lot.

    Args:
        lot_id: the lot.
        level: `lot`, `bundle` or `unit` (also `plant`).
        count: how many codes, at most 20,000 at once.
        plants_per_code: plants under one code of a bundle; 1 for a plant.
        at: now.
        by: the account that issues.

    Raises:
        Conflict: no valid licence (`not_on_sale`), the lot is not open, or too few plants for so many codes.
        Invalid: a number out of range.
    """
    level = Level.named(level)
    if not 1 <= count <= MOST_AT_ONCE:
        raise Invalid(_("Between 1 and 20,000 codes can be issued at once."), code="code_count")
    if level is Level.UNIT and plants_per_code != 1:
        raise Invalid(_("A plant's code stands for 1 plant."), code="plants_per_code")
    if not 1 <= plants_per_code <= MOST_PLANTS:
        raise Invalid(_("A bundle's code stands for 1 to 100,000 plants."), code="plants_per_code")
    session.execute(select(Lot.id).where(Lot.id == lot_id).with_for_update())
    lot = get_lot(id=lot_id)
    if lot.state != LotState.OPEN:
        raise Conflict(
            _("Lot %(number)s is closed; no codes are issued for it.", number=lot.number), code="lot_closed"
        )
    licence = branch.require_valid_licence(lot.grower_id, at=at, cultivar_group=lot.cultivar_group, lock=True)
    if level is Level.LOT:
        plants_per_code = max(1, lot.quantity_recorded)
    else:
        free = lot.quantity_recorded - plants_under_codes(lot.id, level)
        if count * plants_per_code > free:
            raise Conflict(
                _(
                    "Lot %(number)s has %(free)s plants without a code on this level, but %(wanted)s would be needed.",
                    number=lot.number,
                    free=max(0, free),
                    wanted=count * plants_per_code,
                ),
                code="more_codes_than_plants",
                free=max(0, free),
            )
    batch = CodeBatch(
        number=readable_number("B", at.year),
        lot_id=lot.id,
        grower_id=lot.grower_id,
        level=str(level),
        count=count,
        plants_per_code=plants_per_code,
        licence_number=licence.number,
        issued_at=at,
        issued_by_account_id=by,
    )
    session.add(batch)
    session.flush()
    codes = tuple(IssuedCode(position, new_code()) for position in range(1, count + 1))
    session.execute(
        insert(Code),
        [
            {
                "digest": code_digest(one.code),
                "batch_id": batch.id,
                "position": one.position,
                "lot_id": lot.id,
                "grower_id": lot.grower_id,
                "level": str(level),
                "plants": plants_per_code,
                "state": str(CodeState.ISSUED),
                "state_reason": "",
                "suspect_reason": "",
            }
            for one in codes
        ],
    )
    note_batch(batch.id, None, CodeState.ISSUED, count, at=at, by=by)
    return IssuedCodes(get_batch(batch.number), codes)


def activate_batch(batch_number: str, *, grower_id: int, at: datetime, by: int | None) -> BatchView:
    """Make the issued codes of a batch count; done when the labels hang on the plants.

    Raises:
        NotFound: the grower has no such batch.
        Conflict: no valid licence, the lot is not open, or nothing is left to activate.
    """
    batch = get_batch(batch_number, grower_id=grower_id)
    lot = get_lot(id=batch.lot_id)
    if lot.state != LotState.OPEN:
        raise Conflict(
            _("Lot %(number)s is closed; no codes are issued for it.", number=lot.number), code="lot_closed"
        )
    branch.require_valid_licence(grower_id, at=at, cultivar_group=lot.cultivar_group, lock=True)
    return _move_batch(batch, CodeState.ACTIVE, [CodeState.ISSUED], reason="", at=at, by=by)


def void_batch(batch_number: str, *, grower_id: int, reason: str, at: datetime, by: int | None) -> BatchView:
    """Void what of a batch has not left: labels that were lost, spoiled or misprinted.

    Raises:
        NotFound: the grower has no such batch.
        Invalid: no reason.
        Conflict: every code of it has left or is void already.
    """
    if not reason.strip():
        raise Invalid(
            _("Say why these codes are voided; whoever scans one will read it."), code="reason_missing"
        )
    batch = get_batch(batch_number, grower_id=grower_id)
    before = [CodeState.ISSUED, CodeState.ACTIVE]
    return _move_batch(batch, CodeState.VOIDED, before, reason=reason.strip(), at=at, by=by)


def void_codes(
    batch_number: str, first: int, last: int, *, grower_id: int, reason: str, at: datetime, by: int | None
) -> int:
    """Void the places `first` to `last` of a batch, shipped ones included (a return, a theft); how many.

    Raises:
        NotFound, Invalid: as `void_batch`.
        Conflict: none of them can be voided.
    """
    if not reason.strip():
        raise Invalid(
            _("Say why these codes are voided; whoever scans one will read it."), code="reason_missing"
        )
    batch = get_batch(batch_number, grower_id=grower_id)
    ids = list(
        session.scalars(
            select(Code.id).where(
                Code.batch_id == batch.id,
                Code.position.between(first, last),
                Code.state.in_(sorted(sources_of(CodeState.VOIDED))),
            )
        )
    )
    return move_codes(ids, CodeState.VOIDED, reason=reason.strip(), at=at, by=by)


def accept_codes(consignment_number: str, *, at: datetime, by: int | None = None) -> int:
    """Note that the buyer has the goods: every shipped code of the consignment is accepted; how many."""
    ids = list(
        session.scalars(
            select(Code.id).where(
                Code.consignment_number == consignment_number, Code.state == str(CodeState.SHIPPED)
            )
        )
    )
    return move_codes(ids, CodeState.ACCEPTED, reason="", at=at, by=by) if ids else 0


def mark_suspect(code_id: int, *, reason: str, at: datetime) -> None:
    """Say on the code's page that it is doubted, until a person clears it; its state stays."""
    session.execute(
        update(Code)
        .where(Code.id == code_id)
        .values(suspect_since=at, suspect_reason=reason)
        .execution_options(synchronize_session=False)
    )


def clear_suspect(code_id: int) -> None:
    """A person looked and found nothing wrong with the code."""
    session.execute(
        update(Code)
        .where(Code.id == code_id)
        .values(suspect_since=None, suspect_reason="")
        .execution_options(synchronize_session=False)
    )


def move_codes(
    ids: Iterable[int],
    target: CodeState,
    *,
    reason: str,
    at: datetime,
    by: int | None,
    values: dict[str, object] | None = None,
) -> int:
    """Move exactly these codes to `target` by one conditional update, and leave a row for each.

    Raises:
        Conflict: there are none, or one of them left the states that the table allows meanwhile.
    """
    ids = list(ids)
    before = dict(session.execute(select(Code.id, Code.state).where(Code.id.in_(ids))).all())
    moved = session.execute(
        update(Code)
        .where(Code.id.in_(ids), Code.state.in_(sorted(sources_of(target))))
        .values({"state": str(target), "state_reason": reason, **(values or {})})
        .execution_options(synchronize_session=False)
    )
    if not ids or moved.rowcount != len(ids):  # type: ignore[attr-defined]
        raise Conflict(_("The state of these codes does not allow that now."), code="code_state")
    session.execute(
        insert(CodeChange),
        [
            {
                "code_id": code_id,
                "from_state": before[code_id],
                "to_state": str(target),
                "count": 1,
                "reason": reason,
                "by_account_id": by,
                "at": at,
            }
            for code_id in ids
        ],
    )
    return len(ids)


def _move_batch(
    batch: BatchView, target: CodeState, before: list[CodeState], *, reason: str, at: datetime, by: int | None
) -> BatchView:
    for state in before:
        moved = session.execute(
            update(Code)
            .where(Code.batch_id == batch.id, Code.state == str(state))
            .values(state=str(target), state_reason=reason)
            .execution_options(synchronize_session=False)
        ).rowcount  # type: ignore[attr-defined]
        if moved:
            note_batch(batch.id, state, target, moved, at=at, by=by, reason=reason)
    after = get_batch(batch.number)
    if after.states == batch.states:
        raise Conflict(_("Nothing of this batch is left for that."), code="code_state")
    return after


def note_batch(
    batch_id: int,
    source: CodeState | None,
    target: CodeState,
    count: int,
    *,
    at: datetime,
    by: int | None,
    reason: str = "",
) -> None:
    """Leave one row for many codes of a batch that moved together."""
    session.add(
        CodeChange(
            batch_id=batch_id,
            from_state=source,
            to_state=str(target),
            count=count,
            reason=reason,
            by_account_id=by,
            at=at,
        )
    )
    session.flush()
