"""What happened to a payee account."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PayeeProposed:
    """One person proposed an account; another has to confirm it."""

    public_id: str


@dataclass(frozen=True, slots=True)
class PayeeConfirmed:
    """A second person confirmed it; it counts when the pause is over."""

    public_id: str


@dataclass(frozen=True, slots=True)
class PayeeWithdrawn:
    """Somebody who may confirm took it back, before or while it was in force."""

    public_id: str
