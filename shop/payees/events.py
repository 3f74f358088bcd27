"""What happened to a payee account."""

from dataclasses import dataclass


@dataclass(frozen=True)
class _PayeeEvent:
    public_id: str


class PayeeProposed(_PayeeEvent):
    """One person proposed an account; another has to confirm it."""


class PayeeConfirmed(_PayeeEvent):
    """A second person confirmed it; it counts when the pause is over."""


class PayeeWithdrawn(_PayeeEvent):
    """Somebody who may confirm took it back, before or while it was in force."""
