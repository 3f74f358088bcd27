"""The inner code: right once is acceptance, right by many is a copy, and whoever guesses waits."""

import json
import threading
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, select

from core.database import Base, db, transaction
from core.errors import Invalid, NotFound
from core.outbox.models import OutboxEvent
from core.seal.models.leaves import SealLeaf
from tests.factories.licences import make_licence
from tests.factories.traceability import make_codes, make_lot, ship
from traceability.api import activate_batch, issue_codes
from traceability.cases.models.tables import CounterfeitCase
from traceability.codes.models.tables import Code, InnerCode, InnerTry
from traceability.codes.queries.inner_tries import tried_codes
from traceability.codes.rules.inner_codes import TELL_AT
from traceability.codes.rules.notation import new_code
from traceability.codes.service.inner_codes import Entrant, enter_inner
from traceability.events.models.sealing import subject_of
from traceability.events.models.tables import EpcisEvent


def who(device, *, network=None, agent=None):
    """Somebody with a network and a telephone of his own, unless said otherwise."""

    def digest(text, length):
        return sha256(text.encode()).digest()[:length]

    return Entrant(digest(device, 16), digest(network or device, 8), digest(agent or device, 8))


MINE, OTHER = who("m"), who("o")
WRONG = "ZZZZZZZZ"


@pytest.fixture
def sent(session, at):
    """Two plants with inner codes, sent to a buyer."""
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        issued = issue_codes(lot.id, "unit", 2, at=at, by=None, inner=True)
        ship(issued, consignment="C-1", at=at)
    return issued


def enter(code, inner, at, entrant=MINE):
    with transaction():
        return enter_inner(code, inner, entrant=entrant, at=at)


def state(session, position=1):
    session.rollback()
    return session.scalar(select(Code.state).where(Code.position == position))


def cases(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(CounterfeitCase))


def test_the_first_right_entry_is_acceptance(sent, session, at):
    first = sent.codes[0]
    answer = enter(first.code, f"{first.inner[:4].lower()} {first.inner[4:]}", at)
    assert answer.result == "accepted"
    assert (state(session), state(session, 2)) == ("accepted", "shipped")
    assert enter(first.code, first.inner, at).result == "again"
    assert cases(session) == 0


@pytest.mark.both
def test_acceptance_by_inner_code_is_a_sealed_step_of_the_lot_s_history(sent, session, at):
    first, second = sent.codes
    enter(first.code, first.inner, at)
    enter(first.code, first.inner, at + timedelta(hours=1))
    enter(second.code, WRONG, at + timedelta(hours=2))
    session.rollback()
    (event,) = session.scalars(select(EpcisEvent).where(EpcisEvent.biz_step == "receiving"))
    body = json.loads(event.body)
    assert [portion["quantity"] for portion in body["quantityList"]] == [1]
    assert "C-1" not in event.body
    leaf = session.scalar(
        select(func.count()).select_from(SealLeaf).where(SealLeaf.subject == subject_of(event.fingerprint))
    )
    assert leaf == 1


def test_before_dispatch_an_inner_code_leaves_no_arrival(session, at):
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        issued = issue_codes(lot.id, "unit", 1, at=at, by=None, inner=True)
    enter(issued.codes[0].code, issued.codes[0].inner, at)
    assert session.scalar(select(EpcisEvent.id).where(EpcisEvent.biz_step == "receiving")) is None


def test_right_from_another_network_is_said_and_opens_no_case_by_itself(sent, session, at):
    first = sent.codes[0]
    enter(first.code, first.inner, at)
    assert enter(first.code, first.inner, at, who("m", network="other")).result == "again"
    assert enter(first.code, first.inner, at, who("x", network="m")).result == "again"
    answer = enter(first.code, first.inner, at, OTHER)
    assert (answer.result, answer.first_at) == ("elsewhere", at)
    assert cases(session) == 0
    assert state(session) == "accepted"


def judged(at):
    from traceability.alarms import tasks

    return tasks.sweep_recent(at=at)


@pytest.mark.both
def test_right_by_two_people_is_a_case_by_rule_and_by_three_the_page_says_so(sent, session, client, at):
    code, inner = sent.codes[0].code, sent.codes[0].inner

    def page():
        session.rollback()
        return client.get(f"/api/v1/codes/{code}").json

    enter(code, inner, at, who("one"))
    enter(code, inner, at, who("two"))
    assert judged(at + timedelta(minutes=1)) == 1
    assert cases(session) == 1
    assert page()["verdict"] == "accepted"
    assert len(page()["notices"]) == 1
    enter(code, inner, at, who("three"))
    assert page()["verdict"] == "suspect"
    judged(at + timedelta(minutes=2))
    assert cases(session) == 1


def test_one_household_and_one_telephone_on_its_way_are_no_copy(sent, session, client, at):
    code, inner = sent.codes[0].code, sent.codes[0].inner
    for agent in ("one", "two", "three", "four"):
        enter(code, inner, at, who(agent, network="home"))
    assert judged(at + timedelta(minutes=1)) == 0
    code, inner = sent.codes[1].code, sent.codes[1].inner
    for network in ("home", "road", "office", "station"):
        enter(code, inner, at, who("one", network=network))
    assert judged(at + timedelta(minutes=2)) == 0
    session.rollback()
    assert client.get(f"/api/v1/codes/{code}").json["verdict"] == "accepted"


