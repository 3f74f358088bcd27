"""What people report: which reports are kept, what counts as proof, and what the rules make of them afterwards."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database import transaction
from core.errors import Invalid
from tests.factories.accounts import make_account
from tests.factories.cases import make_case
from tests.factories.licences import make_licence, make_mark
from tests.factories.organisation import make_membership
from tests.factories.traceability import make_codes, make_lot, ship
from traceability.alarms import tasks
from traceability.alarms.models.tables import Alarm
from traceability.alarms.queries.code_facts import facts_of_codes
from traceability.alarms.service import judging as alarms
from traceability.alarms.states import AlarmStep
from traceability.api import issue_codes
from traceability.cases.models.tables import CaseReport
from traceability.cases.service import decisions
from traceability.cases.service.reporting import MOST_OF_CONTACT, MOST_OF_NETWORK, Report, receive_report
from traceability.cases.states import Subject
from traceability.codes.models.digests import code_digest
from traceability.codes.models.tables import Code
from traceability.codes.service.inner_codes import Entrant, enter_inner

DAY = timedelta(days=1)
ONE, TWO, THREE = (bytes([number]) * 8 for number in range(3))


@pytest.fixture
def sent(session, at):
    """Two codes with inner codes, sent with an order of ours; a third that no order took."""
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        issued = issue_codes(lot.id, "unit", 2, at=at, by=None, inner=True)
        ship(issued, at=at)
        other = make_codes(lot=lot, count=1, at=at)
    return [*issued.codes, *other.codes]


@pytest.fixture
def person(session, at):
    with transaction():
        make_mark(at=at)
        account = make_account(at=at)
        make_membership(account.id, "secretary", "guihua-osmanthus", at)
        return account.id


def digest_of(session, code):
    session.rollback()
    return code_digest(code.code)


def report(session, code, at, **values):
    given = {"what": "假的", "network": ONE, "code_digest": digest_of(session, code)}
    with transaction():
        return receive_report(Report(**(given | values)), at=at)


def kept(session):
    session.rollback()
    return session.scalars(select(CaseReport).order_by(CaseReport.id)).all()


def enter(code, inner, network, at):
    with transaction():
        return enter_inner(code.code, inner, entrant=Entrant(network * 2, network, network), at=at).result


def facts(session, code, at):
    session.rollback()
    ids = session.scalars(select(Code.id).where(Code.digest == digest_of(session, code))).all()
    ((_code, found),) = facts_of_codes(ids, at=at)
    session.rollback()
    return found


def test_the_day_after_a_network_and_a_contact_may_report_again(session, sent, at):
    for _ in range(MOST_OF_NETWORK + 1):
        report(session, sent[0], at)
    assert len(kept(session)) == MOST_OF_NETWORK
    report(session, sent[0], at + DAY)
    assert len(kept(session)) == MOST_OF_NETWORK + 1
    for number in range(MOST_OF_CONTACT):
        report(session, sent[1], at, network=bytes([number] * 8), contact="a@example.org")
    with pytest.raises(Invalid):
        report(session, sent[2], at, contact="A@example.org")
    assert report(session, sent[2], at + DAY, contact="a@example.org")


def test_what_is_reported_does_not_join_a_case_of_staff(session, sent, at):
    found = session.scalars(select(Code.id).where(Code.digest == digest_of(session, sent[0]))).one()
    with transaction():
        own = make_case(subject=Subject.of_code(found), origin="staff", at=at).number
    assert report(session, sent[0], at).number != own


@pytest.mark.both
def test_each_reporter_of_one_case_can_be_reached(session, sent, at):
    first = report(session, sent[0], at, contact="a@example.org")
    report(session, sent[0], at, network=TWO, contact="b@example.org")
    assert first.contact == "a@example.org"
    assert [one.contact for one in kept(session)] == ["", "b@example.org"]


def test_however_a_shop_is_named_its_reports_meet_in_one_case(session, at):
    def number(shop, network):
        with transaction():
            return receive_report(Report("假的", shop=shop, network=network), at=at).number

    ways = ("https://shop36912.taobao.com", "shop36912.m.taobao.com/?spm=1", "这家 shop36912.taobao.com")
    assert len({number(shop, network) for shop, network in zip(ways, (ONE, TWO, THREE), strict=True)}) == 1
    assert number("桂香 苗圃", ONE) == number("桂香苗圃 ", TWO) != number("丹桂苗圃", THREE)


def test_only_who_knows_the_order_or_opened_the_parcel_proves_it(session, sent, at):
    code = sent[0]
    assert enter(code, code.inner, THREE, at) == "accepted"
    assert enter(code, "ZZZZZZZZ", TWO, at) == "wrong"
    for network, order, proof in (
        (ONE, "", "none"),
        (ONE, "GY-2026-BBBBBBB", "none"),
        (ONE, " gy-2026-aaaaaaa", "order"),
        (TWO, "", "none"),
        (THREE, "", "inner"),
        (None, "", "none"),
    ):
        report(session, code, at, network=network, order=order)
        assert kept(session)[-1].proof == proof, (network, order)
    report(session, sent[2], at, order="")
    report(session, sent[2], at, order="GY-2026-AAAAAAA")
    assert [one.proof for one in kept(session)[-2:]] == ["none", "none"]


@pytest.mark.parametrize(("verdict", "counted"), [("genuine", 0), ("undetermined", 1)])
def test_reports_of_a_case_that_was_found_to_be_nothing_count_no_more(
    session, sent, person, at, verdict, counted
):
    number = report(session, sent[0], at).number
    assert len(facts(session, sent[0], at).reports) == 1
    with transaction():
        decisions.take(number, at=at, by=person)
        decisions.decide(number, verdict, note="核对", answer="正常", at=at, by=person)
    assert len(facts(session, sent[0], at).reports) == counted
    assert report(session, sent[0], at).number != number, "what comes after the verdict is a case of its own"


def test_what_was_reported_and_entered_before_an_alarm_was_cleared_counts_no_more(session, sent, person, at):
    for times, moment in enumerate((at, at + timedelta(hours=1))):
        for number in range(6):
            enter(sent[0], "ZZZZZZZZ", bytes([9 - times, number] * 4), moment)
        report(session, sent[0], moment)
        found = facts(session, sent[0], moment)
        assert (len(found.inner), len(found.reports)) == (6, 1)
        assert tasks.sweep_recent(at=moment) == 1
        with transaction() as current:
            alarm = current.scalars(select(Alarm.number)).one()
            alarms.decide(alarm, AlarmStep.CLEAR, note="核对", at=moment, by=person)
        found = facts(session, sent[0], moment)
        assert (found.inner, found.reports) == ((), ())


def test_a_code_that_was_reported_and_never_looked_up_is_judged(session, sent, at):
    report(session, sent[0], at)
    assert tasks.sweep_recent(at=at + timedelta(minutes=1)) == 1


def test_only_what_stands_against_other_codes_of_a_batch_makes_them_neighbours(session, sent, person, at):
    number = report(session, sent[0], at).number
    assert tasks.sweep_recent(at=at) == 1
    assert facts(session, sent[1], at).neighbours == 1
    with transaction() as current:
        decisions.take(number, at=at, by=person)
        decisions.decide(number, "genuine", note="核对", answer="正常", at=at, by=person)
        alarm = current.scalars(select(Alarm.number)).one()
    assert facts(session, sent[1], at).neighbours == 1
    with transaction():
        alarms.decide(alarm, AlarmStep.CLEAR, note="核对", at=at, by=person)
    assert facts(session, sent[1], at).neighbours == 0
