"""One check of a code. A code that is unknown costs the same statements as one that is known."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, StatementLambdaElement, bindparam, lambda_stmt, literal, select

from branch import api as branch
from core.clock import local_day
from core.database import read_columns
from core.seal.models.leaves import SealLeaf
from core.seal.queries.newest import NEWEST_FIRST
from core.seal.queries.subjects import signed_size
from core.web.wording.languages import in_chinese
from traceability.alarms.queries.records import brakes_column
from traceability.alarms.rules.brakes import BurstLimits
from traceability.codes.models.digests import code_digest
from traceability.codes.models.sealing import batch_subject
from traceability.codes.models.tables import Code, CodeBatch, InnerCode
from traceability.codes.rules.notation import CodeProblem, grouped, read_code
from traceability.codes.rules.verdicts import CodeFact, Doubt, Verdict, verdict_of
from traceability.codes.states import CodeState, Level
from traceability.lookups.queries import (
    UNKNOWN_WINDOW,
    History,
    UnknownsOfNetwork,
    history_columns,
    history_of,
    unknown_columns,
)
from traceability.lookups.service.visitors import Visitor
from traceability.lots.models.tables import CultivarGroup, Lot
from traceability.lots.queries.records import LOT_COLUMNS, LotView
from traceability.lots.states import LotState
from traceability.papers.models.tables import Paper
from traceability.papers.queries import PAPER_COLUMNS, PaperView, newest_of, paper_views
from traceability.standing.queries import doubt_columns, doubts_in, licence_fact, right_networks_column

NOBODY = 0  # no grower has this key: asked for when a code is unknown, so that the same work is done


@dataclass(frozen=True)
class Measures:
    """What the grower measured when the label was hung."""

    height_cm: int | None
    ground_diameter_mm: int | None


@dataclass(frozen=True)
class BatchSeal:
    """Since when the code's batch is in the public log; `number` is its entry, None until it is signed."""

    at: datetime
    number: int | None


@dataclass(frozen=True)
class InnerView:
    """What became of the inner code under the film or in the parcel."""

    right_at: datetime | None
    right_networks: int


@dataclass(frozen=True)
class Check:
    """All that the page says. Everything after `history` is None or empty for an unknown code."""

    typed: str
    problem: CodeProblem | None
    verdict: Verdict
    digest: bytes
    history: History
    unknowns: UnknownsOfNetwork
    brakes: BurstLimits
    doubts: frozenset[Doubt]
    code_id: int | None
    level: Level | None
    label: str | None
    reason: str
    lot: LotView | None
    cultivar_group_name: str
    grower: branch.GrowerView | None
    seller: str | None
    licence: branch.LicenceView | None
    plants: int | None
    destination_province: str | None
    dispatched_at: datetime | None
    papers: tuple[PaperView, ...]
    measured: "Measures | None" = None
    seal: "BatchSeal | None" = None
    inner: "InnerView | None" = None

    @property
    def plain(self) -> str:
        """What was typed without the dashes between its fours: the code as it stands in addresses."""
        return self.typed.replace("-", "")

    @property
    def known(self) -> bool:
        """Whether it is a code of ours."""
        return self.code_id is not None


@dataclass(frozen=True, slots=True)
class _CodeRow:
    """What a check reads of the code itself; its columns in this order."""

    id: int
    position: int
    grower_id: int
    level: str
    plants: int
    state: str
    state_reason: str
    height_cm: int | None
    ground_diameter_mm: int | None
    consignment_number: str | None
    destination_province: str | None
    seller: str | None
    dispatched_at: datetime | None


_CODE_COLUMNS = tuple(getattr(Code, field.name) for field in fields(_CodeRow))
_CODE = slice(0, len(_CODE_COLUMNS))
_LOT = slice(_CODE.stop, _CODE.stop + len(LOT_COLUMNS))
_HISTORY = slice(_LOT.stop, _LOT.stop + 6)
_UNKNOWNS = slice(_HISTORY.stop, _HISTORY.stop + 2)
_PAPER = slice(_UNKNOWNS.stop, _UNKNOWNS.stop + len(PAPER_COLUMNS))
_DOUBTS = slice(_PAPER.stop, _PAPER.stop + len(Doubt))


