"""Tells everyone whom a payee account concerns what happened to it."""

from __future__ import annotations

from typing import Any

from branch import api as branch
from core.accounts.models.account import Account
from core.accounts.service.notifying import notify_accounts
from core.clock import local_minute, now
from core.settings import current_settings
from shop.payees.events import PayeeConfirmed, PayeeProposed, PayeeWithdrawn
from shop.payees.queries import PayeeView, get_payee
from shop.payees.service.deciding import CONFIRM


def tell_everyone_concerned(event: PayeeProposed | PayeeConfirmed | PayeeWithdrawn, *, event_id: str) -> None:
    """Handler: one message to each person of the unit and of the growers below it, and to whoever else may confirm."""
    account = get_payee(event.public_id, at=now())
    unit = branch.unit_by_id(account.unit_id)
    staff, growers = staff_concerned(unit), branch.people_below(unit.id)

    def context(person: Account) -> dict[str, Any]:
        page = f"branch/payees/{account.public_id}" if person.id in staff else "seller/payee"
        return {
            "what": type(event).__name__,
            "unit": unit.name_in(person.locale),
            "payee": account.payee,
            "bank": account.bank,
            "account_number": account.account_number,
            "by": _who(event, account),
            "reason": account.withdrawn_reason or account.reason,
            "since": local_minute(account.in_force_from) if account.in_force_from else "",
            "address": f"{current_settings().base_url}/{page}",
        }

    notify_accounts(staff | growers, "payee_account", context, key=event_id)


def _who(event: PayeeProposed | PayeeConfirmed | PayeeWithdrawn, account: PayeeView) -> str:
    if isinstance(event, PayeeProposed):
        return account.proposed_by
    return account.confirmed_by if isinstance(event, PayeeConfirmed) else account.withdrawn_by


def staff_concerned(unit: branch.UnitView) -> set[int]:
    """Everyone with a role at the unit or below it, and whoever above it may confirm its accounts."""
    members = branch.members_of([*branch.units_below(unit.id), *branch.upwards(unit.id)])
    roles = branch.roles_of(member.account_id for member in members)
    return {
        member.account_id
        for member in members
        if (member.unit is not None and member.unit.path.startswith(unit.path))
        or branch.roles_allow(roles[member.account_id], CONFIRM, unit.path)
    }
