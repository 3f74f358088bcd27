"""Who must have a second factor. The rule needs roles, which live up the stairs: they hand it in."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask, current_app

if TYPE_CHECKING:
    from core.accounts.models.account import Account

EXTENSION = "second_factor_rule"


def set_rule(app: Flask, holds_trusted_role: Callable[[int], bool]) -> None:
    """Install the question "does this account hold a role that others rely on?"."""
    app.extensions[EXTENSION] = holds_trusted_role


def required_for(account: "Account") -> bool:
    """Secretaries, committees and operators need one; demonstration accounts are excepted."""
    if account.demo:
        return False
    return bool(current_app.extensions[EXTENSION](account.id))


def missing_for(account: "Account") -> bool:
    """Whether the account has to set one up before it goes on."""
    return not account.has_second_factor and required_for(account)
