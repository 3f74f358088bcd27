"""The inner code: right once is acceptance, right twice is a copy, five times wrong is a case."""

import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.database import Base, db, transaction
from core.errors import Conflict, Invalid, NotFound
from core.seal.models import SealLeaf
from tests.factories.accounts import make_account
from tests.factories.licences import make_licence
from tests.factories.traceability import make_codes, make_lot, ship
from traceability.api import activate_batch, issue_codes
from traceability.cases.models import CounterfeitCase
from traceability.codes.inner import MOST_WRONG, enter_inner
from traceability.codes.models import Code, InnerCode, InnerTry
from traceability.codes.rules import new_code
from traceability.codes.unlocking import SOURCE as UNLOCKS
from traceability.codes.unlocking import ask_to_unlock, decide_unlock, locked_codes
from traceability.events.models import EpcisEvent
from traceability.events.sealing import subject_of

MINE, OTHER = b"m" * 16, b"o" * 16
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


def enter(code, inner, at, device=MINE):
    with transaction():
        return enter_inner(code, inner, device=device, at=at)


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


def test_right_from_another_device_is_a_copy_and_opens_one_case(sent, session, at):
    first = sent.codes[0]
    enter(first.code, first.inner, at)
    answer = enter(first.code, first.inner, at, OTHER)
    assert (answer.result, answer.first_at) == ("copied", at)
    enter(first.code, first.inner, at, b"3" * 16)
    assert cases(session) == 1
    assert state(session) == "accepted"


def test_five_wrong_entries_lock_it_and_open_a_case(sent, session, at):
    first, second = sent.codes
    left = [enter(first.code, WRONG, at).tries_left for _ in range(MOST_WRONG - 1)]
    assert left == [4, 3, 2, 1]
    assert cases(session) == 0
    assert enter(first.code, WRONG, at).result == "locked"
    assert cases(session) == 1
    assert enter(first.code, first.inner, at).result == "locked"
    assert state(session) == "shipped"
    assert enter(second.code, second.inner, at).result == "accepted"
    assert session.scalar(select(func.count()).select_from(InnerTry)) == MOST_WRONG + 1


@pytest.fixture
def locked(sent, session, at):
    """The first code, locked; and two people of the branch."""
    for _ in range(MOST_WRONG):
        enter(sent.codes[0].code, WRONG, at)
    with transaction():
        people = [make_account(at=at).id for _ in range(2)]
    return sent, people


def ask(sent, by, at, reason="the buyer sent a photograph"):
    with transaction():
        return ask_to_unlock(sent.batch.number, 1, reason=reason, at=at, by=by)


@pytest.mark.both
def test_two_people_open_a_locked_inner_code_and_it_is_sealed(locked, session, at):
    sent, (one, other) = locked
    [waiting] = locked_codes([sent.batch.grower_id])
    assert (waiting.batch_number, waiting.position, waiting.request) == (sent.batch.number, 1, None)
    wish = ask(sent, one, at)
    assert locked_codes([sent.batch.grower_id])[0].request.reason == "the buyer sent a photograph"
    with pytest.raises(Conflict) as alone, transaction():
        decide_unlock(wish, confirm=True, at=at, by=one)
    assert alone.value.code == "same_person"
    assert enter(sent.codes[0].code, sent.codes[0].inner, at).result == "locked"
    with transaction():
        decide_unlock(wish, confirm=True, at=at, by=other)
    assert locked_codes([sent.batch.grower_id]) == []
    assert enter(sent.codes[0].code, WRONG, at).tries_left == MOST_WRONG - 1
    assert enter(sent.codes[0].code, sent.codes[0].inner, at).result == "accepted"
    session.rollback()
    [(subject, body)] = list(UNLOCKS.bodies())
    assert (body["asked_by"], body["decided_by"], body["state"]) == (one, other, "done")
    leaves = select(func.count()).select_from(SealLeaf).where(SealLeaf.subject == subject)
    assert session.scalar(leaves) == 2


@pytest.mark.both
def test_a_refused_wish_leaves_it_locked_and_may_be_made_again(locked, session, at):
    sent, (one, other) = locked
    wish = ask(sent, one, at)
    with pytest.raises(Conflict):
        ask(sent, other, at)
    with transaction():
        decide_unlock(wish, confirm=False, at=at, by=other)
    with pytest.raises(Conflict), transaction():
        decide_unlock(wish, confirm=True, at=at, by=other)
    assert enter(sent.codes[0].code, sent.codes[0].inner, at).result == "locked"
    assert ask(sent, other, at) != wish


def test_what_is_not_locked_or_has_no_reason_is_not_asked_for(locked, session, at):
    sent, (one, _other) = locked
    with pytest.raises(Invalid):
        ask(sent, one, at, reason="  ")
    for place, error in ((2, Conflict), (99, NotFound)):
        with pytest.raises(error), transaction():
            ask_to_unlock(sent.batch.number, place, reason="why not", at=at, by=one)


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
    """Twelve devices guess at the same moment: five are counted, then it is locked, with one case."""
    code, results, start = sent.codes[0].code, [], threading.Barrier(12)

    def guess(number):
        with app.app_context():
            start.wait()
            results.append(enter(code, WRONG, at, bytes([number]) * 16).result)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["locked"] * 8 + ["wrong"] * 4
    assert cases(session) == 1
    assert session.scalar(select(InnerCode.wrong).order_by(InnerCode.wrong.desc())) == MOST_WRONG
