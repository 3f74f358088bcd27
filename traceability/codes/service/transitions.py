"""One person's, or one parcel's, step for many codes: states, quota and the seal move together.

Rows join the caller's transaction; nothing here commits.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, insert, select, update

from core.clock import local_year
from core.database import changed, session
from core.errors import Conflict
from core.ids import readable_number
from traceability.codes.models import sealing, step_sealing
from traceability.codes.models.tables import Code, CodeAction, CodeBatch, CodeChange, CodeMember
from traceability.codes.states import OVER, TARGET_OF, ActionKind, CodeState, Level, sources_of
from traceability.events.rules.steps import CodesCommissioned, Decommissioned
from traceability.events.service.recording import record_steps
from traceability.lots.models.tables import Lot
from traceability.lots.queries.records import get_lot
from traceability.lots.service import lock_lots
from traceability.quota.queries.ledger import in_order_of_quota
from traceability.quota.service.accounting import credit, debit

AT_A_TIME = 2_000
T = TypeVar("T")
# Takes plants from the quota or gives them back for an action: what each code has taken of it from then on.
MoveQuota = Callable[["CodeAction", Sequence["LockedCode"]], Mapping[int, int]]


@dataclass(frozen=True)
class LockedCode:
    """A code's row, locked until the transaction ends."""

    id: int
    digest: bytes
    batch_id: int
    position: int
    lot_id: int
    grower_id: int
    level: str
    plants: int
    quota: int
    state: str


@dataclass(frozen=True)
class Measured:
    """What the grower measured when the labels were hung; None where nothing was measured."""

    height_cm: int | None = None
    ground_diameter_mm: int | None = None
    photo_key: str | None = None


@dataclass(frozen=True)
class Step:
    """Who did what, when and why; `reference` is the parcel's number where there is one."""

    kind: ActionKind
    at: datetime
    by: int | None
    reason: str = ""
    reference: str = ""


NOT_MEASURED = Measured()


def batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """`values` in lists of at most `size`: databases take a bounded number of parameters."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def lock_codes(*conditions: ColumnElement[bool]) -> list[LockedCode]:
    """Lock the codes that meet the conditions, by batch and place; their lots first, as everybody does."""
    lock_lots(select(Code.lot_id).where(*conditions))
    columns = (getattr(Code, field.name) for field in fields(LockedCode))
    query = select(*columns).where(*conditions).order_by(Code.batch_id, Code.position).with_for_update()
    return [LockedCode(*tuple(row)) for row in session.execute(query)]


def lock_codes_by_id(ids: Iterable[int]) -> list[LockedCode]:
    """As `lock_codes`, of these codes."""
    parts = list(batched(sorted(ids), AT_A_TIME))
    if len(parts) > 1:
        lots = (session.scalars(select(Code.lot_id).where(Code.id.in_(chunk)).distinct()) for chunk in parts)
        lock_lots({lot_id for group in lots for lot_id in group})
    return [code for part in parts for code in lock_codes(Code.id.in_(part))]


def with_members(rows: Sequence[LockedCode]) -> list[LockedCode]:
    """These codes and, behind each bundle, the plants' codes packed in it that still count for something."""
    bundles = [row.id for row in rows if row.level == Level.BUNDLE]
    if not bundles:
        return list(rows)
    inside = [
        unit
        for chunk in batched(bundles, AT_A_TIME)
        for unit in session.scalars(
            select(CodeMember.unit_code_id)
            .join(Code, Code.id == CodeMember.unit_code_id)
            .where(CodeMember.bundle_code_id.in_(chunk), Code.state.not_in(sorted(OVER)))
        )
    ]
    known = {row.id for row in rows}
    return [*rows, *lock_codes_by_id(unit for unit in inside if unit not in known)]


def move_codes(
    step: Step,
    rows: Sequence[LockedCode],
    *,
    quota: MoveQuota | None = None,
    values: dict[str, Any] | None = None,
    measured: Measured = NOT_MEASURED,
    batch_id: int | None = None,
) -> list[CodeAction]:
    """Move these codes, all or none, and leave one sealed action a lot.

    Args:
        step: what is done.
        rows: the codes, held.
        quota: called for each action before its codes move; takes or gives back what it must.
        values: further columns of the codes.
        measured: goes into the action and its codes.
        batch_id: the batch when it moves as a whole: one row of history instead of one a code.

    Raises:
        Conflict: there are none, or one of them stands where the table does not allow that.
    """
    target = TARGET_OF[step.kind]
    sources = sources_of(target)
    if not rows or any(row.state not in sources for row in rows):
        raise Conflict(_("The state of these codes does not allow that now."), code="code_state")
    by_lot: dict[int, list[LockedCode]] = {}
    for row in rows:
        by_lot.setdefault(row.lot_id, []).append(row)
    lots = in_order_of_quota(by_lot, at=step.at) if quota is not None and len(by_lot) > 1 else list(by_lot)
    return [
        _move_codes_of_lot(
            step, target, group, quota=quota, values=values, measured=measured, batch_id=batch_id
        )
        for group in map(by_lot.__getitem__, lots)
    ]


