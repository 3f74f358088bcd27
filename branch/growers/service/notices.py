"""Queues messages to the people of a grower."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from branch.growers.models.tables import Grower, GrowerMember
from branch.growers.states import GrowerState
from core.accounts.models.account import Account
from core.clock import to_utc
from core.database import session
from core.messaging.service import enqueueing as messaging


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


def tell_owner(grower: Grower, state: GrowerState, *, at: datetime) -> None:
    """Tell the owner what became of the grower's standing."""
    owner = session.scalar(
        select(Account)
        .join(GrowerMember, GrowerMember.account_id == Account.id)
        .where(GrowerMember.grower_id == grower.id, GrowerMember.role == "owner")
    )
    if owner is None:
        return
    messaging.enqueue(
        dedupe_key=f"grower-{state}:{grower.slug}:{to_utc(at):%Y%m%dT%H%M%S%f}",
        to=owner.email or owner.phone or grower.phone,
        template=f"grower_{state}",
        context={"grower": grower.name, "reason": grower.state_reason},
        locale=owner.locale,
    )
