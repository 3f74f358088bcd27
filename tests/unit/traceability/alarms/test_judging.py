"""Alarms from look-ups in the database: raised once, with evidence and version, cleared only by people."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.database import transaction
from core.errors import Conflict, Invalid
from core.seal.models.leaves import SealLeaf
from tests.factories.accounts import make_account
from tests.factories.lookups import make_lookup, make_visitor
from tests.factories.verification import make_scene
from traceability.alarms import tasks
from traceability.alarms.models import sealing
from traceability.alarms.models.tables import Alarm, AlarmChange, AlarmFinding, RuleThresholds
from traceability.alarms.service import judging as service
from traceability.alarms.states import AlarmStep
from traceability.cases.models.tables import CaseEvidence, CounterfeitCase
from traceability.codes.rules.notation import new_code
from traceability.standing.queries import doubts_of

PLACES = ("广东省", "四川省", "北京市", "山东省", "河南省")


@pytest.fixture
def scene(session, at):
    with transaction():
        return make_scene("shipped", at=at)


def judge(at):
    return tasks.sweep_recent(at=at)


def copies_seen(code, at, places=PLACES, name="victim"):
    """Each copy's buyer looks on a day of his own."""
    for day, place in enumerate(places, start=3):
        with transaction():
            make_lookup(code, make_visitor(f"{name} {day}", place), at + timedelta(days=day))
    return at + timedelta(days=len(places) + 3)


def test_an_honest_buyer_raises_nothing(session, scene, at):
    with transaction():
        make_lookup(scene.code, make_visitor("buyer"), at + timedelta(days=3))
    assert judge(at + timedelta(days=3, minutes=1)) == 0
    assert session.scalars(select(Alarm)).all() == []


def test_copies_raise_one_alarm_and_one_case_with_evidence_and_version(session, scene, at):
    end = copies_seen(scene.code, at)
    assert judge(end) == 1
    with transaction():
        assert service.judge_codes([scene.code_id], at=end + timedelta(seconds=10)) == 1
    alarm = session.scalars(select(Alarm)).one()
    assert (alarm.alert, alarm.state, alarm.code_id) == ("suspect", "open", scene.code_id)
    case = session.scalars(select(CounterfeitCase)).one()
    assert (case.origin, case.number, case.code_id) == ("rule", alarm.case_number, scene.code_id)
    findings = session.scalars(select(AlarmFinding).where(AlarmFinding.rule == "elsewhere")).all()
    assert len(findings) == 1
    assert findings[0].version == 1
    assert len(findings[0].evidence) == 5
    pieces = session.scalars(select(CaseEvidence).where(CaseEvidence.case_id == case.id)).all()
    assert {"elsewhere", "too_many"} <= {piece.body["rule"] for piece in pieces}
    assert all(piece.body["version"] == 1 for piece in pieces)


def test_a_rule_never_says_on_the_page_that_a_code_is_doubted(session, scene, client, at):
    judge(copies_seen(scene.code, at))
    assert client.get(f"/api/v1/codes/{scene.code}").json["verdict"] == "shipped"
    assert doubts_of(scene.code_id) == []


def test_a_notice_opens_no_case(session, scene, at):
    end = copies_seen(scene.code, at, PLACES[:2])
    assert judge(end) == 1
    assert session.scalars(select(Alarm.alert)).all() == ["notice"]
    assert session.scalars(select(CounterfeitCase)).all() == []


def test_what_is_looked_up_while_the_sweep_runs_is_judged_by_the_next(session, scene, at):
    end = copies_seen(scene.code, at, PLACES[:4])
    judge(end)
    late = end - timedelta(seconds=5)
    with transaction():
        make_lookup(scene.code, make_visitor("late", PLACES[4]), late)
    judge(end + timedelta(seconds=10))
    points = session.scalar(select(func.max(AlarmFinding.points)).where(AlarmFinding.rule == "elsewhere"))
    judge(end + timedelta(hours=3))
    assert points == 75


def test_who_came_within_the_hours_of_a_crowd_is_judged_once_it_is_none(session, scene, at):
    """Nobody looks any more: the sweep comes back to the code by itself."""
    with transaction():
        for minute, place in enumerate(PLACES[:4]):
            make_lookup(
                scene.code, make_visitor(f"v {minute}", place), at + timedelta(days=3, minutes=minute)
            )
    soon = at + timedelta(days=3, minutes=5)
    assert judge(soon) == 0
    hours = timedelta(hours=service.thresholds_in_force(at=at).values.crowd_hours)
    session.rollback()
    assert judge(soon + hours) == 1


def test_a_mark_that_a_wrong_clock_set_ahead_keeps_nothing_from_being_judged(session, scene, at):
    end = copies_seen(scene.code, at, PLACES[:4])
    judge(end + timedelta(days=30))
    with transaction():
        make_lookup(scene.code, make_visitor("late", PLACES[4]), end - timedelta(seconds=5))
    assert judge(end) == 1


def test_an_alarm_keeps_its_loudest_score_until_a_person_clears_it(session, scene, at):
    end = copies_seen(scene.code, at)
    judge(end)
    loudest = session.scalars(select(Alarm.score)).one()
    session.rollback()
    with transaction():
        quieter = {"elsewhere_points": 5, "parties_points": 5}
        service.change_thresholds(quieter, reason="fair in Canton", at=end, by=None)
        assert service.judge_codes([scene.code_id], at=end) == 1
    assert session.execute(select(Alarm.alert, Alarm.score)).one() == ("suspect", loudest)


