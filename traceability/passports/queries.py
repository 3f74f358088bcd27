"""The passport of a lot: all that the public may know of it, in one view."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core.database import session
from core.errors import NotFound
from core.seal import SealView, seal_of
from core.web.wording.languages import in_chinese
from traceability.codes.models.tables import Code
from traceability.events.queries.timeline import TimelineStep, timeline_of_lot
from traceability.lots.models.sealing import lot_subject
from traceability.lots.models.tables import CultivarGroup, Lot
from traceability.lots.queries.descent import Edge, edges_from, edges_to
from traceability.lots.queries.records import LotView, lots_by_ids, view
from traceability.lots.states import LotState
from traceability.papers.models.tables import Paper
from traceability.papers.rules import PaperKind
from traceability.plots.models.tables import Plot
from traceability.resolver.models.tables import TradeItem, TradeItemLot


@dataclass(frozen=True)
class Relative:
    """A lot that this one came of, or that came of it; `plants` of the elder went over, 0 for scions."""

    lot: LotView
    kind: str
    plants: int
    at: datetime


@dataclass(frozen=True)
class Passport:
    """A lot with its grower, land, licence, history, family, papers and seal; nothing of buyers or of people."""

    lot: LotView
    group_name: str
    group_epithet: str
    grower: branch.GrowerView
    plot_number: str
    licence: branch.LicenceView | None
    history: tuple[TimelineStep, ...]
    came_of: tuple[Relative, ...]
    became: tuple[Relative, ...]
    papers: tuple[PaperKind, ...]
    gtin: str | None
    seal: SealView | None

    @property
    def recalled(self) -> bool:
        """Whether the lot was recalled."""
        return self.lot.state == LotState.RECALLED

    @property
    def village(self) -> str:
        """The grower's village in the language of the page."""
        return self.grower.village_name_zh if in_chinese() else self.grower.village_name_en


def passport_of(number: str, *, at: datetime) -> Passport:
    """The passport of the lot with this number; nine statements.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(
        select(Lot, Plot.number, CultivarGroup, TradeItem.gtin)
        .join(Plot, Plot.id == Lot.plot_id)
        .outerjoin(CultivarGroup, CultivarGroup.code == Lot.cultivar_group)
        .outerjoin(TradeItemLot, TradeItemLot.lot_id == Lot.id)
        .outerjoin(TradeItem, TradeItem.id == TradeItemLot.trade_item_id)
        .where(Lot.number == number.strip().upper())
    ).one_or_none()
    if row is None:
        raise NotFound(_("There is no lot with this number."), code="no_such_lot")
    lot, plot_number, group, gtin = row
    came_of, became = _family(lot.id)
    return Passport(
        lot=view(lot),
        group_name=(group.name_zh if in_chinese() else group.name_en) if group else lot.cultivar_group,
        group_epithet=group.epithet if group else "",
        grower=branch.get_grower(id=lot.grower_id),
        plot_number=plot_number,
        licence=branch.licence_of(lot.grower_id, at=at),
        history=tuple(timeline_of_lot(lot.id)),
        came_of=came_of,
        became=became,
        papers=_kinds_of_papers(lot.id),
        gtin=gtin,
        seal=seal_of(lot_subject(lot)),
    )


def subject_of(number: str) -> str:
    """The lot with this number as the log knows it.

    Raises:
        NotFound: there is no such lot.
    """
    lot = session.scalar(select(Lot).where(Lot.number == number.strip().upper()))
    if lot is None:
        raise NotFound(_("There is no lot with this number."), code="no_such_lot")
    return lot_subject(lot)


def _family(lot_id: int) -> tuple[tuple[Relative, ...], tuple[Relative, ...]]:
    up, down = edges_to([lot_id]), edges_from([lot_id])
    lots = lots_by_ids({edge.parent_id for edge in up} | {edge.child_id for edge in down})
    return (
        _relatives(((edge.parent_id, edge) for edge in up), lots),
        _relatives(((edge.child_id, edge) for edge in down), lots),
    )


def _relatives(pairs: Iterable[tuple[int, Edge]], lots: dict[int, LotView]) -> tuple[Relative, ...]:
    return tuple(Relative(lots[lot_id], edge.kind, edge.plants, edge.at) for lot_id, edge in pairs)


def _kinds_of_papers(lot_id: int) -> tuple[PaperKind, ...]:
    """The kinds of papers that travelled with this lot's plants; their numbers are the buyers' business."""
    sent = select(Code.consignment_number).where(Code.lot_id == lot_id, Code.consignment_number.is_not(None))
    kinds = set(session.scalars(select(Paper.kind).where(Paper.consignment_number.in_(sent)).distinct()))
    return tuple(kind for kind in PaperKind if str(kind) in kinds)
