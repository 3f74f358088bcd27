"""The answer to the gate's question: what may this account do? Wired in wsgi.py as a part."""

from collections.abc import Iterable

from flask import Flask, has_request_context, request

from branch.growers.queries.directory import grower_of
from branch.organisation.queries.members import members_of
from branch.organisation.queries.tree import (
    UnitView,
    holds_everywhere,
    holds_role,
    holds_trusted_role,
    require_unit_access,
    roles_held,
)
from branch.organisation.rules.permissions import BUYER, GROWER, PERMISSIONS_OF
from core.accounts.models import second_factor
from core.accounts.models.account import Account
from core.accounts.queries import staff as accounts_staff
from core.database import session
from core.errors import Forbidden
from core.gate import set_policy
from core.progress import tasks as job_runs
from core.progress.service.starting import Authority
from core.settings import Settings

CACHE = "guiyuan.permissions"


def init_app(app: Flask, settings: Settings) -> None:  # noqa: ARG001 - the signature of every part
    """Answer the gate, and say whose sign-in needs a second factor."""
    set_policy(app, may)
    second_factor.set_rule(app, holds_trusted_role)
    accounts_staff.set_staff_rule(app, holds_role)
    job_runs.set_authority(app, still_holds)


def still_holds(account_id: int, needs: Authority) -> bool:
    """Whether the account, which asked for a job, may do now what that job does."""
    account = session.get(Account, account_id, populate_existing=True)
    if account is None or not account.active:
        return False
    if needs.grower_id is not None:
        grower = grower_of(account_id)
        return grower is not None and grower.id == needs.grower_id and may(account_id, needs.permission)
    return may(account_id, needs.permission, needs.unit_id)


def permissions_of(account_id: int) -> frozenset[str]:
    """Everything the account may do somewhere: as a buyer, by its roles, and for its grower."""
    cache: dict[int, frozenset[str]] = request.environ.setdefault(CACHE, {}) if has_request_context() else {}
    if account_id not in cache:
        role_permissions = [PERMISSIONS_OF[held_role.role] for held_role in roles_held(account_id)]
        grower = [GROWER] if grower_of(account_id) else []
        cache[account_id] = frozenset().union(BUYER, *role_permissions, *grower)
    return cache[account_id]


def may(account_id: int, permission: str, unit_id: int | None = None, *, everywhere: bool = False) -> bool:
    """Whether the account holds `permission` anywhere; with `unit_id` at that unit; or for the whole installation."""
    if everywhere:
        return holds_everywhere(account_id, permission)
    if unit_id is None:
        return permission in permissions_of(account_id)
    try:
        require_unit_access(account_id, unit_id, permission)
    except Forbidden:
        return False
    return True


def holders_at(unit: UnitView, permission: str) -> set[int]:
    """Who has a role at this very unit, and may do that there."""
    return {member.account_id for member in members_of([unit]) if may(member.account_id, permission, unit.id)}


def first_holders(units: Iterable[UnitView], permission: str) -> set[int]:
    """As `holders_at`, of the first of these units where there is somebody."""
    return next((holders for unit in units if (holders := holders_at(unit, permission))), set())