@pytest.fixture
def person(session):
    with transaction():
        return make_account().id


def decide(step, at, person, note="looked at it"):
    from core.database import session

    with transaction():
        number = session.scalars(select(Alarm.number)).one()
        service.decide(number, step, note=note, at=at, by=person)


@pytest.mark.both
def test_a_person_doubts_a_code_and_takes_the_doubt_off_again(session, scene, client, at, person):
    end = copies_seen(scene.code, at)
    judge(end)
    decide(AlarmStep.DOUBT, end, person)
    session.rollback()
    assert client.get(f"/api/v1/codes/{scene.code}").json["verdict"] == "suspect"
    with pytest.raises(Conflict):
        decide(AlarmStep.DOUBT, end, person)
    decide(AlarmStep.CLEAR, end, person)
    session.rollback()
    assert client.get(f"/api/v1/codes/{scene.code}").json["verdict"] == "shipped"
    assert session.scalars(select(AlarmChange.step).order_by(AlarmChange.id)).all() == ["doubt", "clear"]


def test_what_was_cleared_counts_no_more_but_what_follows_does(session, scene, at, person):
    end = copies_seen(scene.code, at)
    judge(end)
    pieces = select(func.count()).select_from(CaseEvidence)
    before = session.scalar(pieces)
    session.rollback()
    decide(AlarmStep.CLEAR, end, person)
    assert judge(end + timedelta(minutes=1)) == 0
    later = copies_seen(scene.code, end, name="second victim")
    assert judge(later) == 1
    session.rollback()
    assert session.scalars(select(Alarm.state)).one() == "open"
    assert session.scalars(select(AlarmChange.step).order_by(AlarmChange.id)).all() == ["clear", "reopen"]
    assert session.scalar(pieces) == 2 * before, "what follows is put on record too"


def test_nobody_reopens_an_alarm_by_hand(session, scene, at, person):
    judge(copies_seen(scene.code, at))
    decide(AlarmStep.CLEAR, at, person)
    with pytest.raises(Conflict) as refused:
        decide(AlarmStep.REOPEN, at, person)
    assert refused.value.code == "alarm_state"


def test_a_decision_needs_a_note(session, scene, at, person):
    judge(copies_seen(scene.code, at))
    with pytest.raises(Invalid):
        decide(AlarmStep.CLEAR, at, person, note="  ")


def test_a_network_that_tries_numbers_becomes_a_case(session, at):
    with transaction():
        for n in range(60):
            moment = at + timedelta(seconds=5 * n)
            make_lookup(new_code(), make_visitor(f"address {n}", network="one"), moment)
        for n in range(15):
            make_lookup(new_code(), make_visitor(f"villager {n}", network="village"), at)
    assert judge(at + timedelta(minutes=5)) == 1
    alarm = session.scalars(select(Alarm)).one()
    assert (alarm.subject_kind, alarm.alert) == ("network", "suspect")
    assert session.scalars(select(CounterfeitCase.subject_kind)).all() == ["burst"]


@pytest.mark.both
def test_thresholds_are_versioned_sealed_and_kept_with_each_decision(session, scene, at, person):
    with transaction():
        assert service.thresholds_in_force(at=at).version == 1
        assert (
            service.change_thresholds({"elsewhere_points": 50}, reason="fair in Canton", at=at, by=person)
            == 2
        )
    end = copies_seen(scene.code, at, PLACES[:1])
    judge(end)
    assert session.scalars(select(AlarmFinding.version)).all() == [2]
    sealed = select(SealLeaf.subject).where(SealLeaf.kind == "rule_thresholds").order_by(SealLeaf.id)
    assert session.scalars(sealed).all() == ["rule_thresholds/1", "rule_thresholds/2"]
    assert dict(sealing.SOURCE.bodies())["rule_thresholds/2"]["values"]["elsewhere_points"] == 50


@pytest.mark.parametrize(
    ("values", "reason", "error"),
    [
        ({"elsewhere_points": 50}, " ", Invalid),
        ({"elsewhere_points": 101}, "why", Invalid),
        ({"notice_score": 70}, "why", Invalid),
        ({"elsewhere_points": 15}, "why", Conflict),
    ],
)
def test_a_change_of_thresholds_needs_a_reason_a_range_and_a_difference(session, at, values, reason, error):
    with pytest.raises(error), transaction():
        service.change_thresholds(values, reason=reason, at=at, by=None)
    assert session.scalars(select(RuleThresholds)).all() == []


@pytest.mark.both
def test_a_licensee_whose_labels_come_up_where_nothing_was_sold_becomes_a_case(session, at):
    from tests.factories.traceability import make_codes

    with transaction():
        issued = make_codes(count=12, at=at)
        for n, one in enumerate(issued.codes):
            make_lookup(one.code, make_visitor(f"buyer {n}", PLACES[n % 5]), at + timedelta(days=n))
    assert tasks.sweep_licensees(at=at + timedelta(days=30)) == 1
    alarm = session.scalars(select(Alarm)).one()
    assert (alarm.subject_key, alarm.alert) == (f"grower/{issued.batch.grower_id}", "suspect")
    rules = set(session.scalars(select(AlarmFinding.rule)))
    assert rules == {"surfaced_where_not_sold"}
