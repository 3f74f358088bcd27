"""An invitation is for one contact, for seven days, and for one acceptance."""

from datetime import timedelta

import pytest

from branch.organisation.invitations import accept, get_invitation, invite_to_grower, invite_to_unit
from branch.organisation.queries import roles_held
from branch.organisation.roles import Role
from core.accounts.identity import parse_identity
from core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower, make_membership, make_tree

WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)
CONTACT = "new@example.org"


@pytest.fixture
def place(session, at):
    return make_tree()["guihua-osmanthus"]


@pytest.fixture
def secretary(place, at):
    account = make_account(at=at).id
    make_membership(account, "secretary", "guihua-osmanthus", at)
    return account


@pytest.fixture
def link(place, secretary, at):
    return invite_to_unit(
        parse_identity(CONTACT), Role.TECHNICIAN, place, by_account_id=secretary, reason="harvest", at=at
    )


@pytest.mark.parametrize(
    ("after", "valid"), [(timedelta(0), True), (WEEK - SECOND, True), (WEEK, False), (2 * WEEK, False)]
)
def test_an_invitation_is_valid_for_seven_days(link, at, after, valid):
    invited = make_account(email=CONTACT, at=at).id
    if valid:
        seen = get_invitation(link, at=at + after)
        assert (seen.role, seen.accepted, seen.expires_at) == (Role.TECHNICIAN, False, at + WEEK)
        assert accept(link, invited, at=at + after).accepted
    else:
        for read in (
            lambda: get_invitation(link, at=at + after),
            lambda: accept(link, invited, at=at + after),
        ):
            with pytest.raises(NotFound) as refused:
                read()
            assert refused.value.code == "invitation_over"


def test_an_invitation_is_accepted_once_by_its_own_contact(link, at, place):
    stranger = make_account(email="other@example.org", at=at).id
    with pytest.raises(Forbidden) as refused:
        accept(link, stranger, at=at)
    assert refused.value.code == "invitation_for_another"
    assert not roles_held(stranger)
    invited = make_account(email=CONTACT, at=at).id
    accept(link, invited, at=at)
    assert [held.role for held in roles_held(invited)] == [Role.TECHNICIAN]
    with pytest.raises(Conflict) as refused:
        accept(link, invited, at=at)
    assert refused.value.code == "invitation_used"


def test_a_telephone_number_is_a_contact_too(place, secretary, at):
    link = invite_to_unit(
        parse_identity("13800000009"), Role.TECHNICIAN, place, by_account_id=secretary, reason="x", at=at
    )
    invited = make_account(email=None, phone="+8613800000009", at=at).id
    assert accept(link, invited, at=at).accepted


def test_every_link_leads_to_its_own_invitation(link, place, secretary, at):
    other = invite_to_grower(parse_identity(CONTACT), make_grower(at=at).id, by_account_id=secretary, at=at)
    assert get_invitation(link, at=at).grower_id is None
    assert get_invitation(other, at=at).role is Role.GROWER
    assert get_invitation(other, at=at).unit is None
    with pytest.raises(NotFound):
        get_invitation("made-up", at=at)


@pytest.mark.parametrize(
    ("role", "unit", "reason", "error", "code"),
    [
        (Role.TECHNICIAN, "guihua-osmanthus", " ", Invalid, "reason_missing"),
        (Role.TECHNICIAN, "guihua-tea", "x", Forbidden, "role_above_own"),
        (Role.COMMITTEE, "guihua", "x", Forbidden, "role_above_own"),
    ],
)
def test_nobody_invites_to_what_he_could_not_give(secretary, at, role, unit, reason, error, code):
    with pytest.raises(error) as refused:
        invite_to_unit(
            parse_identity(CONTACT),
            role,
            make_tree()[unit],
            by_account_id=secretary,
            reason=reason,
            at=at,
        )
    assert refused.value.code == code