def _move_codes_of_lot(
    step: Step,
    target: CodeState,
    group: Sequence[LockedCode],
    *,
    quota: MoveQuota | None,
    values: dict[str, Any] | None,
    measured: Measured,
    batch_id: int | None,
) -> CodeAction:
    action = CodeAction(
        number=readable_number("A", local_year(step.at)),
        kind=str(step.kind),
        grower_id=group[0].grower_id,
        lot_id=group[0].lot_id,
        codes=len(group),
        plants=plants_under(group),
        quota=0,
        digest=sealing.digest_of(code.digest for code in group),
        reason=step.reason,
        reference=step.reference,
        height_cm=measured.height_cm,
        ground_diameter_mm=measured.ground_diameter_mm,
        photo_key=measured.photo_key,
        by_account_id=step.by,
        at=step.at,
    )
    session.add(action)
    session.flush()
    taken = quota(action, group) if quota is not None else {}
    new: dict[str, Any] = {"state": str(target), "state_reason": step.reason, **(values or {})}
    if step.kind is ActionKind.ACTIVATED:
        new |= {
            "activation_id": action.id,
            "height_cm": measured.height_cm,
            "ground_diameter_mm": measured.ground_diameter_mm,
        }
    elif target in {CodeState.VOIDED, CodeState.RETURNED, CodeState.RECALLED}:
        new |= {"ending_id": action.id}
    moved = sum(
        changed(
            update(Code)
            .where(Code.id.in_([code.id for code in chunk]), Code.state.in_(sorted(sources_of(target))))
            .values(new)
        )
        for chunk in batched(group, AT_A_TIME)
    )
    if moved != len(group):
        raise Conflict(_("The state of these codes does not allow that now."), code="code_state")
    _add_changes(action, step, target, group, batch_id=batch_id)
    session.flush()
    sealing.append_action(action)
    step_sealing.seal_step(
        str(step.kind),
        (
            (code.batch_id, code.position, new | ({"quota": taken[code.id]} if code.id in taken else {}))
            for code in group
        ),
        reference=action.number,
    )
    _record_lot_events(action, step, group)
    return action


def _record_lot_events(action: CodeAction, step: Step, group: Sequence[LockedCode]) -> None:
    """Codes that begin or cease to stand for plants are events of the lot's history, one a batch."""
    if step.kind in {ActionKind.SHIPPED, ActionKind.ACCEPTED}:  # the parcel tells of these
        return
    lot = get_lot(id=action.lot_id)
    batches = dict(
        session.execute(
            select(CodeBatch.id, CodeBatch.number).where(
                CodeBatch.id.in_(sorted({code.batch_id for code in group}))
            )
        ).all()
    )
    counts = Counter((code.batch_id, code.plants) for code in group)
    record_steps(
        [
            CodesCommissioned(lot, batches[batch_id], count, plants)
            if step.kind is ActionKind.ACTIVATED
            else Decommissioned(lot, batches[batch_id], count, str(step.kind))
            for (batch_id, plants), count in counts.items()
        ],
        at=step.at,
        by=step.by,
    )


def _add_changes(
    action: CodeAction, step: Step, target: CodeState, group: Sequence[LockedCode], *, batch_id: int | None
) -> None:
    common = {
        "action_id": action.id,
        "to_state": str(target),
        "reason": step.reason,
        "by_account_id": step.by,
        "at": step.at,
    }
    rows: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    for code in group:
        if code.batch_id == batch_id:
            counts[code.state] = counts.get(code.state, 0) + 1
        else:
            rows.append(
                {"code_id": code.id, "batch_id": None, "from_state": code.state, "count": 1, **common}
            )
    rows += [
        {"code_id": None, "batch_id": batch_id, "from_state": state, "count": count, **common}
        for state, count in counts.items()
    ]
    session.execute(insert(CodeChange), rows)


