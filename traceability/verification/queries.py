"""One check of a code. A code that is unknown costs the same statements as one that is known."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, literal, select

from branch import api as branch
from core.clock import local_day
from core.database import session
from core.seal.models import SealLeaf
from core.seal.queries import signed_size
from traceability.alarms.gate import Brakes
from traceability.alarms.queries import brakes_column, notice_column
from traceability.codes.digest import code_digest
from traceability.codes.models import Code, CodeBatch, InnerCode
from traceability.codes.rules import CodeProblem, grouped, read_code
from traceability.codes.sealing import batch_subject
from traceability.codes.states import CodeState, Level
from traceability.lookups.queries import (
    UNKNOWN_WINDOW,
    History,
    UnknownsOfNetwork,
    history_columns,
    history_of,
    unknown_columns,
)
from traceability.lookups.visitors import Visitor
from traceability.lots.models import CultivarGroup, Lot
from traceability.lots.queries import LotView, in_chinese
from traceability.lots.queries import view as lot_view
from traceability.lots.states import LotState
from traceability.papers.queries import PaperView, papers_of
from traceability.verification.verdicts import CodeFact, LicenceFact, Verdict, is_widely_seen, verdict_of

NOBODY = 0  # no grower has this key: asked for when a code is unknown, so that the same work is done
NO_CONSIGNMENT = "-"


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
    copied_at: datetime | None
    locked_at: datetime | None


@dataclass(frozen=True)
class Check:
    """All that the page says. Everything after `history` is None or empty for an unknown code."""

    typed: str
    problem: CodeProblem | None
    verdict: Verdict
    digest: bytes
    history: History
    unknowns: UnknownsOfNetwork
    brakes: Brakes
    on_notice: bool
    widely_seen: bool
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
    def known(self) -> bool:
        return self.code_id is not None


def look_up(text: str, *, visitor: Visitor, at: datetime) -> Check:
    """Everything about the code in `text`; reads only, `lookups.service.record` notes the look-up."""
    typed = read_code(text)
    digest = code_digest(typed.code or typed.cleaned)
    bound = {
        "digest": digest,
        "device": visitor.device,
        "network": visitor.network,
        "since": at - UNKNOWN_WINDOW,
    }
    row = session.execute(_everything(), bound).one()
    code: Code | None = row[0]
    lot: Lot | None = row[2]
    grower_id = code.grower_id if code else NOBODY
    grower = branch.growers_by_ids([grower_id]).get(grower_id)
    licence = branch.licence_of(grower_id, at=at)
    papers = papers_of((code.consignment_number if code else None) or NO_CONSIGNMENT)
    history = history_of(row[4], row[5], row[6], row[7], row[8], at=at)
    level = Level(code.level) if code else None
    group: CultivarGroup | None = row[3]
    return Check(
        typed=grouped(typed.cleaned),
        problem=typed.problem,
        verdict=verdict_of(_code_fact(code, lot), _licence_fact(licence)),
        digest=digest,
        history=history,
        unknowns=UnknownsOfNetwork(row[9], row[10]),
        brakes=Brakes.of(row[18]),
        on_notice=row[17] is not None,
        widely_seen=is_widely_seen(level, history.checks),
        code_id=code.id if code else None,
        level=level,
        label=f"{row[1]} #{code.position}" if code else None,
        reason=_reason(code, lot),
        lot=lot_view(lot) if lot else None,
        cultivar_group_name=(group.name_zh if in_chinese() else group.name_en) if group else "",
        grower=grower,
        seller=(code.seller if code else None) or (grower.name if grower else None),
        licence=licence,
        plants=code.plants if code else None,
        destination_province=code.destination_province if code else None,
        dispatched_at=code.dispatched_at if code else None,
        papers=tuple(papers),
        measured=_measures(code),
        seal=_seal(row[11], row[12]),
        inner=InnerView(row[14], row[15], row[16]) if row[13] is not None else None,
    )


def _measures(code: Code | None) -> Measures | None:
    if code is None or (code.height_cm is None and code.ground_diameter_mm is None):
        return None
    return Measures(code.height_cm, code.ground_diameter_mm)


def _seal(at: datetime | None, number: int | None) -> BatchSeal | None:
    if at is None:
        return None
    return BatchSeal(at, number if number is not None and number < signed_size() else None)


@lru_cache(maxsize=1)
def _everything() -> Select[Any]:
    """One row always: the code with its lot, or nulls, and what was asked before, here and from this network.

    Built once; its values are bound when it runs.
    """
    one = select(literal(1).label("one")).subquery()
    return (
        select(
            Code,
            CodeBatch.number,
            Lot,
            CultivarGroup,
            *history_columns(bindparam("digest"), bindparam("device")),
            *unknown_columns(bindparam("network"), since=bindparam("since")),
            _of_seal(SealLeaf.at),
            _of_seal(SealLeaf.number),
            InnerCode.code_id,
            InnerCode.right_at,
            InnerCode.copied_at,
            InnerCode.locked_at,
            notice_column(),
            brakes_column(),
        )
        .select_from(one)
        .outerjoin(Code, Code.digest == bindparam("digest"))
        .outerjoin(CodeBatch, CodeBatch.id == Code.batch_id)
        .outerjoin(InnerCode, InnerCode.code_id == Code.id)
        .outerjoin(Lot, Lot.id == Code.lot_id)
        .outerjoin(CultivarGroup, CultivarGroup.code == Lot.cultivar_group)
        .execution_options(populate_existing=True)
    )


def _of_seal(column: Any) -> Any:
    """A column of the newest seal of the code's batch."""
    return (
        select(column)
        .where(SealLeaf.subject == literal(batch_subject("")) + CodeBatch.number)
        .order_by(SealLeaf.id.desc())
        .limit(1)
        .correlate(CodeBatch)
        .scalar_subquery()
    )


def _code_fact(code: Code | None, lot: Lot | None) -> CodeFact | None:
    if code is None or lot is None:
        return None
    return CodeFact(
        level=Level(code.level),
        state=CodeState(code.state),
        lot_state=LotState(lot.state),
        cultivar_group=lot.cultivar_group,
        suspect=code.suspect_since is not None,
        dispatched_on=_day(code.dispatched_at),
    )


def _licence_fact(licence: branch.LicenceView | None) -> LicenceFact | None:
    if licence is None:
        return None
    return LicenceFact(
        standing=str(licence.effective_state),
        valid_from=licence.valid_from,
        valid_until=licence.valid_until,
        cultivar_groups=tuple(licence.cultivar_groups),
    )


def _reason(code: Code | None, lot: Lot | None) -> str:
    if code is None or lot is None:
        return ""
    if lot.state == LotState.RECALLED:
        return lot.state_reason
    return code.state_reason


def _day(moment: datetime | None) -> date | None:
    return local_day(moment) if moment else None
