"""An invitation is for one contact, for seven days, and for one acceptance."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from branch.organisation.models.tables import Invitation
from branch.organisation.queries.members import member_with
from branch.organisation.queries.tree import roles_held
from branch.organisation.rules.roles import Role
from branch.organisation.service.invitations import accept, get_invitation, invite_to_grower, invite_to_unit
from branch.organisation.service.pending_invitations import pending_at, withdraw
from branch.organisation.service.takeovers import end_takeover, take_over
from branch.organisation.service.tree import give_role, take_role
from core.accounts.models.account import Account
from core.accounts.rules.identity import parse_identity
from core.clock import now
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


@pytest.mark.both
def test_a_contact_that_was_only_typed_is_nobody_s(link, at):
    squatter = make_account(email=CONTACT, email_confirmed_at=None, at=at)
    assert not get_invitation(link, at=at).is_for(squatter.id)
    with pytest.raises(Forbidden) as refused:
        accept(link, squatter.id, at=at)
    assert refused.value.code == "invitation_for_another"
    squatter.email_confirmed_at = at
    assert accept(link, squatter.id, at=at).accepted


def test_work_for_a_grower_is_for_its_own_contact_too(secretary, at):
    joining = invite_to_grower(parse_identity(CONTACT), make_grower(at=at).id, by_account_id=secretary, at=at)
    with pytest.raises(Forbidden):
        accept(joining, make_account(at=at).id, at=at)


def over(token, at):
    with pytest.raises(NotFound) as refused:
        get_invitation(token, at=at)
    return refused.value.code == "invitation_over"


@pytest.mark.both
def test_what_was_withdrawn_opens_nothing_and_only_who_may_give_withdraws(link, place, secretary, at):
    (waiting,) = pending_at([place], at=at)
    assert (waiting.contact, waiting.role, waiting.unit) == (CONTACT, Role.TECHNICIAN, place)
    technician = make_account(at=at).id
    make_membership(technician, "technician", place.code, at)
    with pytest.raises(Forbidden):
        withdraw(waiting, by_account_id=technician, at=at)
    withdraw(waiting, by_account_id=secretary, at=at)
    assert over(link, at)
    assert pending_at([place], at=at) == []
    with pytest.raises(Conflict):
        withdraw(waiting, by_account_id=secretary, at=at)


def test_a_new_invitation_takes_the_place_of_the_one_before(link, place, secretary, at):
    again = invite_to_unit(
        parse_identity(CONTACT), Role.TECHNICIAN, place, by_account_id=secretary, reason="again", at=at
    )
    assert over(link, at)
    assert not get_invitation(again, at=at).accepted


@pytest.mark.both
def test_an_invitation_ends_for_good_when_its_sender_loses_the_role(link, place, secretary, at):
    held = member_with(secretary, Role.SECRETARY, place)
    take_role(held, by_account_id=None, reason="moved away", at=at)
    assert over(link, at)
    give_role(secretary, Role.SECRETARY, unit=place, by_account_id=None, reason="back again", at=at)
    assert over(link, at), "power that comes back brings no old link with it"


@pytest.mark.both
def test_an_invitation_ends_with_the_take_over_in_which_it_was_sent(place, at):
    moment = now()
    operator = make_account(at=at).id
    make_membership(operator, "operator", None, at)
    taken = take_over(place, account_id=operator, role=Role.SECRETARY, days=3, reason="flood", at=moment)
    token = invite_to_unit(
        parse_identity(CONTACT), Role.TECHNICIAN, place, by_account_id=operator, reason="x", at=moment
    )
    assert get_invitation(token, at=moment).role is Role.TECHNICIAN
    end_takeover(taken, by_account_id=operator, at=moment)
    assert over(token, moment)
    take_over(place, account_id=operator, role=Role.SECRETARY, days=3, reason="again", at=moment)
    assert over(token, moment)


def test_a_second_invitation_to_lead_a_town_ends_when_the_first_leader_is_there(session, at):
    town = make_tree()["guihua"]
    operator = make_account(at=at).id
    make_membership(operator, "operator", None, at)
    first, second = (
        invite_to_unit(parse_identity(who), Role.COMMITTEE, town, by_account_id=operator, reason="x", at=at)
        for who in ("one@example.org", "two@example.org")
    )
    leader = make_account(email="one@example.org", at=at).id
    accept(first, leader, at=at)
    assert get_invitation(first, at=at).accepted
    assert over(second, at)
    take_role(member_with(leader, Role.COMMITTEE, town), by_account_id=None, reason="x", at=at)
    assert over(second, at)


def test_who_is_locked_out_invites_nobody(link, secretary, at, session):
    session.get_one(Account, secretary).active = False
    session.flush()
    assert over(link, at)


def test_an_invitation_is_judged_as_it_is_now(link, session, at):
    """What the request read before it got the row to itself says nothing."""
    invited = make_account(email=CONTACT, at=at).id
    row = session.scalars(select(Invitation)).one()
    session.execute(
        update(Invitation).values(accepted_at=at, accepted_by_account_id=invited),
        execution_options={"synchronize_session": False},
    )
    assert row.accepted_at is None
    with pytest.raises(Conflict):
        accept(link, invited, at=at)


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


@pytest.mark.both
def test_one_sender_and_one_contact_have_a_measure_of_invitations_a_day(place, secretary, at):
    def invite(contact, when=at, by=secretary):
        return invite_to_unit(
            parse_identity(contact), Role.TECHNICIAN, place, by_account_id=by, reason="harvest", at=when
        )

    def colleague():
        account = make_account(at=at).id
        make_membership(account, "secretary", "guihua-osmanthus", at)
        return account

    def refused(contact, by=secretary):
        with pytest.raises(Conflict) as refusal:
            invite(contact, by=by)
        return refusal.value.code == "invitations_enough"

    four = [secretary, colleague(), colleague(), colleague()]
    for who in four:
        for _ in range(5):
            invite(CONTACT, by=who)
        assert refused(CONTACT, by=who)
    fresh = colleague()
    assert refused(CONTACT, by=fresh)
    for number in range(35):
        invite(f"helper{number}@example.org")
    assert refused("one.more@example.org")
    assert invite("one.more@example.org", by=fresh)
    assert invite(CONTACT, when=at + timedelta(days=1))
