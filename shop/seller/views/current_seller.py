"""Who works at this grower's desk, and what is the owner's alone."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from branch import api as branch
from core.errors import Forbidden
from core.gate import actor_id


@dataclass(frozen=True)
class Seller:
    """The signed-in person and the grower that he or she works for."""

    account_id: int
    grower: branch.GrowerView
    owner: bool

    def require_owner(self) -> None:
        """Raises:
        Forbidden: the person is staff.
        """
        if not self.owner:
            raise Forbidden(
                _("Prices, publishing and ending are the owner's decision. Your work is kept as a draft."),
                code="owner_only",
            )


def current_seller() -> Seller:
    """The seller of this request.

    Raises:
        Forbidden: the account works for no admitted grower.
    """
    account_id = actor_id()
    grower = branch.require_grower(account_id)
    role = next(
        (person.role for person in branch.people_of(grower.id) if person.account_id == account_id), "staff"
    )
    return Seller(account_id, grower, role == "owner")
