"""Who decides about a grower belongs to somebody else, and is another person than who took the steps before.

Staff of a branch may be growers as well: what is theirs is decided by another one, of the unit or above it.
"""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from branch.growers.models.tables import Grower, GrowerMember
from core.accounts.models.account import Account
from core.accounts.queries.same_person import contacts_of_one, same_person
from core.database import session
from core.errors import Forbidden


def works_for(account_id: int, grower_id: int) -> bool:
    """Whether the account is one of the grower's people, in any state of his, or the telephone or mailbox of one."""
    grower = session.get_one(Grower, grower_id)
    account = session.get(Account, account_id)
    if account is None:
        return False
    people = session.execute(
        select(Account.id, Account.email, Account.phone)
        .join(GrowerMember, GrowerMember.account_id == Account.id)
        .where(GrowerMember.grower_id == grower_id)
    ).all()
    if any(person.id == account_id for person in people):
        return True
    own = contacts_of_one(account.email, account.phone)
    known = contacts_of_one(None, grower.phone).union(
        *(contacts_of_one(person.email, person.phone) for person in people)
    )
    return bool(own & known)


def require_independent(
    account_id: int, grower_id: int | None = None, *, earlier: Iterable[int | None] = ()
) -> None:
    """Refuse a step to whoever works for the grower concerned, or took an earlier one, also by another account of his.

    Raises:
        Forbidden: `own_grower` or `same_person`.
    """
    if grower_id is not None and works_for(account_id, grower_id):
        raise Forbidden(
            _(
                "You work for the grower whom this is about. Somebody else, here or at the unit above, has to decide."
            ),
            code="own_grower",
        )
    if any(earlier_id is not None and same_person(account_id, earlier_id) for earlier_id in earlier):
        raise Forbidden(
            _(
                "Another person has to do this: the account of an earlier step has your contact, or signed in from this browser."
            ),
            code="same_person",
        )
