"""Two persons confirm, one clears; only the people of the area, never those whom the case is about."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from branch.api import check_url
from branch.growers.models.tables import GrowerMember
from core.database import session as db_session
from core.database import transaction
from core.errors import Conflict, Forbidden, Invalid
from core.seal.models.leaves import SealLeaf
from tests.factories.accounts import make_account
from tests.factories.cases import confirm_case, make_case
from tests.factories.licences import make_mark
from tests.factories.organisation import make_membership
from tests.factories.verification import make_scene
from traceability.cases.models.tables import CaseChange, CounterfeitCase
from traceability.cases.queries.records import get_case
from traceability.cases.service import decisions
from traceability.cases.states import CaseState, Subject
from traceability.standing.queries import doubts_of

SHOP = "https://shop36912.taobao.com"


@pytest.fixture
def staff(session, at):
    """Two secretaries of the osmanthus branch, one of tea, one member of the committee, by name."""
    with transaction():
        make_mark(at=at)
        people = {}
        for name, role, unit in (
            ("an", "secretary", "guihua-osmanthus"),
            ("bo", "secretary", "guihua-osmanthus"),
            ("tea", "secretary", "guihua-tea"),
            ("committee", "committee", "guihua"),
        ):
            people[name] = make_account(at=at).id
            make_membership(people[name], role, unit, at)
    return people


@pytest.fixture
def scene(session, at):
    with transaction():
        return make_scene("shipped", at=at)


def suspect(code_id):
    return bool(doubts_of(code_id))


def test_two_persons_confirm_a_fake_and_the_code_is_doubted(staff, scene, at):
    with transaction():
        case = make_case(subject=Subject.of_code(scene.code_id), at=at)
        found = confirm_case(case.number, first=staff["an"], second=staff["committee"], at=at)
    assert (found.state, found.verdict, found.answer) == ("decided", "confirmed_fake", "经核实为假冒。")
    assert suspect(scene.code_id)


def test_nobody_confirms_his_own_proposal(staff, at):
    with transaction(), pytest.raises(Forbidden, match=r".") as refused:
        confirm_case(make_case(at=at).number, first=staff["an"], second=staff["an"], at=at)
    assert refused.value.code == "second_person"


def test_the_database_too_refuses_a_confirmation_by_one_person(staff, at):
    with transaction():
        case = make_case(at=at)
        decisions.take(case.number, at=at, by=staff["an"])
        decisions.propose(case.number, note="叶形不符", answer="假冒", at=at, by=staff["an"])
    row = db_session.scalars(select(CounterfeitCase)).one()
    with pytest.raises(Exception, match="two_persons_confirm"), transaction():
        row = db_session.scalars(select(CounterfeitCase)).one()
        row.verdict, row.state, row.decided_by_account_id = "confirmed_fake", "decided", staff["an"]


def test_one_person_does_not_decide_for_a_fake(staff, at):
    with transaction(), pytest.raises(Conflict):
        number = make_case(at=at).number
        decisions.take(number, at=at, by=staff["an"])
        decisions.decide(number, "confirmed_fake", note="x", answer="y", at=at, by=staff["an"])


def test_the_second_person_may_send_it_back(staff, at):
    with transaction():
        number = make_case(at=at).number
        decisions.take(number, at=at, by=staff["an"])
        decisions.propose(number, note="叶形不符", answer="假冒", at=at, by=staff["an"])
        back = decisions.send_back(number, note="缺照片", at=at, by=staff["bo"])
    assert (back.state, back.verdict, back.proposed_by_account_id) == ("investigating", None, None)


def test_what_is_confirmed_is_the_proposal_that_was_made_last(staff, at):
    with transaction():
        number = make_case(at=at).number
        decisions.take(number, at=at, by=staff["an"])
        decisions.propose(number, note="叶形不符", answer="卖家甲售假", at=at, by=staff["an"])
        decisions.send_back(number, note="证据不足", at=at, by=staff["bo"])
        decisions.propose(number, note="已补照片", answer="卖家乙售假", at=at, by=staff["an"])
        found = decisions.confirm(number, note="同意", at=at, by=staff["bo"])
    assert found.answer == "卖家乙售假"


def test_what_another_window_read_is_not_confirmed_once_something_else_is_proposed(staff, at):
    """The proposal was sent back and made anew, of another shop, while the page of the first one stood open."""
    later = at + timedelta(minutes=5)
    with transaction():
        number = make_case(at=at).number
        decisions.take(number, at=at, by=staff["an"])
        decisions.propose(number, note="叶形不符", answer="卖家甲售假", at=at, by=staff["an"])
        decisions.send_back(number, note="证据不足", at=at, by=staff["bo"])
        decisions.propose(number, note="已补照片", answer="卖家乙售假", at=later, by=staff["an"])
    for read in (at.isoformat(), ""):
        with pytest.raises(Conflict) as stale, transaction():
            decisions.confirm(number, note="同意", proposed_at=read, at=later, by=staff["bo"])
        assert stale.value.code == "case_state"
    with transaction():
        confirmed = decisions.confirm(
            number, note="同意", proposed_at=later.isoformat(), at=later, by=staff["bo"]
        )
    assert confirmed.answer == "卖家乙售假"


@pytest.mark.parametrize("note", ["", "  "])
def test_one_person_doubts_a_code_only_with_a_reason(staff, scene, at, note):
    with transaction():
        number = make_case(subject=Subject.of_code(scene.code_id), at=at).number
    with pytest.raises(Invalid), transaction():
        decisions.take(number, note=note, doubt_code=True, at=at, by=staff["an"])
    assert not suspect(scene.code_id)
    with transaction():
        decisions.take(number, note="照片可疑", doubt_code=True, at=at, by=staff["an"])
    assert suspect(scene.code_id)


def test_who_once_proposed_has_no_part_in_what_is_decided_after_a_reopening(staff, scene, at):
    with transaction():
        number = make_case(subject=Subject.of_code(scene.code_id), at=at).number
        confirm_case(number, first=staff["an"], second=staff["bo"], at=at)
        decisions.reopen(number, note="卖家申诉", at=at, by=staff["bo"])
        decisions.decide(number, "genuine", note="核对", answer="正常", at=at, by=staff["bo"])
    body = db_session.scalars(
        select(SealLeaf.body).where(SealLeaf.subject == f"case/{number}").order_by(SealLeaf.id.desc())
    ).first()
    assert json.loads(body)["decided_by"] == [None, staff["bo"]]


def test_a_cleared_case_takes_back_its_doubt(staff, scene, at):
    with transaction():
        case = make_case(subject=Subject.of_code(scene.code_id), at=at)
        decisions.take(case.number, note="照片可疑", doubt_code=True, at=at, by=staff["an"])
        assert suspect(scene.code_id)
        decisions.decide(case.number, "genuine", note="已核对", answer="正常发货", at=at, by=staff["an"])
    assert not suspect(scene.code_id)


def test_a_doubt_that_rests_on_another_case_stays(staff, scene, at):
    with transaction():
        first = make_case(subject=Subject.of_code(scene.code_id), at=at)
        second = make_case(subject=Subject.of_code(scene.code_id), at=at, origin="staff")
        decisions.take(first.number, note="可疑", doubt_code=True, at=at, by=staff["an"])
        decisions.take(second.number, note="可疑", doubt_code=True, at=at, by=staff["an"])
        decisions.decide(first.number, "undetermined", note="不明", answer="未能认定", at=at, by=staff["an"])
    assert suspect(scene.code_id)


@pytest.mark.parametrize("words", [{"note": " ", "answer": "假冒"}, {"note": "不符", "answer": ""}])
def test_a_proposal_says_what_was_found_and_what_the_reporter_reads(staff, at, words):
    with transaction(), pytest.raises(Invalid):
        number = make_case(at=at).number
        decisions.take(number, at=at, by=staff["an"])
        decisions.propose(number, at=at, by=staff["an"], **words)


def test_another_branch_does_not_take_the_case(staff, scene, at):
    with transaction(), pytest.raises(Forbidden):
        number = make_case(subject=Subject.of_code(scene.code_id), at=at).number
        decisions.take(number, at=at, by=staff["tea"])


def test_whoever_works_for_the_grower_decides_nothing_about_him(staff, scene, at):
    with transaction():
        case = make_case(subject=Subject.of_code(scene.code_id), at=at)
        db_session.add(GrowerMember(grower_id=case.grower_id, account_id=staff["an"], role="staff", since=at))
    with transaction(), pytest.raises(Forbidden) as refused:
        decisions.take(case.number, at=at, by=staff["an"])
    assert refused.value.code == "own_case"


def test_a_confirmed_outside_shop_is_not_authorised_since_that_day(staff, at):
    assert check_url(SHOP, at=at).reason == "not_in_register"
    with transaction():
        case = make_case(subject=Subject.of_shop(SHOP), at=at)
        confirm_case(case.number, first=staff["an"], second=staff["bo"], at=at + timedelta(days=2))
    answer = check_url(SHOP, at=at + timedelta(days=3))
    assert (answer.status, answer.reason) == ("not_authorised", "confirmed_fake")
    assert answer.since == at + timedelta(days=2)


def test_a_case_decided_otherwise_after_an_objection_lifts_the_warning(staff, at):
    with transaction():
        number = make_case(subject=Subject.of_shop(SHOP), at=at).number
        confirm_case(number, first=staff["an"], second=staff["bo"], at=at)
        decisions.close(number, at=at, by=staff["an"])
    with transaction():
        opened = decisions.reopen(number, note="店主提交了证据", at=at, by=staff["committee"])
        assert (opened.verdict, opened.state) == (None, "investigating")
        assert check_url(SHOP, at=at).reason == "confirmed_fake"
        decisions.decide(number, "genuine", note="证据成立", answer="正品", at=at, by=staff["an"])
    assert check_url(SHOP, at=at).reason == "not_in_register"


def test_words_that_name_no_shop_confirm_without_a_listing(staff, at):
    with transaction():
        case = make_case(subject=Subject.of_shop("某某苗木店"), at=at)
        confirm_case(case.number, first=staff["an"], second=staff["bo"], at=at)
    detail = db_session.scalars(select(CaseChange.detail).where(CaseChange.step == "confirm")).one()
    assert detail == {"listed": "", "verdict": "confirmed_fake", "in_time": True}


def test_every_step_seals_the_case_as_it_then_stands(staff, at):
    with transaction():
        number = make_case(at=at).number
        confirm_case(number, first=staff["an"], second=staff["bo"], at=at)
        decisions.close(number, at=at, by=staff["an"])
    leaves = db_session.scalars(
        select(SealLeaf).where(SealLeaf.subject == f"case/{number}").order_by(SealLeaf.id)
    ).all()
    assert len(leaves) == 5
    assert '"verdict":"confirmed_fake"' in leaves[-1].body
    assert get_case(number).state is CaseState.CLOSED