@pytest.mark.both
def test_who_guesses_waits_longer_and_longer_and_nobody_else_does(sent, session, at):
    first, second = sent.codes
    guesser = who("g")
    assert [enter(first.code, WRONG, at, guesser).tries_left for _ in range(3)] == [2, 1, 0]
    waiting = enter(first.code, first.inner, at, guesser)
    assert (waiting.result, waiting.until) == ("wait", at + timedelta(minutes=10))
    # Another network holds the label: it is not kept waiting, whatever was tried elsewhere.
    assert enter(first.code, first.inner, at, who("holder")).result == "accepted"
    assert enter(second.code, second.inner, at, guesser).result == "accepted"
    # The wait ends by itself, and the next is longer.
    later = at + timedelta(minutes=11)
    assert enter(first.code, WRONG, later, guesser).result == "wrong"
    assert enter(first.code, WRONG, later, guesser).until == later + timedelta(hours=1)
    assert enter(first.code, first.inner, later + timedelta(days=2), guesser).result == "elsewhere"
    assert cases(session) == 0
    assert session.scalar(select(func.count()).select_from(InnerTry)) == 7


def test_right_entries_keep_nobody_waiting(sent, session, at):
    first = sent.codes[0]
    for _ in range(8):
        assert enter(first.code, first.inner, at).result in {"accepted", "again"}
    assert enter(first.code, WRONG, at).tries_left == 2


def test_wrong_entries_are_forgotten_after_a_day(sent, session, at):
    code = sent.codes[0].code
    assert [enter(code, WRONG, at).tries_left for _ in range(3)] == [2, 1, 0]
    assert enter(code, WRONG, at + timedelta(days=1)).tries_left == 2


def test_seller_and_buyer_are_told_once_a_day(sent, session, at):
    def told():
        session.rollback()
        query = select(OutboxEvent.body).where(OutboxEvent.name == "InnerCodeTried")
        return [body["label"] for body in session.scalars(query)]

    code, counts = sent.codes[0].code, []
    for number in range(2 * TELL_AT):
        enter(code, WRONG, at + timedelta(minutes=number), who(f"stranger {number}"))
        counts.append(len(told()))
    assert counts == [0] * (TELL_AT - 1) + [1] * (TELL_AT + 1)
    assert told() == [f"{sent.batch.number} #1"]


@pytest.mark.both
def test_the_branch_sees_which_labels_are_tried_and_from_how_many_networks(sent, session, at):
    for number in range(3):
        enter(sent.codes[0].code, WRONG, at, who(f"stranger {number}"))
    for code in sent.codes:
        enter(code.code, code.inner, at)
    (tried,) = tried_codes([sent.batch.grower_id], at=at)
    assert (tried.position, tried.wrong, tried.networks, tried.right) == (1, 3, 3, 1)
    assert tried_codes([sent.batch.grower_id + 1], at=at) == []
    assert tried_codes([sent.batch.grower_id], at=at + timedelta(days=31)) == []


def test_the_inner_code_of_another_label_is_wrong(sent, session, at):
    first, second = sent.codes
    assert enter(first.code, second.inner, at).result == "wrong"


def test_what_cannot_be_an_inner_code_is_no_try(sent, session, at):
    for typed in ("", "123", "ÄÄÄÄÄÄÄÄ"):
        with pytest.raises(Invalid):
            enter(sent.codes[0].code, typed, at)
    assert session.scalar(select(func.count()).select_from(InnerTry)) == 0


def test_before_dispatch_a_right_entry_is_noted_only(session, at):
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        issued = issue_codes(lot.id, "unit", 1, at=at, by=None, inner=True)
        activate_batch(issued.batch.number, grower_id=lot.grower_id, at=at, by=None)
    assert enter(issued.codes[0].code, issued.codes[0].inner, at).result == "noted"
    assert state(session) == "active"


def test_without_an_inner_code_and_unknown_look_the_same(session, at):
    with transaction():
        plain = make_codes(count=1)
    said = set()
    for code in (plain.codes[0].code, new_code()):
        with pytest.raises(NotFound) as refused:
            enter(code, WRONG, at)
        said.add(str(refused.value))
    assert len(said) == 1


def test_no_inner_code_is_stored(sent, session):
    with db.engine.connect() as connection:
        rows = "\n".join(
            str(row) for table in Base.metadata.sorted_tables for row in connection.execute(select(table))
        )
    assert session.scalar(select(func.count()).select_from(InnerCode)) == 2
    for one in sent.codes:
        assert len(one.inner) == 8
        assert one.inner not in rows


def test_many_guesses_at_once_are_counted_one_by_one(sent, session, app, at):
    """Twelve devices of one network guess at the same moment: six are looked at, then the network waits."""
    code, results, start = sent.codes[0].code, [], threading.Barrier(12)

    def guess(number):
        with app.app_context():
            start.wait()
            results.append(enter(code, WRONG, at, who(f"device {number}", network="one")).result)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["wait"] * 6 + ["wrong"] * 6
    assert cases(session) == 0
    assert session.scalar(select(func.count()).select_from(InnerTry)) == 6
