"""Who holds a role; the question is answered by branch, wired in wsgi.py."""

from collections.abc import Callable

from flask import Flask, current_app

EXTENSION = "staff_rule"


def set_staff_rule(app: Flask, holds_role: Callable[[int], bool]) -> None:
    """Install the question "does this account hold a role, at a unit or as the operator?"."""
    app.extensions[EXTENSION] = holds_role


def is_staff(account_id: int) -> bool:
    """Whether the account holds a role."""
    return bool(current_app.extensions[EXTENSION](account_id))
