"""Networks that try inner codes: counted by labels, wrong entries only, of one day; no page hangs on them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database import transaction
from core.errors import Conflict
from tests.factories.accounts import make_account
from tests.factories.licences import make_licence
from tests.factories.lookups import make_lookup, make_visitor
from tests.factories.traceability import make_codes, make_lot, ship
from traceability.alarms import tasks
from traceability.alarms.models.tables import Alarm
from traceability.alarms.rules.thresholds import DEFAULTS
from traceability.alarms.service import judging as service
from traceability.alarms.states import AlarmStep
from traceability.api import issue_codes
from traceability.codes.service.inner_codes import Entrant, enter_inner

NOTICE = DEFAULTS.inner_burst_notice
NETWORK = b"one line"


@pytest.fixture
def sent(session, at):
    """As many sent codes with inner codes as make a notice."""
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        issued = issue_codes(lot.id, "unit", NOTICE, at=at, by=None, inner=True)
        ship(issued, at=at)
    return issued.codes


def enter(code, at, inner="ZZZZZZZZ", device=0):
    who = Entrant(bytes([device]) * 16, NETWORK, bytes([device]) * 8)
    with transaction():
        return enter_inner(code.code, inner, entrant=who, at=at).result


def networks(session, at):
    session.rollback()
    found = service.networks_to_judge(at=at)
    session.rollback()
    return found


@pytest.mark.both
def test_a_network_that_enters_wrong_inner_codes_of_many_labels_is_noticed(session, sent, at):
    for code in sent[:-1]:
        enter(code, at)
        enter(code, at)
    assert networks(session, at) == {}
    enter(sent[-1], at)
    (facts,) = networks(session, at).values()
    assert (facts.inner_codes, len(facts.entries), facts.texts) == (NOTICE, 2 * NOTICE - 1, 0)
    assert tasks.sweep_recent(at=at) == 1
    session.rollback()
    alarm = session.scalars(select(Alarm)).one()
    assert (alarm.subject_kind, alarm.alert, alarm.subject_key) == (
        "network",
        "notice",
        f"network/{NETWORK.hex()}",
    )


def test_who_opens_many_parcels_tries_nothing(session, sent, at):
    for code in sent:
        assert enter(code, at, code.inner) == "accepted"
    assert networks(session, at) == {}


def test_who_looks_up_many_labels_of_ours_tries_no_numbers(session, at):
    with transaction():
        issued = make_codes(count=DEFAULTS.burst_challenge_texts, at=at)
        for code in issued.codes:
            make_lookup(code.code, make_visitor("inspector"), at)
    assert networks(session, at) == {}


def test_wrong_entries_of_another_day_are_forgotten(session, sent, at):
    enter(sent[0], at)
    later = at + timedelta(days=1)
    for code in sent[1:]:
        enter(code, later)
    assert networks(session, later) == {}


def test_an_alarm_about_a_network_doubts_no_code(session, sent, at):
    for code in sent:
        enter(code, at)
    tasks.sweep_recent(at=at)
    with transaction() as current:
        person = make_account(at=at).id
        number = current.scalars(select(Alarm.number)).one()
    with pytest.raises(Conflict), transaction():
        service.decide(number, AlarmStep.DOUBT, note="x", at=at, by=person)
    with transaction():
        service.decide(number, AlarmStep.CLEAR, note="x", at=at, by=person)