def look_up(text: str, *, visitor: Visitor, at: datetime) -> Check:
    """Everything about the code in `text`; reads only, `lookups.service.recording` notes the look-up."""
    typed = read_code(text)
    digest = code_digest(typed.code or typed.cleaned)
    bound = {
        "digest": digest,
        "network": visitor.network,
        "since": at - UNKNOWN_WINDOW,
    }
    rows = read_columns(_everything(), bound).all()
    row = rows[0]
    code = _CodeRow(*row[_CODE]) if row[0] is not None else None
    lot = LotView(*row[_LOT]) if code else None
    licensee = branch.find_licensee(code.grower_id if code else NOBODY, at=at)
    grower, licence = (licensee.grower, licensee.licence) if licensee else (None, None)
    history = history_of(*row[_HISTORY], at=at)
    level = Level(code.level) if code else None
    doubts = doubts_in(row[_DOUBTS])
    return Check(
        typed=grouped(typed.cleaned),
        problem=typed.problem,
        verdict=verdict_of(_code_fact(code, lot, doubts), licence_fact(licence)),
        digest=digest,
        history=history,
        unknowns=UnknownsOfNetwork(*row[_UNKNOWNS]),
        brakes=BurstLimits.of(row.brakes),
        doubts=doubts,
        code_id=code.id if code else None,
        level=level,
        label=f"{row.batch_number} #{code.position}" if code else None,
        reason=_reason(code, lot),
        lot=lot,
        cultivar_group_name=(row.group_zh if in_chinese() else row.group_en) or "",
        grower=grower,
        seller=(code.seller if code else None) or (grower.name if grower else None),
        licence=licence,
        plants=code.plants if code else None,
        destination_province=code.destination_province if code else None,
        dispatched_at=code.dispatched_at if code else None,
        papers=tuple(paper_views(paper_row[_PAPER] for paper_row in rows)),
        measured=_measures(code),
        seal=_seal(row.sealed_at, row.entry_number),
        inner=InnerView(row.right_at, row.right_networks) if row.inner_of is not None else None,
    )


def _measures(code: _CodeRow | None) -> Measures | None:
    if code is None or (code.height_cm is None and code.ground_diameter_mm is None):
        return None
    return Measures(code.height_cm, code.ground_diameter_mm)


def _seal(at: datetime | None, number: int | None) -> BatchSeal | None:
    if at is None:
        return None
    return BatchSeal(at, number if number is not None and number < signed_size() else None)


@lru_cache(maxsize=1)
def _everything() -> StatementLambdaElement:
    """Built once; its values are bound when it runs. SQLAlchemy knows it by this function, not by its many columns."""
    return lambda_stmt(_one_row, enable_tracking=False)


def _one_row() -> Select[*tuple[Any, ...]]:
    """The code with its lot, or nulls, and what was asked before, here and from this network: one row, or one per paper."""
    single_row = select(literal(1).label("one")).subquery()
    return (
        select(
            *_CODE_COLUMNS,
            *LOT_COLUMNS,
            *history_columns(bindparam("digest"), bindparam("network")),
            *unknown_columns(bindparam("network"), since=bindparam("since")),
            *PAPER_COLUMNS,
            *doubt_columns(),
            CodeBatch.number.label("batch_number"),
            CultivarGroup.name_zh.label("group_zh"),
            CultivarGroup.name_en.label("group_en"),
            _of_seal(SealLeaf.at).label("sealed_at"),
            _of_seal(SealLeaf.number).label("entry_number"),
            InnerCode.code_id.label("inner_of"),
            InnerCode.right_at.label("right_at"),
            right_networks_column().label("right_networks"),
            brakes_column().label("brakes"),
        )
        .select_from(single_row)
        .outerjoin(Code, Code.digest == bindparam("digest"))
        .outerjoin(CodeBatch, CodeBatch.id == Code.batch_id)
        .outerjoin(InnerCode, InnerCode.code_id == Code.id)
        .outerjoin(Lot, Lot.id == Code.lot_id)
        .outerjoin(CultivarGroup, CultivarGroup.code == Lot.cultivar_group)
        .outerjoin(Paper, newest_of(Code.consignment_number))
    )


def _of_seal(column: Any) -> Any:
    """A column of the newest seal of the code's batch."""
    return (
        select(column)
        .where(SealLeaf.subject == literal(batch_subject("")) + CodeBatch.number)
        .order_by(*NEWEST_FIRST)
        .limit(1)
        .correlate(CodeBatch)
        .scalar_subquery()
    )


def _code_fact(code: _CodeRow | None, lot: LotView | None, doubts: frozenset[Doubt]) -> CodeFact | None:
    if code is None or lot is None:
        return None
    return CodeFact(
        level=Level(code.level),
        state=CodeState(code.state),
        lot_state=LotState(lot.state),
        cultivar_group=lot.cultivar_group,
        doubts=doubts,
        dispatched_on=_day(code.dispatched_at),
    )


def _reason(code: _CodeRow | None, lot: LotView | None) -> str:
    if code is None or lot is None:
        return ""
    if lot.state == LotState.RECALLED:
        return lot.state_reason
    return code.state_reason


def _day(moment: datetime | None) -> date | None:
    return local_day(moment) if moment else None
