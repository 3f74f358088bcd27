"""Roles, their rank, and who may give which to whom (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account is at a unit."""

    BUYER = "buyer"
    GROWER = "grower"
    TECHNICIAN = "technician"
    SECRETARY = "secretary"
    COMMITTEE = "committee"
    OPERATOR = "operator"


RANK = {role: rank for rank, role in enumerate(Role)}

#: Roles that others rely on: they must sign in with a second factor.
TRUSTED = frozenset({Role.SECRETARY, Role.COMMITTEE, Role.OPERATOR})

#: Roles that make sense without a unit: they reach the whole instance or only themselves.
WITHOUT_UNIT = frozenset({Role.BUYER, Role.OPERATOR})

#: What the members page can give; buyers need no giving, growers apply, operators are made on the command line.
GIVEN_BY_STAFF = (Role.TECHNICIAN, Role.SECRETARY, Role.COMMITTEE)


@dataclass(frozen=True)
class HeldRole:
    """A role held at a place in the tree; no path means everywhere."""

    role: Role
    unit_path: str | None


def covers(unit_path: str | None, path: str) -> bool:
    """Whether a role held at `unit_path` reaches the unit at `path` (itself or below)."""
    return unit_path is None or path.startswith(unit_path)


def may_change_role(holder: Iterable[HeldRole], role: Role, path: str) -> bool:
    """A role can be given or taken at `path` by someone who holds at least as high a one at a unit above it.

    Whoever runs the installation stands above nobody: an operator's role is given from the command line.
    """
    return role is not Role.OPERATOR and any(
        RANK[held_role.role] >= RANK[role]
        and held_role.role in TRUSTED
        and held_role.unit_path is not None
        and covers(held_role.unit_path, path)
        for held_role in holder
    )


#: What may stand directly below what; nothing but a committee stands alone.
KINDS_BELOW: dict[str | None, tuple[str, ...]] = {
    None: ("committee",),
    "committee": ("branch", "village"),
    "branch": ("village",),
    "village": ("group",),
    "group": (),
}
