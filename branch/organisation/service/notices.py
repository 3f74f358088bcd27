"""Tells those who look after the machine, or have to trust it, what went wrong there."""

from typing import Any

from branch.organisation.events import RoleChanged, TakeoverEnded, UnitTakenOver
from branch.organisation.models.tables import MembershipChange
from branch.organisation.queries.members import holders_of_roles, members_of
from branch.organisation.queries.tree import all_units, unit_by_id, upwards
from branch.organisation.service.takeovers import get_takeover
from core.accounts.models.account import Account
from core.accounts.service.notifying import notify_accounts
from core.backup.events import BackupFailed, FaultsFoundByBackup
from core.checks.events import ChecksFailed, FaultsFound
from core.clock import local_minute, now
from core.database import session
from core.settings import current_settings


def tell_operators_of_backup(event: BackupFailed | FaultsFoundByBackup, *, event_id: str) -> None:
    """Handler: one message to each operator when a night's backup failed, or found something damaged."""
    made = isinstance(event, FaultsFoundByBackup)
    error = event.faults if isinstance(event, FaultsFoundByBackup) else event.error
    context = {"night": event.night, "error": error, "made": made}
    _notify_roles(("operator",), "backup_failed", context, event_id)


def tell_of_faults(event: FaultsFound, *, event_id: str) -> None:
    """Handler: one message to each operator and each member of a committee when the books do not agree."""
    context = {
        "count": event.count,
        "rows": event.rows,
        "url": f"{current_settings().base_url}/operations/checks",
    }
    _notify_roles(("operator", "committee"), "faults_found", context, event_id)


def tell_operators_of_checks(event: ChecksFailed, *, event_id: str) -> None:
    """Handler: one message to each operator when the nightly check could not ask everything."""
    _notify_roles(("operator",), "checks_failed", {"causes": event.causes}, event_id)


def _notify_roles(roles: tuple[str, ...], template: str, context: dict[str, Any], event_id: str) -> None:
    notify_accounts(holders_of_roles(roles), template, context, key=event_id)


def tell_unit_of_takeover(event: UnitTakenOver | TakeoverEnded, *, event_id: str) -> None:
    """Handler: one message to each person of the unit, below it and above it."""
    takeover = get_takeover(event.public_id, at=now())
    path = takeover.unit.path
    places = [unit for unit in all_units() if unit.path.startswith(path) or path.startswith(unit.path)]

    def context(account: Account) -> dict[str, Any]:
        return {
            "what": type(event).__name__,
            "unit": takeover.unit.name_in(account.locale),
            "name": takeover.by,
            "role": str(takeover.role),
            "until": local_minute(takeover.ends_at),
            "ended_by": takeover.ended_by,
            "reason": takeover.reason,
            "address": _members_page(),
        }

    people = {member.account_id for member in members_of(places)} | {takeover.account_id}
    notify_accounts(people, "unit_taken_over", context, key=event_id)


def tell_of_role(event: RoleChanged, *, event_id: str) -> None:
    """Handler: one message to the person meant, and to each who holds a role at the unit or above it."""
    change = session.get_one(MembershipChange, event.change_id)
    if change.unit_id is None:
        return
    unit = unit_by_id(change.unit_id)
    meant, by = session.get_one(Account, change.account_id), session.get(Account, change.by_account_id)

    def context(account: Account) -> dict[str, Any]:
        return {
            "given": change.action == "given",
            "unit": unit.name_in(account.locale),
            "name": meant.display_name,
            "role": change.role,
            "by": by.display_name if by is not None else "",
            "reason": change.reason,
            "address": _members_page(),
        }

    people = {member.account_id for member in members_of(upwards(unit.id))} | {change.account_id}
    notify_accounts(people, "role_changed", context, key=event_id)


def _members_page() -> str:
    return f"{current_settings().base_url}/branch/members"
