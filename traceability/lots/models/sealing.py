"""What is sealed of lots, their transformations and recalls: how they stand, and what that cannot tell of the past."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from core.database import session
from core.seal import Body, SealSource, bodies_of
from core.seal.service.sealed_rows import SealedRows
from traceability.lots.models.tables import (
    Cultivar,
    CultivarGroup,
    Lot,
    LotChange,
    LotRecall,
    LotRecallPart,
    LotStep,
    LotStepPart,
    RecallRequest,
    RecallStop,
)
from traceability.lots.rules.balance import Side

# What plants are, and what lots that come of a lot have of it.
DESCRIPTION = (
    "species",
    "cultivar_group",
    "cultivar",
    "propagation",
    "age_code",
    "height_cm_min",
    "height_cm_max",
    "ground_diameter_mm_min",
    "ground_diameter_mm_max",
    "root",
    "grade",
    "origin",
    "photo_key",
)
LOT_FACTS = (
    *DESCRIPTION,
    "quantity_recorded",
    "quantity_on_hand",
    "quantity_moved",
    "state",
    "state_reason",
)


def lot_subject(lot: Lot) -> str:
    """The lot as the log knows it."""
    return f"lot/{lot.number}"


def lot_body(lot: Lot) -> dict[str, object]:
    """Whose it is, where it stands, what it is, and how many plants."""
    return {"grower": lot.grower_id, "plot": lot.plot_id} | {name: getattr(lot, name) for name in LOT_FACTS}


def step_subject(step: LotStep) -> str:
    """The transformation as the log knows it."""
    return f"lot-step/{step.number}"


def step_body(step: LotStep, parts: Iterable[tuple[str, str, int]]) -> dict[str, object]:
    """What went in, what came out, what was lost; `parts` are side, lot number and plants."""
    return {
        "kind": step.kind,
        "grower": step.grower_id,
        "parts": sorted([side, number, plants] for side, number, plants in parts),
        "loss": step.loss,
        "reason": step.reason,
        "at": step.at.isoformat(),
        "by": step.by_account_id,
    }


def recall_subject(recall: LotRecall) -> str:
    """The recall as the log knows it."""
    return f"recall/{recall.number}"


def recall_body(recall: LotRecall, lot_number: str, reached: Iterable[str]) -> dict[str, object]:
    """Which lot, why, and how far it went."""
    return {
        "lot": lot_number,
        "reason": recall.reason,
        "reached": sorted(reached),
        "codes": recall.codes,
        "orders": recall.orders,
        "at": recall.at.isoformat(),
        "by": recall.by_account_id,
    }


def request_subject(request: RecallRequest) -> str:
    """The request for a recall as the log knows it."""
    return f"recall-request/{request.number}"


def request_body(request: RecallRequest, lot_number: str) -> dict[str, object]:
    """Who asked to recall what and why, and who decided what."""
    return {
        "lot": lot_number,
        "reason": request.reason,
        "state": request.state,
        "asked_by": request.asked_by_account_id,
        "asked_at": request.asked_at.isoformat(),
        "decided_by": request.decided_by_account_id,
        "decided_at": request.decided_at.isoformat() if request.decided_at else None,
        "decision_reason": request.decision_reason,
    }


def _steps() -> Iterator[tuple[str, Body]]:
    parts: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for step_id, side, number, plants in session.execute(
        select(LotStepPart.step_id, LotStepPart.side, Lot.number, LotStepPart.plants).join(
            Lot, Lot.id == LotStepPart.lot_id
        )
    ):
        parts[step_id].append((side, number, plants))
    for step in session.scalars(select(LotStep).order_by(LotStep.id)):
        counted = {
            side: sum(plants for part, _number, plants in parts[step.id] if part == side) for side in Side
        }
        bent = _altered_columns(step, plants_in=counted[Side.IN], plants_out=counted[Side.OUT])
        yield step_subject(step), step_body(step, parts[step.id]) | bent


def _altered_columns(row: LotStep | LotRecall, **counted: int) -> dict[str, object]:
    """Columns that are not the sum of what is sealed, by name: nothing that was sealed has any."""
    return {
        f"column {name}": getattr(row, name) for name, count in counted.items() if getattr(row, name) != count
    }


def _recalls() -> Iterator[tuple[str, Body]]:
    reached: dict[int, list[str]] = defaultdict(list)
    for recall_id, number in session.execute(
        select(LotRecallPart.recall_id, Lot.number).join(Lot, Lot.id == LotRecallPart.lot_id)
    ):
        reached[recall_id].append(number)
    rows = session.execute(
        select(LotRecall, Lot.number).join(Lot, Lot.id == LotRecall.lot_id).order_by(LotRecall.id)
    )
    for recall, number in rows:
        bent = _altered_columns(recall, lots=len(reached[recall.id]))
        yield recall_subject(recall), recall_body(recall, number, reached[recall.id]) | bent


REQUESTED = (
    select(RecallRequest, Lot.number).join(Lot, Lot.id == RecallRequest.lot_id).order_by(RecallRequest.id)
)
LOTS = SealSource(
    "lot", bodies_of(select(Lot).order_by(Lot.id), lot_subject, lot_body), tables=("lot", "lot_change")
)
STEPS = SealSource("lot_step", _steps, tables=("lot_step", "lot_step_part"))
RECALLS = SealSource("lot_recall", _recalls, tables=("lot_recall", "lot_recall_part"))
REQUESTS = SealSource(
    "recall_request", bodies_of(REQUESTED, request_subject, request_body), tables=("recall_request",)
)

ROWS = (
    SealedRows(
        "cultivar_group", CultivarGroup, columns=("code", "position", "name_zh", "name_en", "epithet")
    ),
    SealedRows("cultivar", Cultivar, columns=("code", "group_code", "position", "name_zh", "name_en")),
    SealedRows(
        "lot_record",
        Lot,
        columns=("number", "cultivar_en", "recorded_at"),
        besides=(
            "grower_id", "plot_id", "species", "cultivar_group", "cultivar", "propagation", "age_code",
            "height_cm_min", "height_cm_max", "ground_diameter_mm_min", "ground_diameter_mm_max", "root", "grade",
            "origin", "quantity_recorded", "quantity_on_hand", "quantity_moved", "state", "state_reason", "photo_key",
        ),
        added=True,
    ),
    SealedRows(
        "lot_change",
        LotChange,
        columns=("lot_id", "kind", "plants", "by_account_id", "at"),
        digests=("reason",),
        added=True,
    ),
    SealedRows(
        "recall_link",
        RecallRequest,
        columns=("number", "grower_id", "recall_id"),
        besides=(
            "lot_id", "reason", "state", "asked_by_account_id", "asked_at", "decided_by_account_id", "decided_at",
            "decision_reason",
        ),
    ),
    SealedRows("recall_stop", RecallStop, columns=("request_id", "lot_id")),
)  # fmt: skip
