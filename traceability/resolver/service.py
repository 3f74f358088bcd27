"""Entering a grower's GTINs and putting lots under them."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, select

from core.database import changed, session
from core.errors import Conflict, Invalid, NotFound
from traceability.resolver.models.tables import TradeItem, TradeItemLot
from traceability.resolver.queries import TradeItemView, find_trade_item, lot_of_grower
from traceability.resolver.rules.digital_links import LinkSyntaxError, gtin_14


def enter_trade_item(
    gtin: str, *, grower_id: int, name_zh: str, name_en: str = "", at: datetime, by: int | None = None
) -> TradeItemView:
    """Enter a GTIN that GS1 gave the grower.

    Raises:
        Invalid: it has a wrong length or check digit (`gtin_wrong`), or no name.
        Conflict: somebody entered it before (`gtin_taken`).
    """
    try:
        number = gtin_14(gtin)
    except LinkSyntaxError:
        raise Invalid(
            _("This is no GTIN: it has 8, 12, 13 or 14 digits, and its last digit must fit the others."),
            code="gtin_wrong",
        ) from None
    if not name_zh.strip():
        raise Invalid(_("Give the product a name."), code="name_missing")
    if find_trade_item(number) is not None:
        raise Conflict(_("This GTIN has been entered already."), code="gtin_taken")
    row = TradeItem(
        gtin=number,
        grower_id=grower_id,
        name_zh=name_zh.strip(),
        name_en=name_en.strip(),
        entered_at=at,
        entered_by_account_id=by,
    )
    session.add(row)
    session.flush()
    return TradeItemView(row.id, row.gtin, grower_id, row.name_zh, row.name_en, ())


def put_lot(lot_number: str, gtin: str, *, grower_id: int) -> None:
    """Sell a lot of the grower under one of the grower's GTINs, and under no other.

    Raises:
        NotFound: the lot or the GTIN is not the grower's.
    """
    lot = lot_of_grower(lot_number, grower_id=grower_id)
    item_id = session.scalar(
        select(TradeItem.id).where(TradeItem.gtin == gtin, TradeItem.grower_id == grower_id)
    )
    if item_id is None:
        raise NotFound(_("You have not entered this GTIN."), code="gtin_unknown")
    changed(delete(TradeItemLot).where(TradeItemLot.lot_id == lot.id))
    session.add(TradeItemLot(trade_item_id=item_id, lot_id=lot.id))
    session.flush()
