"""The history of lots as a graph: what a lot came of, and what came of it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from core.database import session
from traceability.lots.models.tables import LotStep, LotStepPart
from traceability.lots.queries.records import LotView, lots_by_ids
from traceability.lots.rules.balance import Side

_PARENT, _CHILD = aliased(LotStepPart), aliased(LotStepPart)


@dataclass(frozen=True)
class Edge:
    """`plants` of `parent_id` went into a step out of which `child_id` came; 0 for scions."""

    parent_id: int
    child_id: int
    kind: str
    step_number: str
    plants: int
    at: datetime


@dataclass(frozen=True)
class LotNode:
    """A lot in the drawn graph: `depth` is 0 for the lot itself, above it its ancestors, below its descendants."""

    lot: LotView
    depth: int
    edges: tuple[Edge, ...]


def descendants(lot_ids: Collection[int]) -> set[int]:
    """Every lot that came of these, themselves included; one statement a generation."""
    return _walk(lot_ids, lambda generation: {edge.child_id for edge in edges_from(generation)})


def ancestors(lot_ids: Collection[int]) -> set[int]:
    """Every lot that these came of, themselves included."""
    return _walk(lot_ids, lambda generation: {edge.parent_id for edge in edges_to(generation)})


def _walk(lot_ids: Collection[int], onward: Callable[[set[int]], set[int]]) -> set[int]:
    seen = set(lot_ids)
    front = set(lot_ids)
    while front:
        front = onward(front) - seen
        seen |= front
    return seen


def edges_from(lot_ids: Iterable[int]) -> list[Edge]:
    """The edges that leave these lots."""
    return _edges(_PARENT.lot_id.in_(list(lot_ids)))


def edges_to(lot_ids: Iterable[int]) -> list[Edge]:
    """The edges that lead to these lots."""
    return _edges(_CHILD.lot_id.in_(list(lot_ids)))


def _edges(wanted: ColumnElement[bool]) -> list[Edge]:
    rows = session.execute(
        select(_PARENT.lot_id, _CHILD.lot_id, LotStep.kind, LotStep.number, _PARENT.plants, LotStep.at)
        .join(_CHILD, _CHILD.step_id == _PARENT.step_id)
        .join(LotStep, LotStep.id == _PARENT.step_id)
        .where(_PARENT.side != str(Side.OUT), _CHILD.side == str(Side.OUT), wanted)
        .order_by(LotStep.id, _PARENT.id, _CHILD.id)
    )
    return [Edge(*row) for row in rows]


def family(lot_id: int) -> list[LotNode]:
    """The lot with its ancestors and descendants, the eldest first; each with the edges that led to it."""
    up, down = ancestors([lot_id]), descendants([lot_id])
    lots = lots_by_ids(up | down)
    leading: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges_to(up | down):
        if edge.parent_id in lots:
            leading[edge.child_id].append(edge)
    depth = _depths(lot_id, leading, up, down)
    ordered = sorted(lots.values(), key=lambda lot: (depth[lot.id], lot.recorded_at, lot.id))
    return [LotNode(lot, depth[lot.id], tuple(leading[lot.id])) for lot in ordered]


def _depths(lot_id: int, leading: dict[int, list[Edge]], up: set[int], down: set[int]) -> dict[int, int]:
    """The longest way from the lot, so that every edge of the drawing points down."""
    depth = dict.fromkeys(up | down, 0)
    for _round in depth:
        settled = True
        for child, edges in leading.items():
            for edge in edges:
                if child in down and edge.parent_id in down and depth[child] <= depth[edge.parent_id]:
                    depth[child], settled = depth[edge.parent_id] + 1, False
                if child in up and edge.parent_id in up and depth[edge.parent_id] >= depth[child]:
                    depth[edge.parent_id], settled = depth[child] - 1, False
        if settled:
            break
    depth[lot_id] = 0
    return depth
