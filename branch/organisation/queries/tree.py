"""Reads of the tree and of who holds which role in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import exists, literal, select, union_all

from branch.organisation.models.tables import Membership, Takeover, Unit
from branch.organisation.rules.permissions import PERMISSIONS_OF
from branch.organisation.rules.roles import TRUSTED, HeldRole, Role, covers
from core.clock import now
from core.database import session, view_of
from core.errors import Forbidden, NotFound
from core.languages import language_of
from core.safe_methods import asked_once_while_reading
from core.scopes import Scope, note_checked
from core.web.wording.languages import in_chinese


@dataclass(frozen=True)
class UnitView:
    """A unit as other rooms see it; `path` ends with a slash."""

    id: int
    code: str
    name_zh: str
    name_en: str
    kind: str
    parent_id: int | None
    path: str

    @property
    def depth(self) -> int:
        """0 for the root."""
        return self.path.count("/") - 1

    def name_in(self, locale: str) -> str:
        """Its name for a reader of this language."""
        return self.name_zh if language_of(locale).chinese else self.name_en


def unit_view(unit: Unit) -> UnitView:
    """The row as other modules see it."""
    return view_of(UnitView, unit)


def unit_name(unit: UnitView) -> str:
    """The unit's name in the language of the page."""
    return unit.name_zh if in_chinese() else unit.name_en


def get_unit(code: str) -> UnitView:
    """The unit with this code.

    Raises:
        NotFound: no unit has it.
    """
    unit = session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise NotFound(_("There is no unit with the code %(code)s.", code=code), code="unit_unknown")
    return unit_view(unit)


@asked_once_while_reading
def unit_by_id(unit_id: int) -> UnitView:
    """The unit with this key.

    Raises:
        NotFound: no unit has it.
    """
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound(_("This unit does not exist."), code="unit_unknown")
    return unit_view(unit)


def units_by_ids(unit_ids: Iterable[int]) -> dict[int, UnitView]:
    """The units with these keys, by key; unknown keys are left out."""
    ids = set(unit_ids)
    rows = session.scalars(select(Unit).where(Unit.id.in_(ids))) if ids else ()
    return {row.id: unit_view(row) for row in rows}


@asked_once_while_reading
def all_units() -> list[UnitView]:
    """Every unit, parents before their children."""
    return [unit_view(unit) for unit in session.scalars(select(Unit).order_by(Unit.path))]


def upwards(unit_id: int) -> Iterator[UnitView]:
    """The unit, then each one above it."""
    by_id = {unit.id: unit for unit in all_units()}
    unit = by_id.get(unit_id)
    while unit is not None:
        yield unit
        unit = by_id.get(unit.parent_id) if unit.parent_id is not None else None


def units_below(unit_id: int) -> list[UnitView]:
    """The unit and everything below it, parents before their children."""
    path = unit_by_id(unit_id).path
    units = session.scalars(
        select(Unit).where(Unit.path.startswith(path, autoescape=True)).order_by(Unit.path)
    )
    return [unit_view(unit) for unit in units]


def villages() -> list[UnitView]:
    """Where a grower can be at home."""
    units = session.scalars(select(Unit).where(Unit.kind == "village").order_by(Unit.path))
    return [unit_view(unit) for unit in units]


@asked_once_while_reading
def roles_held(account_id: int) -> list[HeldRole]:
    """The roles of this account, as `roles_of` tells them."""
    return roles_of([account_id])[account_id]


def roles_of(account_ids: Iterable[int]) -> dict[int, list[HeldRole]]:
    """By account the roles that were given to it, each with the place it reaches from, and those it has taken over.

    Whoever runs the installation does so at no unit: an operator's role at one counts for nothing. What an operator
    has taken over counts as long as he is one.
    """
    at, ids = now(), set(account_ids)
    if not ids:
        return {}
    still_operator = exists().where(
        Membership.account_id == Takeover.account_id,
        Membership.role == Role.OPERATOR,
        Membership.unit_id.is_(None),
    )
    given = (
        select(
            Membership.account_id,
            Membership.role,
            Unit.path,
            Membership.id.label("row_id"),
            literal(0).label("taken_over"),
        )
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .where(Membership.account_id.in_(ids))
        .where((Membership.role != Role.OPERATOR) | Membership.unit_id.is_(None))
    )
    taken_over = (
        select(Takeover.account_id, Takeover.role, Unit.path, Takeover.id, literal(1))
        .join(Unit, Unit.id == Takeover.unit_id)
        .where(
            Takeover.account_id.in_(ids),
            Takeover.begun_at <= at,
            Takeover.ends_at > at,
            Takeover.ended_at.is_(None),
            still_operator,
        )
    )
    rows = session.execute(union_all(given, taken_over).order_by("taken_over", "row_id"))
    roles: dict[int, list[HeldRole]] = {account_id: [] for account_id in ids}
    for account_id, role, path, _id, _taken_over in rows:
        roles[account_id].append(HeldRole(Role(role), path))
    return roles


def holds_role(account_id: int) -> bool:
    """Whether the account works for a unit, or runs the installation."""
    return bool(roles_held(account_id))


def holds_trusted_role(account_id: int) -> bool:
    """Whether others rely on this account, so that it needs a second factor."""
    return any(held_role.role in TRUSTED for held_role in roles_held(account_id))


def holds_everywhere(account_id: int, permission: str) -> bool:
    """Whether the account holds `permission` without a unit: for what everybody shares."""
    return any(
        held_role.unit_path is None and permission in PERMISSIONS_OF[held_role.role]
        for held_role in roles_held(account_id)
    )


def units_where(account_id: int, permission: str) -> list[UnitView]:
    """The units at which the account's given roles hold `permission`, parents before children."""
    roles = [role for role in roles_held(account_id) if permission in PERMISSIONS_OF[role.role]]
    return [unit for unit in all_units() if roles_allow(roles, permission, unit.path)] if roles else []


def roles_allow(roles: Iterable[HeldRole], permission: str, unit_path: str) -> bool:
    """Whether one of these roles holds `permission` at the unit with this path."""
    return any(
        permission in PERMISSIONS_OF[role.role] and covers(role.unit_path, unit_path) for role in roles
    )


def require_unit_access(account_id: int | None, unit_id: int, permission: str) -> UnitView:
    """The unit, when the account may do `permission` there.

    Raises:
        Forbidden: the unit is not below one where the account holds such a role.
        NotFound: there is no such unit.
    """
    unit = unit_by_id(unit_id)
    if account_id is not None and roles_allow(roles_held(account_id), permission, unit.path):
        note_checked(Scope.UNIT, of=account_id)
        return unit
    raise Forbidden(_("This lies outside the units that you look after."), code="outside_your_units")


def operators() -> Sequence[int]:
    """The accounts that operate the service."""
    return session.scalars(
        select(Membership.account_id).where(Membership.role == Role.OPERATOR, Membership.unit_id.is_(None))
    ).all()
