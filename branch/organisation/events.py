"""What happened to the work of a unit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitTakenOver:
    """An operator has begun to do a unit's work."""

    public_id: str


@dataclass(frozen=True, slots=True)
class TakeoverEnded:
    """The work was given back before the last day."""

    public_id: str


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """A member of staff gave a role to somebody, or took it away; `change_id` is the line of the history."""

    change_id: int
