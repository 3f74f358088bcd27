"""Tells the people of a grower that a lot of theirs is recalled."""

from branch import api as branch
from core.settings import current_settings
from traceability.recalls.events import LotRecalled
from traceability.recalls.queries import get_recall


def tell_grower_of_recall(event: LotRecalled, *, event_id: str) -> None:  # noqa: ARG001 - told once per recall
    """Handler: one message to each person who works for the grower."""
    recall = get_recall(event.recall_number)
    branch.tell_people(
        event.grower_id,
        key=f"{recall.number}:grower",
        template="lot_recalled_grower",
        context={
            "lot": recall.lot_number,
            "cultivar": recall.cultivar,
            "reason": recall.reason,
            "lots": recall.lots,
            "codes": recall.codes,
            "orders": recall.orders,
            "address": f"{current_settings().base_url}/seller/lots/{recall.lot_number}",
        },
    )
