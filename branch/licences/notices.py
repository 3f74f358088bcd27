"""Tells the people of a grower what the branch decided about a licence or a storefront."""

from typing import Any

from sqlalchemy import select

from branch.growers.models import GrowerMember
from branch.licences import events
from branch.licences.models import Licence
from core.accounts.models.account import Account
from core.database import session
from core.messaging.service import enqueueing as messaging

LicenceEvent = (
    events.LicenceApplied
    | events.LicenceGranted
    | events.LicenceRefused
    | events.LicenceSuspended
    | events.LicenceReinstated
    | events.LicenceExtended
    | events.LicenceExpired
    | events.LicenceWithdrawn
)


def tell_grower(event: LicenceEvent, *, event_id: str) -> None:
    """Handler: one message to each person of the grower about a step of his licence."""
    last_day = session.scalar(select(Licence.valid_until).where(Licence.number == event.number))
    tell_people(
        event.grower_id,
        event_id=event_id,
        template="licence_changed",
        context={
            "what": type(event).__name__,
            "number": event.number,
            "reason": getattr(event, "reason", ""),
            "last_day": last_day.isoformat() if last_day else "",
        },
    )


def tell_people(grower_id: int, *, event_id: str, template: str, context: dict[str, Any]) -> None:
    """Queue one message to each person who works for the grower."""
    people = session.scalars(
        select(Account)
        .join(GrowerMember, GrowerMember.account_id == Account.id)
        .where(GrowerMember.grower_id == grower_id, Account.active)
    )
    for account in people:
        receiver = account.email or account.phone
        if receiver:
            messaging.enqueue(
                dedupe_key=f"{event_id}:{account.id}",
                to=receiver,
                template=template,
                context=context,
                locale=account.locale,
            )
