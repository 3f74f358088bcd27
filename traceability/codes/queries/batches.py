"""Reads of codes and batches. Nothing here can give back a code: only its batch and place are known."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, exists, func, select

from core.database import session, view_of
from core.errors import NotFound
from traceability.codes.models.tables import Code, CodeBatch, CodeMember
from traceability.codes.states import OVER, BatchState, CodeState, Level, sources_of
from traceability.lots.models.tables import Lot


@dataclass(frozen=True)
class BatchView:
    """Codes issued together; `states` counts them by state."""

    id: int
    number: str
    lot_id: int
    grower_id: int
    level: Level
    count: int
    plants_per_code: int
    issued_at: datetime
    states: dict[str, int]
    state: BatchState
    licence_number: str
    inner: bool
    form: str
    issued_by_account_id: int | None
    decision_reason: str
    job_id: str | None
    file_key: str | None
    file_until: datetime | None


@dataclass(frozen=True)
class CodeView:
    """A code without the code: `label` is what stands beside it in print, as `B-2026-7K3F9QA #17`."""

    id: int
    level: Level
    plants: int
    state: CodeState
    lot_id: int
    lot_number: str
    batch_number: str
    position: int
    consignment_number: str | None
    dispatched_at: datetime | None

    @property
    def label(self) -> str:
        """The batch and the place, as they stand on the label."""
        return f"{self.batch_number} #{self.position}"


def _views(query: Select[Code, str, str]) -> list[CodeView]:
    return [
        view_of(
            CodeView,
            code,
            level=Level(code.level),
            state=CodeState(code.state),
            lot_number=lot_number,
            batch_number=batch_number,
        )
        for code, batch_number, lot_number in session.execute(
            query.order_by(Code.batch_id, Code.position).execution_options(populate_existing=True)
        )
    ]


def _select() -> Select[Code, str, str]:
    return (
        select(Code, CodeBatch.number, Lot.number)
        .join(CodeBatch, CodeBatch.id == Code.batch_id)
        .join(Lot, Lot.id == Code.lot_id)
    )


def _outermost() -> ColumnElement[bool]:
    """Not packed in a bundle: such a plant is listed and counted with its bundle."""
    return ~exists().where(CodeMember.unit_code_id == Code.id)


def codes_of_consignment(number: str) -> list[CodeView]:
    """The codes bound to a consignment, by batch and place; packed plants stand under their bundle."""
    return _views(_select().where(Code.consignment_number == number, _outermost()))


def codes_of_consignments(numbers: Iterable[str]) -> dict[str, list[CodeView]]:
    """As `codes_of_consignment`, for many in one statement."""
    codes: dict[str, list[CodeView]] = {}
    for view in _views(_select().where(Code.consignment_number.in_(list(numbers)), _outermost())):
        codes.setdefault(view.consignment_number or "", []).append(view)
    return codes


def codes_by_ids(ids: Iterable[int]) -> list[CodeView]:
    """These codes, by batch and place."""
    return _views(_select().where(Code.id.in_(list(ids))))


def batches_of_lot(lot_id: int) -> list[BatchView]:
    """The batches issued for a lot, the newest first."""
    return views_of_batches(select(CodeBatch).where(CodeBatch.lot_id == lot_id))


def get_batch(number: str, *, grower_id: int | None = None) -> BatchView:
    """The batch with this number, of this grower when one is given.

    Raises:
        NotFound: there is none.
    """
    query = select(CodeBatch).where(CodeBatch.number == number.strip().upper())
    if grower_id is not None:
        query = query.where(CodeBatch.grower_id == grower_id)
    batches = views_of_batches(query)
    if not batches:
        raise NotFound(_("There is no batch of codes with this number."), code="no_such_batch")
    return batches[0]


def batch_of_job(job_id: str) -> str | None:
    """The number of the batch whose codes a job makes."""
    return session.scalar(select(CodeBatch.number).where(CodeBatch.job_id == job_id))


def files_in_use(keys: Iterable[str]) -> set[str | None]:
    """Those of these keys of files that a batch still names."""
    return set(session.scalars(select(CodeBatch.file_key).where(CodeBatch.file_key.in_(list(keys)))))


def views_of_batches(query: Select[CodeBatch]) -> list[BatchView]:
    """The batches of a select, the newest first, with their codes counted by state."""
    query = query.order_by(CodeBatch.id.desc()).execution_options(populate_existing=True)
    rows = list(session.scalars(query))
    counts: dict[int, dict[str, int]] = {}
    for batch_id, state, number in session.execute(
        select(Code.batch_id, Code.state, func.count())
        .where(Code.batch_id.in_([row.id for row in rows]))
        .group_by(Code.batch_id, Code.state)
    ):
        counts.setdefault(batch_id, {})[state] = number
    return [
        view_of(
            BatchView, row, level=Level(row.level), states=counts.get(row.id, {}), state=BatchState(row.state)
        )
        for row in rows
    ]


def plants_under_codes(lot_id: int, level: Level) -> int:
    """How many plants of the lot stand under codes of this level that are not over, or are asked for."""
    made = session.scalar(
        select(func.coalesce(func.sum(Code.plants), 0)).where(
            Code.lot_id == lot_id, Code.level == str(level), Code.state.not_in(sorted(OVER))
        )
    )
    requested = session.scalar(
        select(func.coalesce(func.sum(CodeBatch.count * CodeBatch.plants_per_code), 0)).where(
            CodeBatch.lot_id == lot_id,
            CodeBatch.level == str(level),
            CodeBatch.state.in_([str(BatchState.REQUESTED), str(BatchState.APPROVED)]),
        )
    )
    return int(made or 0) + int(requested or 0)


@dataclass(frozen=True)
class CodesReached:
    """What a recall finds under codes: how many, for how many plants, and with which parcels they left."""

    codes: int
    plants: int
    orders: frozenset[str]
    consignments: frozenset[str]


def codes_reached(lot_ids: Collection[int]) -> CodesReached:
    """What a recall of these lots would reach now."""
    codes, plants = session.execute(
        select(func.count(), func.coalesce(func.sum(Code.plants), 0)).where(
            Code.lot_id.in_(list(lot_ids)), Code.state.in_(sorted(sources_of(CodeState.RECALLED)))
        )
    ).one()
    parcels = session.execute(
        select(Code.order_number, Code.consignment_number)
        .where(Code.lot_id.in_(list(lot_ids)), Code.consignment_number.is_not(None))
        .distinct()
    ).all()
    return CodesReached(
        codes=codes,
        plants=int(plants),
        orders=frozenset(order for order, _parcel in parcels if order),
        consignments=frozenset(parcel for _order, parcel in parcels if parcel),
    )
