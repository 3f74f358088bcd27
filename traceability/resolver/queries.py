"""What is known of a GS1 Digital Link: links of the code, the lot and the trade item, the most precise first."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core.database import session, view_of
from core.errors import NotFound
from core.web.wording.languages import in_chinese
from traceability.codes.rules.notation import grouped, is_well_formed
from traceability.lots.queries.records import LotView, get_lot, lots_by_ids
from traceability.resolver.models.tables import TradeItem, TradeItemLot
from traceability.resolver.rules.digital_links import DigitalLink, build
from traceability.resolver.rules.linksets import DEFAULT, Link, LinkContext


@dataclass(frozen=True)
class TradeItemView:
    """A trade item with the numbers of its lots."""

    id: int
    gtin: str
    grower_id: int
    name_zh: str
    name_en: str
    lots: tuple[LotView, ...]

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.name_zh if in_chinese() else self.name_en or self.name_zh


def trade_items_of(grower_id: int) -> list[TradeItemView]:
    """The grower's trade items in the order of their entry."""
    rows = list(
        session.scalars(select(TradeItem).where(TradeItem.grower_id == grower_id).order_by(TradeItem.id))
    )
    return _views(rows)


def find_trade_item(gtin: str) -> TradeItemView | None:
    """The trade item with this 14-digit GTIN."""
    row = session.scalar(select(TradeItem).where(TradeItem.gtin == gtin))
    return _views([row])[0] if row else None


def contexts_of(link: DigitalLink, *, base: str, at: datetime) -> list[LinkContext]:
    """The contexts that answer for `link`: its code's, its lot's, its trade item's, as far as they are known.

    A code is not looked up here: whether it exists is for its own page to say, which costs the same either way.

    Raises:
        NotFound: nobody here has entered the GTIN.
    """
    item = find_trade_item(link.key.value) if link.key.ai == "01" else None
    if item is None:
        raise NotFound(_("No product with this number was entered here."), code="gtin_unknown")
    item_link = DigitalLink(link.key)
    contexts = [_of_item(item, build(item_link, base), base=base, at=at)]
    lot = next((lot for lot in item.lots if lot.number == (link.value_of("10") or "").upper()), None)
    if lot is not None:
        lot_link = DigitalLink(
            link.key, tuple(qualifier for qualifier in link.qualifiers if qualifier.ai == "10")
        )
        contexts.insert(0, _of_lot(item, lot, build(lot_link, base), base=base))
    code = (link.value_of("21") or "").upper()
    if is_well_formed(code):
        anchor = build(DigitalLink(link.key, link.qualifiers), base)
        contexts.insert(0, _of_code(item, code, anchor, base=base))
    return contexts


def lot_of_grower(number: str, *, grower_id: int) -> LotView:
    """The grower's own lot with this number.

    Raises:
        NotFound: it is nobody's, or another grower's.
    """
    lot = get_lot(number=number)
    if lot.grower_id != grower_id:
        raise NotFound(_("There is no lot with this number."), code="no_such_lot")
    return lot


def _views(rows: list[TradeItem]) -> list[TradeItemView]:
    pairs = session.execute(
        select(TradeItemLot.trade_item_id, TradeItemLot.lot_id)
        .where(TradeItemLot.trade_item_id.in_([row.id for row in rows]))
        .order_by(TradeItemLot.id)
    ).all()
    lots = lots_by_ids([lot_id for _item_id, lot_id in pairs])
    return [
        view_of(
            TradeItemView, row, lots=tuple(lots[lot_id] for item_id, lot_id in pairs if item_id == row.id)
        )
        for row in rows
    ]


def _of_item(item: TradeItemView, anchor: str, *, base: str, at: datetime) -> LinkContext:
    grower = branch.get_grower(id=item.grower_id)
    licence = branch.licence_of(item.grower_id, at=at)
    page = f"{base}/growers/{grower.slug}"
    links = [
        Link(DEFAULT, page, item.name),
        Link("pip", page, _("%(name)s, sold by %(grower)s", name=item.name, grower=grower.name)),
        Link("verificationService", f"{base}/verify", _("Check a code, a shop or a licence")),
    ]
    if licence is not None:
        links.append(
            Link(
                "certificationInfo",
                f"{base}/registry/licences/{licence.number}",
                _("Licence %(number)s for %(mark)s", number=licence.number, mark=licence.mark_name),
            )
        )
    links += [Link("traceability", f"{base}/lots/{lot.number}", _lot_title(lot)) for lot in item.lots]
    return LinkContext(anchor, item.name, tuple(links))


def _of_lot(item: TradeItemView, lot: LotView, anchor: str, *, base: str) -> LinkContext:
    page, title = f"{base}/lots/{lot.number}", _lot_title(lot)
    links = (
        Link(DEFAULT, page, title),
        Link("traceability", page, title),
        Link("masterData", page, title, media_type="application/ld+json", languages=()),
    )
    return LinkContext(anchor, f"{item.name}: {title}", links)


def _of_code(item: TradeItemView, code: str, anchor: str, *, base: str) -> LinkContext:
    page, title = f"{base}/C/{code}", _("Check of code %(code)s", code=grouped(code))
    links = (Link(DEFAULT, page, title), Link("verificationService", page, title))
    return LinkContext(anchor, f"{item.name}: {title}", links)


def _lot_title(lot: LotView) -> str:
    return _("Lot %(number)s: where it comes from", number=lot.number)
