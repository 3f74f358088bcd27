"""What is to be packed and what a parcel holds, as frozen views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, select

from core.clock import local_day
from core.database import session, view_of
from core.errors import existing
from core.settings import current_settings
from shop.catalogue.models import DispatchWindow, Listing
from shop.catalogue.rules.seasons import Season, Window, parse_week
from shop.dispatch.models import DispatchDraft
from shop.dispatch.rules import due_day, week_of
from shop.orders.models.tables import Consignment, Order, OrderLine
from shop.orders.service.transitions import lines_of
from shop.orders.states import FulfilmentState
from traceability import api as traceability

MOST = 200
PARCELS = select(Consignment, Order).join(Order, Order.id == Consignment.order_id)


@dataclass(frozen=True)
class ToSend:
    """One line of a parcel: what is left to send of it after refunds before dispatch."""

    lot_id: int | None
    lot_number: str
    title: str
    grade: str
    cultivar_group: str
    cultivar: str
    root: str
    unit: str
    quantity: int
    plants: int
    slug: str


@dataclass(frozen=True)
class Parcel:
    """A consignment as its grower packs it. Name, phone and street are for the label only."""

    id: int
    number: str
    order_number: str
    order_id: int
    grower_id: int
    state: FulfilmentState
    province: str
    city: str
    district: str
    street: str
    buyer_name: str
    buyer_phone: str
    note: str
    weight_g: int
    paid_on: date
    due_on: date
    courier: str
    tracking_number: str
    dispatched_at: datetime | None
    lines: tuple[ToSend, ...]

    @property
    def plants(self) -> int:
        return sum(line.plants for line in self.lines)

    @property
    def week(self) -> date:
        """The Monday of the week in which it is due."""
        return week_of(self.due_on)

    @property
    def roots(self) -> frozenset[str]:
        """How the roots of its plants travel."""
        return frozenset(line.root for line in self.lines)

    @property
    def address(self) -> str:
        """As a label writes it; a municipality is named once."""
        return "".join(dict.fromkeys([self.province, self.city, self.district])) + self.street

    @property
    def plants_by_lot(self) -> dict[int, int]:
        """Plants to take from each lot."""
        wanted: dict[int, int] = {}
        for line in self.lines:
            if line.lot_id is not None and line.plants:
                wanted[line.lot_id] = wanted.get(line.lot_id, 0) + line.plants
        return dict(sorted(wanted.items()))


@dataclass(frozen=True)
class Draft:
    """What was entered so far."""

    codes: str = ""
    courier: str = ""
    tracking_number: str = ""


def parcels(grower_id: int, state: FulfilmentState) -> list[Parcel]:
    """Parcels of a grower in one state: due first, for those sent the latest first; four statements."""
    wanted = (
        PARCELS.where(Consignment.grower_id == grower_id, Consignment.fulfilment_state == state)
        .order_by(Consignment.id.desc() if state == FulfilmentState.DISPATCHED else Consignment.id)
        .limit(MOST)
    )
    views = _views(session.execute(wanted).all())
    if state == FulfilmentState.DISPATCHED:
        return views
    return sorted(views, key=lambda parcel: (parcel.due_on, parcel.number))


def get_parcel(number: str, grower_id: int) -> Parcel:
    """A grower's own parcel.

    Raises:
        NotFound: no such parcel, or another grower's.
    """
    row = session.execute(
        PARCELS.where(Consignment.number == number.strip().upper(), Consignment.grower_id == grower_id)
    ).one_or_none()
    return _views([existing(row, _l("There is no such parcel."), code="no_such_consignment")])[0]


def parcels_of_order(order_number: str) -> list[Parcel]:
    """All parcels of an order, for the command line.

    Raises:
        NotFound: no such order.
    """
    wanted = PARCELS.where(Order.number == order_number.strip().upper()).order_by(Consignment.id)
    rows = session.execute(wanted).all()
    return _views(existing(rows or None, _l("There is no such order."), code="no_such_order"))


def draft_of(consignment_id: int) -> Draft:
    """What was entered for a parcel so far."""
    row = session.scalars(
        select(DispatchDraft).where(DispatchDraft.consignment_id == consignment_id)
    ).one_or_none()
    return view_of(Draft, row) if row else Draft()


def _views(rows: Sequence[Row[Consignment, Order]]) -> list[Parcel]:
    ids = [consignment.id for consignment, _order in rows]
    by_parcel = lines_of(ids)
    lines = [line for parcel_lines in by_parcel.values() for line in parcel_lines]
    lots = traceability.lots_by_ids({line.lot_id for line in lines if line.lot_id is not None})
    seasons = _seasons({line.slug for line in lines})
    return [
        _view(consignment, order, by_parcel[consignment.id], lots, seasons) for consignment, order in rows
    ]


Seasons = Mapping[str, tuple[tuple[Window, ...], date | None]]


def _seasons(slugs: set[str]) -> Seasons:
    """Dispatch windows and promised week by the listing's slug."""
    by_slug: dict[str, tuple[tuple[Window, ...], date | None]] = {}
    rows = session.execute(
        select(Listing.slug, Listing.presale_week, DispatchWindow)
        .outerjoin(DispatchWindow, DispatchWindow.listing_id == Listing.id)
        .where(Listing.slug.in_(slugs))
    )
    for slug, presale, window in rows:
        windows, _promised = by_slug.get(slug, ((), None))
        if window is not None:
            windows = (*windows, Window(Season(window.season), window.from_week, window.to_week))
        by_slug[slug] = (windows, parse_week(presale) if presale else None)
    return by_slug


def _view(
    consignment: Consignment,
    order: Order,
    lines: Sequence[OrderLine],
    lots: Mapping[int, traceability.LotView],
    seasons: Seasons,
) -> Parcel:
    paid_on = local_day(order.paid_at or order.placed_at)
    dues = [
        due_day(windows, paid_on, presale_week=promised)
        for windows, promised in (seasons.get(line.slug, ((), None)) for line in lines)
    ]
    return view_of(
        Parcel,
        consignment,
        order,
        order_number=order.number,
        state=FulfilmentState(consignment.fulfilment_state),
        paid_on=paid_on,
        due_on=max(dues, default=paid_on),
        courier=consignment.courier or "",
        tracking_number=consignment.tracking_number or "",
        lines=tuple(_line(line, lots) for line in lines if line.quantity > line.units_back),
    )


def _line(line: OrderLine, lots: Mapping[int, traceability.LotView]) -> ToSend:
    left = line.quantity - line.units_back
    lot = lots.get(line.lot_id) if line.lot_id is not None else None
    return view_of(
        ToSend,
        line,
        lot_number=lot.number if lot else "",
        quantity=left,
        plants=left * line.plants_per_unit,
    )


def levels_of(lot_id: int) -> set[str]:
    """What codes are worth their label for plants of this lot."""
    lot = traceability.get_lot(id=lot_id)
    return {
        str(level)
        for level in traceability.offered_levels(
            lot.ground_diameter_mm_max, plant_code_from_mm=current_settings().plant_code_from_mm
        )
    }
