"""What of trade items is sealed: whose GTIN it is, what it is called, and which lots are sold under it."""

from core.seal.service.sealed_rows import SealedRows
from traceability.resolver.models.tables import TradeItem, TradeItemLot

ROWS = (
    SealedRows(
        "trade_item",
        TradeItem,
        columns=("gtin", "grower_id", "name_zh", "name_en", "entered_at", "entered_by_account_id"),
    ),
    SealedRows("trade_item_lot", TradeItemLot, columns=("trade_item_id", "lot_id")),
)
