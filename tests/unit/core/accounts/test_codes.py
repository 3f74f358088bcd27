"""Digits sent to a contact: good once, on whatever page waits for that contact, and spaced instead of locked."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.accounts.models.account import Account, AccountCode, ContactMessage
from core.accounts.models.devices import AccountDevice
from core.accounts.models.tokens import ApiToken
from core.accounts.rules.codes import MOST_TRIES
from core.accounts.rules.identity import parse_identity
from core.accounts.service.account import prove_contact, recover_by, recovers
from core.accounts.service.codes import count_attempt, redeem_code, send_code
from core.accounts.service.devices import open_device
from core.errors import Conflict, Invalid
from core.messaging.models import Message
from tests.factories.accounts import make_account

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def account(session, at):
    made = make_account(email="buyer@example.org", at=at)
    return session.get_one(Account, made.id)


@pytest.fixture
def send(session, account):
    """`send(at)` sends a code; the id of its page, and the digits when they were sent."""

    def asked(at, to=None, contact="buyer@example.org"):
        before = set(session.scalars(sa.select(Message.id)))
        page = send_code(to or account, "confirm", parse_identity(contact), at=at)
        session.flush()
        messages = session.scalars(sa.select(Message).where(Message.id.not_in(before))).all()
        return page, messages[0].context["code"] if messages else None

    return asked


@pytest.mark.parametrize(
    ("after", "right"),
    [(timedelta(0), True), (10 * MINUTE - SECOND, True), (10 * MINUTE, False), (11 * MINUTE, False)],
)
def test_a_code_is_right_for_ten_minutes(send, account, at, after, right):
    page, digits = send(at)
    assert len(digits) == 8
    assert count_attempt(page, at=at + after)
    if right:
        found = redeem_code(page, digits, at=at + after)
        assert (found.account_id, found.purpose, found.contact.value) == (
            account.id,
            "confirm",
            "buyer@example.org",
        )
    else:
        with pytest.raises(Invalid):
            redeem_code(page, digits, at=at + after)


def test_a_code_is_right_once(send, at):
    page, digits = send(at)
    redeem_code(page, digits, at=at)
    assert not count_attempt(page, at=at)
    with pytest.raises(Invalid):
        redeem_code(page, digits, at=at)


@pytest.mark.both
def test_a_code_is_that_of_its_contact_on_whatever_page(send, account, at):
    """So a stranger who asked first does not keep the owner from going on: what he had sent works on the owner's page."""
    _strangers, digits = send(at)
    own, nothing = send(at + SECOND)
    assert nothing is None
    elsewhere, _other = send(at, contact="13800000001")
    for page in (elsewhere, "no such page"):
        with pytest.raises(Invalid):
            redeem_code(page, digits, at=at)
    assert redeem_code(own, digits, at=at + SECOND).account_id == account.id


@pytest.mark.both
def test_a_contact_is_proved_by_the_code_that_another_account_asked_for(send, account, at, session):
    """Who reads it has the contact, whoever asked."""
    stranger = session.get_one(Account, make_account(email="stranger@example.org", at=at).id)
    _page, digits = send(at, to=stranger, contact="13800000001")
    own, _nothing = send(at, contact="13800000001")
    assert redeem_code(own, digits, at=at).account_id == account.id


def test_five_attempts_are_counted_for_each_code_by_itself(send, at, session):
    first, _digits = send(at)
    second, _nothing = send(at)
    assert [count_attempt(first, at=at) for _ in range(6)] == [True] * 5 + [False]
    assert count_attempt(second, at=at)
    assert not count_attempt("no such page", at=at)
    attempts = dict(session.execute(sa.select(AccountCode.public_id, AccountCode.attempts)).all())
    assert attempts == {first: 5, second: 1}


def test_messages_are_spaced_and_a_code_is_good_until_the_next_one_could_be_sent(send, at):
    """A hundred thousand strangers in a day: some thirty messages, and a code that opens the owner's page at each moment."""
    sent, good = [], None
    for minute in (*range(39), *range(58, 24 * 60, 20)):
        moment = at + minute * MINUTE
        page, digits = send(moment)
        if digits:
            sent.append(minute)
            good = digits
        assert count_attempt(page, at=moment)
        if minute == 98:
            with pytest.raises(Invalid):
                redeem_code(page, "no digits", at=moment)
    assert sent[:8] == [0, 1, 3, 8, 18, 38, 98, 158]
    assert len(sent) == 29
    page, digits = send(moment + 30 * SECOND)
    assert redeem_code(page, digits or good, at=moment + 30 * SECOND)
    assert send(moment + MINUTE)[1], "whoever used one is not kept waiting"


def test_other_contacts_are_not_kept_waiting(send, at):
    send(at)
    assert send(at)[1] is None
    assert send(at, contact="other@example.org")[1] is not None
    assert send(at + MINUTE)[1] is not None


