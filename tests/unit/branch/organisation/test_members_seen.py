"""Whom an operator can call, and whom only whoever looks after a unit."""

from branch.organisation.queries import members as organisation_members
from branch.organisation.queries import tree as queries
from branch.organisation.service import takeovers
from core.clock import now
from core.database import transaction
from tests.factories.accounts import make_account
from tests.factories.organisation import make_membership, make_tree


def test_an_operator_reads_who_holds_what_and_not_how_to_reach_them_until_he_takes_over(session):
    at = now()
    with transaction():
        tree = make_tree()
        people = {
            name: make_account(email=f"{name}@example.org", at=at).id
            for name in ("secretary", "technician", "operator", "neighbour")
        }
        make_membership(people["secretary"], "secretary", "guihua-osmanthus")
        make_membership(people["technician"], "technician", "guihua-osmanthus")
        make_membership(people["neighbour"], "secretary", "guihua-tea")
        make_membership(people["operator"], "operator", None)

    def contacts(account_id):
        units = queries.units_where(account_id, "members.view")
        return {
            one.display_name: one.contact for one in organisation_members.members_as_seen(account_id, units)
        }

    assert sorted(contacts(people["secretary"]).values()) == [
        "secretary@example.org",
        "technician@example.org",
    ]
    assert sorted(contacts(people["operator"]).values()) == [
        "n***@example.org",
        "s***@example.org",
        "t***@example.org",
    ]
    with transaction():
        takeovers.take_over(
            tree["guihua-osmanthus"], account_id=people["operator"], role=None, days=1, reason="试", at=at
        )
    assert sorted(contacts(people["operator"]).values()) == [
        "n***@example.org",
        "secretary@example.org",
        "technician@example.org",
    ]
