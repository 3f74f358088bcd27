"""Tells the people of a grower that a lot of theirs is recalled."""

from sqlalchemy import select

from branch import api as branch
from core.accounts.models.account import Account
from core.database import session
from core.messaging.service.enqueueing import enqueue
from core.settings import current_settings
from traceability.recalls.events import LotRecalled
from traceability.recalls.service.recalling import get_recall


def tell_grower_of_recall(event: LotRecalled, *, event_id: str) -> None:  # noqa: ARG001 - told once per recall
    """Handler: one message to each person who works for the grower."""
    recall = get_recall(event.recall_number)
    people = [person.account_id for person in branch.people_of(event.grower_id)]
    for account in session.scalars(select(Account).where(Account.id.in_(people), Account.active)):
        receiver = account.email or account.phone
        if receiver:
            enqueue(
                dedupe_key=f"{recall.number}:grower:{account.id}",
                to=receiver,
                template="lot_recalled_grower",
                locale=account.locale,
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
