"""Lots become other lots: split, merged, grafted, potted on, lifted. Nothing comes out of nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from core import seal
from core.clock import local_year
from core.database import changed, locked, session
from core.errors import Conflict, Invalid
from core.ids import readable_number
from traceability.codes.queries.batches import plants_under_codes
from traceability.codes.states import Level
from traceability.events.rules.steps import Transformed
from traceability.events.service.recording import record_step
from traceability.lots.models.sealing import DESCRIPTION, step_body, step_subject
from traceability.lots.models.tables import Lot, LotStep, LotStepPart
from traceability.lots.queries.records import LotView, get_lot
from traceability.lots.rules.balance import Side, StepKind, StepProblem, loss, problem_of
from traceability.lots.service import lock_lots, note
from traceability.lots.states import LotState, Propagation
from traceability.plots.models.tables import Plot

INHERITED = (*DESCRIPTION, "cultivar_en", "plot_id")
OF_THE_CULTIVAR = ("species", "cultivar_group", "cultivar", "cultivar_en")
CHANGEABLE = frozenset(INHERITED) - set(OF_THE_CULTIVAR) - {"propagation"}


@dataclass(frozen=True)
class Outcome:
    """A lot that comes out of a step: so many plants, like the first input but for `changes` (columns of a lot)."""

    plants: int
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TransformationResult:
    """A transformation with the lots that came of it."""

    number: str
    loss: int
    outputs: tuple[LotView, ...]


def transform(
    kind: StepKind,
    inputs: Mapping[int, int],
    outputs: Sequence[Outcome],
    *,
    grower_id: int,
    at: datetime,
    by: int | None,
    scion_lot_id: int | None = None,
    reason: str = "",
) -> TransformationResult:
    """Take `inputs` (plants by lot id) and record what came of them; what did not come out was lost.

    Only plants that stand under no code go on: a code speaks for its plant as it is, so void it first.

    Raises:
        Invalid: the step is impossible (`impossible_step`, `details['problem']`), or the lots do not fit together.
        Conflict: a lot is not open, or fewer plants are free in it (`lot_quantity`).
        NotFound: there is no such lot of the grower.
    """
    lock_lots({*inputs} if scion_lot_id is None else {*inputs, scion_lot_id})
    lots = [_locked(lot_id, grower_id) for lot_id in sorted(inputs)]
    scion = _locked(scion_lot_id, grower_id) if scion_lot_id is not None else None
    roots = [str(outcome.changes.get("root", lots[0].root)) if lots else "" for outcome in outputs]
    plants = [outcome.plants for outcome in outputs]
    problem = problem_of(
        kind, inputs=list(inputs.values()), outputs=plants, roots=roots, has_scion=scion is not None
    )
    if problem:
        raise Invalid(problem_text(problem), code="impossible_step", problem=str(problem))
    _fit(kind, lots, outputs)
    for lot in lots:
        _take(lot, inputs[lot.id], kind, at=at, by=by)
    made = [_make(lots[0], outcome, kind, scion, at=at, by=by) for outcome in outputs]
    step = LotStep(
        number=readable_number("T", local_year(at)),
        grower_id=grower_id,
        kind=str(kind),
        plants_in=sum(inputs.values()),
        plants_out=sum(plants),
        loss=loss(list(inputs.values()), plants),
        reason=reason.strip(),
        at=at,
        by_account_id=by,
    )
    session.add(step)
    session.flush()
    before = [get_lot(id=lot.id) for lot in lots]
    parts = [(Side.IN, lot, inputs[lot.id]) for lot in before]
    parts += [(Side.OUT, lot, outcome.plants) for lot, outcome in zip(made, outputs, strict=True)]
    if scion is not None:
        parts.append((Side.SCION, get_lot(id=scion.id), 0))
    session.add_all(
        LotStepPart(step_id=step.id, lot_id=lot.id, side=str(side), plants=count)
        for side, lot, count in parts
    )
    session.flush()
    body = step_body(step, [(str(side), lot.number, count) for side, lot, count in parts])
    seal.append("lot_step", step_subject(step), body)
    record_step(
        Transformed(
            kind=str(kind),
            reference=step.number,
            inputs=tuple((lot, inputs[lot.id]) for lot in before),
            outputs=tuple((lot, outcome.plants) for lot, outcome in zip(made, outputs, strict=True)),
        ),
        at=at,
        by=by,
    )
    return TransformationResult(step.number, step.loss, tuple(made))


def free_to_move(lot_id: int) -> int:
    """Plants of a lot that are on hand and stand under no code."""
    lot = get_lot(id=lot_id)
    under_codes = max(plants_under_codes(lot_id, level) for level in (Level.BUNDLE, Level.UNIT))
    return max(0, min(lot.quantity_on_hand, lot.quantity_own - under_codes))


def _locked(lot_id: int, grower_id: int) -> Lot:
    lot = locked(Lot, Lot.id == lot_id, Lot.grower_id == grower_id)
    if lot is None or lot.state != LotState.OPEN:
        raise Conflict(_("Only open lots of your own can be transformed."), code="lot_not_open")
    return lot


def _fit(kind: StepKind, lots: Sequence[Lot], outputs: Sequence[Outcome]) -> None:
    first = lots[0]
    if kind is StepKind.MERGE and any(
        getattr(lot, name) != getattr(first, name)
        for lot in lots
        for name in (*OF_THE_CULTIVAR, "propagation")
    ):
        raise Invalid(
            _("Only lots of one cultivar, raised in the same way, can be merged."), code="lots_differ"
        )
    for outcome in outputs:
        if not set(outcome.changes) <= CHANGEABLE:
            raise ValueError(f"a step does not change {set(outcome.changes) - CHANGEABLE}")
        plot_id = outcome.changes.get("plot_id", first.plot_id)
        if session.scalar(select(Plot.grower_id).where(Plot.id == plot_id)) != first.grower_id:
            raise Invalid(_("Choose one of your own plots."), code="invalid_lot")


def _take(lot: Lot, plants: int, kind: StepKind, *, at: datetime, by: int | None) -> None:
    free = free_to_move(lot.id)
    taken = plants <= free and changed(
        update(Lot)
        .where(Lot.id == lot.id, Lot.state == LotState.OPEN, Lot.quantity_on_hand >= plants)
        .values(quantity_on_hand=Lot.quantity_on_hand - plants, quantity_moved=Lot.quantity_moved + plants)
    )
    if not taken:
        raise Conflict(
            _(
                "Lot %(number)s has %(free)s plants on hand that stand under no code.",
                number=lot.number,
                free=f"{free:,}",
            ),
            code="lot_quantity",
            free=free,
        )
    note(lot.id, "moved", -plants, str(kind), at=at, by=by)


def _make(
    parent: Lot, outcome: Outcome, kind: StepKind, scion: Lot | None, *, at: datetime, by: int | None
) -> LotView:
    values = {name: getattr(parent, name) for name in INHERITED}
    if scion is not None:
        values |= {name: getattr(scion, name) for name in OF_THE_CULTIVAR}
        values["propagation"] = str(Propagation.GRAFTING)
    row = Lot(
        number=readable_number("L", local_year(at)),
        grower_id=parent.grower_id,
        quantity_recorded=outcome.plants,
        quantity_on_hand=outcome.plants,
        recorded_at=at,
        **(values | dict(outcome.changes)),
    )
    session.add(row)
    session.flush()
    note(row.id, "recorded", outcome.plants, str(kind), at=at, by=by)
    return get_lot(id=row.id)


def problem_text(problem: StepProblem) -> str:
    """Why a step is impossible, in words."""
    return {
        StepProblem.INPUTS: _("This step begins with another number of lots."),
        StepProblem.OUTPUTS: _("This step ends with another number of lots."),
        StepProblem.PLANTS: _("Type a number of plants above 0."),
        StepProblem.GAIN: _("More plants would come out than went in."),
        StepProblem.SCION: _("Grafting needs the lot that the scions were cut from; other steps have none."),
        StepProblem.ROOT: _("Potting on ends in a container; lifting ends with bare roots or root balls."),
    }[problem]
