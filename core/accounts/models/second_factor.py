"""Who must have a second factor. The rule needs roles, which live up the stairs: they hand it in."""

from collections.abc import Callable

from flask import Flask, current_app

EXTENSION = "second_factor_rule"


def set_rule(app: Flask, holds_trusted_role: Callable[[int], bool]) -> None:
    """Install the question "does this account hold a role that others rely on?"."""
    app.extensions[EXTENSION] = holds_trusted_role


def required_for(account_id: int, *, demo: bool) -> bool:
    """Secretaries, committees and operators need one; demonstration accounts are excepted."""
    return not demo and bool(current_app.extensions[EXTENSION](account_id))