def plants_under(group: Sequence[LockedCode]) -> int:
    """The plants under these codes, each counted once: not with its own code and its bundle's both."""
    bundles = {code.id for code in group if code.level == Level.BUNDLE}
    units = [code.id for code in group if code.level == Level.UNIT]
    packed = bundle_of(units) if bundles else {}
    return sum(code.plants for code in group if packed.get(code.id) not in bundles)


def bundle_of(unit_ids: Sequence[int]) -> dict[int, int]:
    """In which bundle's code each of these plants' codes is packed, by id; those in none are left out."""
    query = select(CodeMember.unit_code_id, CodeMember.bundle_code_id)
    return {
        unit: bundle
        for chunk in batched(unit_ids, AT_A_TIME)
        for unit, bundle in session.execute(query.where(CodeMember.unit_code_id.in_(chunk)))
    }


def take_quota(action: CodeAction, group: Sequence[LockedCode]) -> dict[int, int]:
    """Count the plants of an activation against the land's quota, each plant once; what each code took, by id.

    Raises:
        QuotaExceeded: the land cannot have grown so many.
        Conflict: more than were ever recorded in the lot (`more_codes_than_plants`).
    """
    takes = _takes(group)
    action.quota = sum(takes.values())
    if not action.quota:
        return {}
    own = Lot.quantity_recorded - Lot.quantity_moved
    recorded = session.scalar(select(own).where(Lot.id == action.lot_id))  # locked since its codes are
    already = session.scalar(
        select(func.coalesce(func.sum(Code.quota), 0)).where(Code.lot_id == action.lot_id)
    )
    if (already or 0) + action.quota > (recorded or 0):
        free = max(0, (recorded or 0) - (already or 0))
        raise Conflict(
            _(
                "Codes would be active for more plants than were recorded in the lot: %(free)s are left.",
                free=free,
            ),
            code="more_codes_than_plants",
            free=free,
        )
    debit(action.lot_id, action.quota, reference=action.number, at=action.at, by=action.by_account_id)
    by_take: dict[int, list[int]] = {}
    for code_id, plants in takes.items():
        if plants:
            by_take.setdefault(plants, []).append(code_id)
    for plants, ids in by_take.items():
        for chunk in batched(ids, AT_A_TIME):
            changed(update(Code).where(Code.id.in_(chunk)).values(quota=plants))
    return {code_id: plants for code_id, plants in takes.items() if plants}


def _takes(group: Sequence[LockedCode]) -> dict[int, int]:
    """How many plants each code takes: a bundle what its plants' codes have not taken, they nothing after it."""
    ids = {code.id for code in group}
    takes = {code.id: 0 if code.level == Level.LOT else code.plants for code in group}
    bundles = [code.id for code in group if code.level == Level.BUNDLE]
    for chunk in batched(bundles, AT_A_TIME):
        for bundle, unit, taken in session.execute(
            select(CodeMember.bundle_code_id, CodeMember.unit_code_id, Code.quota)
            .join(Code, Code.id == CodeMember.unit_code_id)
            .where(CodeMember.bundle_code_id.in_(chunk))
        ):
            takes[bundle] -= taken
            if unit in ids:
                takes[unit] = 0
    units = [code.id for code in group if code.level == Level.UNIT]
    for chunk in batched(units, AT_A_TIME):
        for unit in session.scalars(
            select(CodeMember.unit_code_id)
            .join(Code, Code.id == CodeMember.bundle_code_id)
            .where(CodeMember.unit_code_id.in_(chunk), Code.quota > 0)
        ):
            takes[unit] = 0
    return takes


def give_quota_back(
    action: CodeAction, group: Sequence[LockedCode], *, counted: int | None = None, returned: bool = False
) -> dict[int, int]:
    """Give back what these codes took, at most `counted` plants when they were counted; what each holds then, by id."""
    taken = sum(code.quota for code in group)
    action.quota = taken if counted is None else min(taken, counted)
    if action.quota:
        credit(
            action.lot_id,
            action.quota,
            reference=action.number,
            reason=action.reason,
            at=action.at,
            by=action.by_account_id,
            returned=returned,
        )
    ids = [code.id for code in group if code.quota]
    for chunk in batched(ids, AT_A_TIME):
        changed(update(Code).where(Code.id.in_(chunk)).values(quota=0))
    return dict.fromkeys(ids, 0)
