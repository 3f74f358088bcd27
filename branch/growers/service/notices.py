"""Queues messages to the people of a grower."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from branch.growers.models.tables import Grower, GrowerMember
from branch.growers.states import GrowerState
from core.accounts.models.account import Account
from core.accounts.service.notifying import notify_account, notify_accounts
from core.clock import to_utc
from core.database import session


def tell_people(grower_id: int, *, key: str, template: str, context: dict[str, Any]) -> None:
    """Queue one message to each person who works for the grower."""
    people = select(GrowerMember.account_id).where(GrowerMember.grower_id == grower_id)
    notify_accounts(list(session.scalars(people)), template, context, key=key)


def tell_owner(grower: Grower, state: GrowerState, *, at: datetime) -> None:
    """Tell the owner what became of the grower's standing."""
    owner = session.scalar(
        select(Account)
        .join(GrowerMember, GrowerMember.account_id == Account.id)
        .where(GrowerMember.grower_id == grower.id, GrowerMember.role == "owner")
    )
    if owner is None:
        return
    notify_account(
        owner,
        f"grower_{state}",
        {"grower": grower.name, "reason": grower.state_reason},
        key=f"grower-{state}:{grower.slug}:{to_utc(at):%Y%m%dT%H%M%S%f}",
    )
