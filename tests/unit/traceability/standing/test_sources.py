"""Each doubt has one owner: what a case and an alarm say of the same code is taken back one by one."""

from hashlib import sha256

import pytest
from sqlalchemy import select

from core.database import session as db_session
from core.database import transaction
from tests.factories.accounts import make_account
from tests.factories.cases import confirm_case, make_case
from tests.factories.licences import make_mark
from tests.factories.organisation import make_membership
from tests.factories.verification import make_scene
from traceability.alarms.models.tables import Alarm
from traceability.alarms.service import judging as alarms
from traceability.alarms.states import AlarmStep
from traceability.cases.service import decisions
from traceability.cases.states import Subject
from traceability.codes.models.tables import Code, CodeBatch, InnerTry
from traceability.codes.rules.verdicts import Doubt
from traceability.codes.service.inner_codes import Entrant
from traceability.standing.queries import doubts_of, standing_of

pytestmark = pytest.mark.both


@pytest.fixture
def scene(session, at):
    with transaction():
        return make_scene("shipped", at=at)


@pytest.fixture
def staff(session, at):
    with transaction():
        make_mark(at=at)
        people = [make_account(at=at).id for _ in range(2)]
        for one in people:
            make_membership(one, "secretary", "guihua-osmanthus", at)
        return people


@pytest.fixture
def alarm(scene, at):
    with transaction():
        row = Alarm(
            number="W-2026-TESTTEST", subject_kind="code", subject_key=f"code/{scene.code_id}",
            code_id=scene.code_id, alert="notice", score=30, first_at=at, last_at=at,
        )  # fmt: skip
        db_session.add(row)
        return row.number


def verdict(client, scene):
    db_session.rollback()
    return client.get(f"/api/v1/codes/{scene.code}").json["verdict"]


def decide(alarm, step, person, at):
    with transaction():
        alarms.decide(alarm, step, note="看过照片", at=at, by=person)


def test_clearing_an_alarm_leaves_what_two_persons_confirmed(client, scene, staff, alarm, at):
    decide(alarm, AlarmStep.DOUBT, staff[0], at)
    with transaction():
        case = make_case(subject=Subject.of_code(scene.code_id), at=at)
        confirm_case(case.number, first=staff[0], second=staff[1], at=at)
    decide(alarm, AlarmStep.CLEAR, staff[0], at)
    assert verdict(client, scene) == "suspect"
    assert [(one.doubt, one.number) for one in doubts_of(scene.code_id)] == [(Doubt.CONFIRMED, case.number)]


def test_a_case_found_to_be_nothing_leaves_the_doubt_of_an_alarm(client, scene, staff, alarm, at):
    decide(alarm, AlarmStep.DOUBT, staff[0], at)
    with transaction():
        number = make_case(subject=Subject.of_code(scene.code_id), at=at).number
        decisions.take(number, note="可疑", doubt_code=True, at=at, by=staff[0])
    assert {one.doubt for one in doubts_of(scene.code_id)} == {Doubt.CASE, Doubt.ALARM}
    with transaction():
        decisions.decide(number, "genuine", note="已核对", answer="正常", at=at, by=staff[0])
        decisions.close(number, at=at, by=staff[0])
    assert verdict(client, scene) == "suspect"
    assert [(one.doubt, one.reason) for one in doubts_of(scene.code_id)] == [(Doubt.ALARM, "看过照片")]
    decide(alarm, AlarmStep.CLEAR, staff[0], at)
    assert verdict(client, scene) == "shipped"


def test_a_case_that_is_looked_at_again_keeps_its_doubt_until_the_new_verdict(client, scene, staff, at):
    with transaction():
        number = make_case(subject=Subject.of_code(scene.code_id), at=at).number
        confirm_case(number, first=staff[0], second=staff[1], at=at)
        decisions.reopen(number, note="卖家申诉", at=at, by=staff[0])
    assert [one.doubt for one in doubts_of(scene.code_id)] == [Doubt.CASE]
    assert verdict(client, scene) == "suspect"
    with transaction():
        decisions.decide(number, "genuine", note="已核对", answer="正常", at=at, by=staff[0])
    assert verdict(client, scene) == "shipped"


def test_a_case_that_was_found_to_be_nothing_doubts_no_code_when_it_is_looked_at_again(scene, staff, at):
    with transaction():
        number = make_case(subject=Subject.of_code(scene.code_id), at=at).number
        decisions.take(number, note="可疑", doubt_code=True, at=at, by=staff[0])
        decisions.decide(number, "genuine", note="已核对", answer="正常", at=at, by=staff[0])
        decisions.reopen(number, note="有新照片", at=at, by=staff[0])
    assert doubts_of(scene.code_id) == []


def test_each_case_says_its_own_newest_reason_and_many_ask_no_more_than_one(
    scene, staff, at, count_statements
):
    def find_fake(answer):
        with transaction():
            number = make_case(subject=Subject.of_code(scene.code_id), at=at).number
            confirm_case(number, first=staff[0], second=staff[1], at=at, answer=answer)

    def asked():
        with count_statements() as seen:
            said = [view.reason for view in doubts_of(scene.code_id)]
        return said, len(seen)

    find_fake("标签印错")
    said, statements = asked()
    assert said == ["标签印错"]
    find_fake("照片不符")
    find_fake("重复出现")
    assert asked() == (["标签印错", "照片不符", "重复出现"], statements)


def test_an_alarm_that_was_doubted_again_says_the_newest_reason(scene, staff, alarm, at):
    decide(alarm, AlarmStep.DOUBT, staff[0], at)
    decide(alarm, AlarmStep.CLEAR, staff[0], at)
    with transaction() as current:
        current.scalars(select(Alarm)).one().state = "open"
    with transaction():
        alarms.decide(alarm, AlarmStep.DOUBT, note="又有一张照片", at=at, by=staff[0])
    assert [one.reason for one in doubts_of(scene.code_id)] == ["又有一张照片"]


def enter(code, network, agent, at, *, right=True):
    def digest(word, length):
        return sha256(word.encode()).digest()[:length]

    with transaction() as current:
        known = Entrant(digest(network + agent, 16), digest(network, 8), digest(agent, 8))
        current.add(
            InnerTry(
                code_id=code, device_digest=known.device, network_digest=known.network,
                agent_digest=known.agent, right=right, at=at,
            )
        )  # fmt: skip


@pytest.mark.parametrize(
    ("networks", "agents", "right", "copied"),
    [("abc", "xyz", True, True), ("abc", "xxx", True, False), ("aaa", "xyz", True, False), ("abc", "xyz", False, False)],
)  # fmt: skip
def test_staff_read_of_a_copied_inner_code_what_the_page_says(
    client, scene, at, networks, agents, right, copied
):
    for network, agent in zip(networks, agents, strict=True):
        enter(scene.code_id, network, agent, at, right=right)
    assert verdict(client, scene) == ("suspect" if copied else "shipped")
    assert [one.doubt for one in doubts_of(scene.code_id)] == [Doubt.COPIED] * copied


def test_staff_see_every_record_from_which_the_page_is_computed(client, scene, staff, alarm, at):
    decide(alarm, AlarmStep.DOUBT, staff[0], at)
    batch, position = db_session.execute(
        select(CodeBatch.number, Code.position)
        .join(CodeBatch, CodeBatch.id == Code.batch_id)
        .where(Code.id == scene.code_id)
    ).one()
    found = standing_of(batch, position, at=at)
    assert (found.verdict, found.state, found.lot_state) == ("suspect", "shipped", "open")
    assert [(one.number, one.reason) for one in found.doubts] == [(alarm, "看过照片")]