@pytest.mark.both
def test_a_code_that_everybody_guesses_at_is_good_no_more(send, at, session):
    _page, digits = send(at)
    for tries, right in ((MOST_TRIES - 1, True), (MOST_TRIES, False)):
        session.execute(sa.update(ContactMessage).values(tries=tries, used_at=None))
        page, _nothing = send(at)
        if right:
            assert redeem_code(page, digits, at=at)
        else:
            with pytest.raises(Invalid):
                redeem_code(page, digits, at=at)


@pytest.mark.both
def test_entries_are_counted_at_the_code_too(send, at, session):
    page, _digits = send(at)
    count_attempt(page, at=at)
    count_attempt(page, at=at)
    assert session.scalars(sa.select(ContactMessage.tries)).all() == [2]


def test_without_an_account_nothing_is_sent_and_the_answer_looks_the_same(session, at):
    page = send_code(None, "recover", parse_identity("nobody@example.org"), at=at)
    assert len(page) == 24
    assert session.scalar(sa.select(sa.func.count(AccountCode.id))) == 0


@pytest.mark.both
def test_what_was_only_typed_gives_way_to_what_is_proved(at, session):
    email, phone = parse_identity("victim@example.org"), parse_identity("13800000001")
    squatter = make_account(email=email.value, email_confirmed_at=None, at=at)
    owner = make_account(email=None, phone="+8613800000002", at=at)
    with pytest.raises(Conflict) as refused:
        prove_contact(owner.id, email, at=at)
    assert refused.value.code == "account_unconfirmed", "it has nothing else; recovery takes it over"
    before = squatter.fs_uniquifier
    prove_contact(squatter.id, phone, at=at)
    assert (squatter.email, squatter.phone) == (None, phone.value), "no second way in beside a typed one"
    assert squatter.fs_uniquifier != before, "links that went to the typed one are dead"
    prove_contact(owner.id, email, at=at)
    assert (owner.email, owner.email_confirmed_at) == (email.value, at)


@pytest.mark.both
def test_a_typed_contact_beside_a_proved_one_goes_over_to_whoever_proves_it(at, session):
    email = parse_identity("victim@example.org")
    squatter = make_account(email=email.value, email_confirmed_at=None, phone="+8613800000001", at=at)
    owner = make_account(email=None, phone="+8613800000002", at=at)
    assert not recovers(squatter, email)
    assert recovers(squatter, parse_identity("13800000001"))
    prove_contact(owner.id, email, at=at)
    assert (owner.email, squatter.email, squatter.phone) == (email.value, None, "+8613800000001")


@pytest.mark.both
@pytest.mark.parametrize("proved_before", [False, True])
def test_who_proves_a_contact_first_has_the_account_to_himself(at, session, proved_before):
    email = parse_identity("victim@example.org")
    account = make_account(email=email.value, email_confirmed_at=at if proved_before else None, at=at)
    account.tf_primary_method, account.tf_totp_secret = "authenticator", "of whoever came first"
    opened = open_device(account, user_agent="", browser="b", remembered=False, tell=False, at=at)
    session.add(
        ApiToken(
            public_id="t",
            account_id=account.id,
            name="t",
            digest="d",
            scopes=[],
            created_at=at,
            expires_at=at + timedelta(days=9),
        )
    )
    session.flush()
    recover_by(account.id, email, at=at)
    assert account.email_confirmed_at == at
    assert account.has_second_factor is proved_before
    device = session.get_one(AccountDevice, opened.id, populate_existing=True)
    assert (device.ended_at is None) is proved_before
    token = session.scalars(sa.select(ApiToken)).one()
    assert (token.revoked_at is None) is proved_before


def test_a_contact_is_proved_unless_another_account_signs_in_with_it(account, at, session):
    other = make_account(email="other@example.org", at=at)
    with pytest.raises(Conflict) as refused:
        prove_contact(account.id, parse_identity("other@example.org"), at=at)
    assert refused.value.code == "account_exists"
    prove_contact(account.id, parse_identity("buyer@example.org"), at=at)
    prove_contact(account.id, parse_identity("13800000001"), at=at)
    assert (account.email, account.email_confirmed_at, account.phone_confirmed_at) == (
        "buyer@example.org",
        at,
        at,
    )
    assert session.get_one(Account, other.id).email == "other@example.org"


@pytest.mark.parametrize(
    ("contact", "told"),
    [("buyer@example.org", False), ("new@example.org", True), ("13800000001", True)],
)
def test_the_old_contact_hears_that_it_was_changed_or_got_another_beside_it(
    account, at, session, contact, told
):
    before = session.scalar(sa.select(sa.func.count(Message.id)))
    prove_contact(account.id, parse_identity(contact), at=at)
    session.flush()
    new = session.scalars(sa.select(Message.receiver).order_by(Message.id).offset(before)).all()
    assert new == (["buyer@example.org"] if told else [])
