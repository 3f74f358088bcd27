"""Who may see or handle which case: those who hold the permission at its area."""

from flask_babel import gettext as _

from branch import api as branch
from core.errors import Forbidden
from core.scopes import Scope, note_checked
from traceability.cases.queries.records import CaseView


def require_access(case: CaseView, account_id: int, permission: str) -> None:
    """A case of an area is for those who hold `permission` there; one without is for all who hold it at all: whoever
    takes it makes it a case of his own unit, and nothing else can be decided before.

    Raises:
        Forbidden: the case is none of theirs.
    """
    if case.unit_id is None:
        allowed = branch.may(account_id, permission)
        if allowed:
            note_checked(Scope.UNIT, of=account_id)
    else:
        allowed = branch.may(account_id, permission, case.unit_id)
    if not allowed:
        raise Forbidden(_("This case is with another branch."), code="outside_your_units")


def may_handle(case: CaseView, account_id: int, permission: str) -> bool:
    """Whether `require_access` would pass."""
    try:
        require_access(case, account_id, permission)
    except Forbidden:
        return False
    return True
