"""Making codes: small batches at once, large ones after a second person agreed. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from branch import api as branch
from core.clock import local_year
from core.database import changed, session
from core.errors import Conflict, Invalid
from core.ids import readable_number
from core.keyed_digests import key_for, keyed
from core.progress.service import starting as progress
from core.settings import current_settings
from core.transitions import require_reason
from traceability.codes.models import sealing, step_sealing
from traceability.codes.models.digests import CODE, INNER, LEAF_SALT, SALT_BYTES
from traceability.codes.models.tables import Code, CodeBatch, CodeChange, InnerCode
from traceability.codes.queries.batches import BatchView, get_batch, plants_under_codes
from traceability.codes.rules.batch_tree import RootBuilder, leaf_hash
from traceability.codes.rules.notation import new_codes, new_inner_code
from traceability.codes.rules.sealed_steps import mark_of
from traceability.codes.states import BATCH_TRANSITIONS, BatchState, CodeState, Level
from traceability.lots.queries.records import LotView, get_lot
from traceability.lots.service import lock_lots
from traceability.lots.states import LotState

MOST_AT_ONCE = 20_000
MOST_IN_A_BATCH = 1_000_000
MOST_PLANTS = 100_000
AT_A_TIME = 5_000

LARGE_BATCH = branch.TwoPersons(
    own=lambda: Conflict(_("Whoever asked for the codes cannot approve them."), code="same_person"),
    earlier=lambda batch: [batch.issued_by_account_id],
)


@dataclass(frozen=True)
class IssuedCode:
    """A code in clear with its place in the batch: exists until the file is written."""

    position: int
    code: str
    inner: str = ""

    def __repr__(self) -> str:
        return f"IssuedCode(position={self.position}, code=hidden)"


@dataclass(frozen=True)
class IssuedCodes:
    """A fresh batch and, this once, its codes."""

    batch: BatchView
    codes: tuple[IssuedCode, ...]


def approval_above() -> int:
    """Batches of more codes than this need a second person: the setting CODES_APPROVAL_ABOVE."""
    return current_settings().codes_approval_above


def issue_codes(
    lot_id: int,
    level: Level | str,
    count: int,
    plants_per_code: int = 1,
    *,
    at: datetime,
    by: int | None,
    inner: bool = False,
) -> IssuedCodes:
    """Issue `count` codes for a lot; they mean nothing to a buyer until they are activated.

    The codes that are not over never stand for more plants of a lot, on one level, than were ever
    recorded in it. A lot's leaflet stands for the whole lot. The batch is sealed: its Merkle root and count.

    Args:
        lot_id: the lot.
        level: `lot`, `bundle` or `unit` (also `plant`).
        count: how many codes, at most 20,000 at once.
        plants_per_code: plants under one code of a bundle; 1 for a plant.
        at: now.
        by: the account that issues; None is the server's own console.
        inner: whether each code gets an inner code for under the scratch film.

    Raises:
        Conflict: no valid licence (`not_on_sale`), the lot is not open, too few plants for so many codes, or
            so many that the branch must agree first (`approval_needed`).
        Invalid: a number out of range.
    """
    if not 1 <= count <= MOST_AT_ONCE:
        raise Invalid(_("Between 1 and 20,000 codes can be issued at once."), code="code_count")
    if by is not None and count > approval_above():
        raise Conflict(
            _("A batch of more than %(n)s codes needs the branch's approval first.", n=approval_above()),
            code="approval_needed",
        )
    batch = _new_batch(lot_id, level, count, plants_per_code, at=at, by=by, inner=inner)
    codes = draw_codes(get_batch(batch.number))
    _write_codes(batch, codes, CodeState.PRINTED)
    _finish(batch, CodeState.PRINTED, at=at, by=by)
    return IssuedCodes(get_batch(batch.number), codes)


def request_batch(
    lot_id: int,
    level: Level | str,
    count: int,
    plants_per_code: int = 1,
    *,
    at: datetime,
    by: int | None,
    inner: bool = False,
    form: str = "",
) -> BatchView:
    """Ask for a batch whose file is made later by a worker; above the threshold the branch decides first.

    The plants are reserved from now on, so that two requests cannot count on the same ones.

    Raises:
        As `issue_codes`, for up to a million codes.
    """
    if not 1 <= count <= MOST_IN_A_BATCH:
        raise Invalid(_("Between 1 and 1,000,000 codes make a batch."), code="code_count")
    batch = _new_batch(lot_id, level, count, plants_per_code, at=at, by=by, inner=inner)
    batch.form = form
    batch.state = str(BatchState.REQUESTED if count > approval_above() else BatchState.APPROVED)
    batch.job_id = progress.start(
        "codes",
        task="traceability.labels.make",
        args=[batch.number],
        total=count,
        owner_account_id=by,
        needs=progress.Authority("codes.issue", grower_id=batch.grower_id),
        message=batch.number,
        send=batch.state == BatchState.APPROVED,
    )
    session.flush()
    return get_batch(batch.number)


def decide_batch(batch_number: str, *, approve: bool, reason: str, at: datetime, by: int) -> BatchView:
    """Another person agrees to a large batch, or refuses it.

    Raises:
        NotFound: no such batch.
        Invalid: a refusal without a reason.
        Conflict: it is decided already (`batch_state`), or the same person asked for it (`same_person`).
        Forbidden: by another account of his, or he works for the grower (`own_grower`).
    """
    if not approve:
        require_reason(reason, _("Say why the batch is refused."))
    batch = get_batch(batch_number)
    target = BatchState.APPROVED if approve else BatchState.REFUSED
    LARGE_BATCH.require_another(batch, by, grower_id=batch.grower_id)
    if batch.state is not BatchState.REQUESTED:
        raise _decided()
    _move_batch(batch.id, target, decided_by_account_id=by, decided_at=at, decision_reason=reason.strip())
    if batch.job_id and approve:
        progress.send(batch.job_id)
    elif batch.job_id:
        progress.call_off(batch.job_id, _("The branch refused this batch: %(reason)s", reason=reason.strip()))
    return get_batch(batch_number)


def abandon_batch(batch_number: str, *, reason: str, at: datetime) -> None:
    """Nobody will make the codes of an approved batch any more: its plants are free for another one."""
    batch = get_batch(batch_number)
    if batch.state is BatchState.APPROVED:
        _move_batch(batch.id, BatchState.REFUSED, decided_at=at, decision_reason=reason)


def draw_codes(batch: BatchView) -> tuple[IssuedCode, ...]:
    """Fresh codes for a batch, in clear; they mean nothing, and nobody knows of them, until `make_codes` writes them."""
    codes: list[IssuedCode] = []
    while (left := batch.count - len(codes)) > 0:
        chunk = enumerate(new_codes(min(AT_A_TIME, left)), start=len(codes) + 1)
        codes += [IssuedCode(place, code, new_inner_code() if batch.inner else "") for place, code in chunk]
    return tuple(codes)


def make_codes(batch_number: str, codes: Sequence[IssuedCode], *, at: datetime, by: int | None) -> None:
    """Write the codes that were drawn for an approved batch, and seal them.

    They stay reserved until `note_printed`, in the same transaction, says that their file can be fetched.

    Raises:
        Conflict: the batch is not approved or made already (`batch_state`), the lot was closed, or no
            valid licence (`not_on_sale`).
    """
    view = get_batch(batch_number)
    _open_lot(view.lot_id)
    lot = get_lot(id=view.lot_id)
    branch.require_valid_licence(lot.grower_id, at=at, cultivar_group=lot.cultivar_group, lock=True)
    _move_batch(view.id, BatchState.MADE)
    batch = session.get_one(CodeBatch, view.id, populate_existing=True)
    _write_codes(batch, codes, CodeState.RESERVED)
    _finish(batch, CodeState.RESERVED, at=at, by=by)


def note_printed(
    batch_number: str, *, file_key: str, until: datetime, at: datetime, by: int | None
) -> BatchView:
    """The file of a batch was made and can be fetched `until`: its codes count as printed.

    Raises:
        Conflict: none of its codes is reserved.
    """
    batch = get_batch(batch_number)
    reserved = (Code.batch_id == batch.id) & (Code.state == str(CodeState.RESERVED))
    step_sealing.seal_codes("printed", reserved, {"state": str(CodeState.PRINTED)})
    moved = changed(update(Code).where(reserved).values(state=str(CodeState.PRINTED)))
    if not moved:
        raise Conflict(_("Nothing of this batch is left for that."), code="code_state")
    changed(update(CodeBatch).where(CodeBatch.id == batch.id).values(file_key=file_key, file_until=until))
    note_batch(batch.id, CodeState.RESERVED, CodeState.PRINTED, moved, at=at, by=by)
    return get_batch(batch_number)


def take_files_off(*, at: datetime) -> list[str | None]:
    """Batches name no file any more whose time is over; the keys of the files, which the caller removes."""
    rows = session.execute(select(CodeBatch.id, CodeBatch.file_key).where(CodeBatch.file_until <= at)).all()
    ids = [row.id for row in rows]
    changed(update(CodeBatch).where(CodeBatch.id.in_(ids)).values(file_key=None, file_until=None))
    return [row.file_key for row in rows]


def _move_batch(batch_id: int, target: BatchState, **values: object) -> None:
    before = [str(state) for state, targets in BATCH_TRANSITIONS.items() if target in targets]
    moved = changed(
        update(CodeBatch)
        .where(CodeBatch.id == batch_id, CodeBatch.state.in_(before))
        .values(state=str(target), **values)
    )
    if not moved:
        raise _decided()


def _decided() -> Conflict:
    return Conflict(_("This batch is decided already."), code="batch_state")


def _open_lot(lot_id: int) -> LotView:
    lock_lots([lot_id])
    lot = get_lot(id=lot_id)
    if lot.state != LotState.OPEN:
        raise Conflict(
            _("Lot %(number)s is closed; no codes are issued for it.", number=lot.number), code="lot_closed"
        )
    return lot


def _new_batch(
    lot_id: int,
    level: Level | str,
    count: int,
    plants_per_code: int,
    *,
    at: datetime,
    by: int | None,
    inner: bool,
) -> CodeBatch:
    level = Level.named(level)
    if level is Level.UNIT and plants_per_code != 1:
        raise Invalid(_("A plant's code stands for 1 plant."), code="plants_per_code")
    if not 1 <= plants_per_code <= MOST_PLANTS:
        raise Invalid(_("A bundle's code stands for 1 to 100,000 plants."), code="plants_per_code")
    lot = _open_lot(lot_id)
    licence = branch.require_valid_licence(lot.grower_id, at=at, cultivar_group=lot.cultivar_group, lock=True)
    if level is Level.LOT:
        plants_per_code, inner = max(1, lot.quantity_recorded), False
    else:
        _require_plants(lot, level, count * plants_per_code)
    batch = CodeBatch(
        number=readable_number("B", local_year(at)),
        lot_id=lot.id,
        grower_id=lot.grower_id,
        level=str(level),
        count=count,
        plants_per_code=plants_per_code,
        licence_number=licence.number,
        issued_at=at,
        issued_by_account_id=by,
        inner=inner,
    )
    session.add(batch)
    session.flush()
    return batch


def _require_plants(lot: LotView, level: Level, wanted: int) -> None:
    free = lot.quantity_own - plants_under_codes(lot.id, level)
    if wanted > free:
        raise Conflict(
            _(
                "Lot %(number)s has %(free)s plants without a code on this level, but %(wanted)s would be needed.",
                number=lot.number,
                free=max(0, free),
                wanted=wanted,
            ),
            code="more_codes_than_plants",
            free=max(0, free),
        )


def _write_codes(batch: CodeBatch, codes: Sequence[IssuedCode], state: CodeState) -> None:
    """Insert the rows of a batch, some thousand at a time, then its root."""
    code_key, salt_key, inner_key = key_for(CODE), key_for(LEAF_SALT), key_for(INNER)
    tree = RootBuilder()
    marks: list[str] = []
    common = {
        "batch_id": batch.id,
        "lot_id": batch.lot_id,
        "grower_id": batch.grower_id,
        "level": batch.level,
        "plants": batch.plants_per_code,
        "quota": 0,
        "state": str(state),
        "state_reason": "",
    }
    for first in range(0, len(codes), AT_A_TIME):
        chunk, rows = codes[first : first + AT_A_TIME], []
        for issued_code in chunk:
            leaf = leaf_hash(keyed(salt_key, issued_code.code)[:SALT_BYTES], issued_code.code)
            tree.add(leaf)
            digest = keyed(code_key, issued_code.code)
            inner = keyed(inner_key, f"{issued_code.code}\n{issued_code.inner}") if batch.inner else None
            marks.append(mark_of(digest, leaf, inner))
            rows.append({"digest": digest, "leaf": leaf, "position": issued_code.position, **common})
        session.execute(insert(Code), rows)
        if batch.inner:
            _write_inner(batch.id, chunk, inner_key)
    batch.root = tree.root()
    values = {name: value for name, value in common.items() if name != "batch_id"}
    step_sealing.seal_made(batch, values, "".join(marks))


def _write_inner(batch_id: int, chunk: Sequence[IssuedCode], key: bytes) -> None:
    ids = dict(
        session.execute(
            select(Code.position, Code.id).where(
                Code.batch_id == batch_id, Code.position.between(chunk[0].position, chunk[-1].position)
            )
        ).all()
    )
    session.execute(
        insert(InnerCode),
        [
            {
                "code_id": ids[issued_code.position],
                "digest": keyed(key, f"{issued_code.code}\n{issued_code.inner}"),
            }
            for issued_code in chunk
        ],
    )


def _finish(batch: CodeBatch, state: CodeState, *, at: datetime, by: int | None) -> None:
    session.flush()
    note_batch(batch.id, None, state, batch.count, at=at, by=by)
    sealing.append_batch(batch, get_lot(id=batch.lot_id).number)


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
