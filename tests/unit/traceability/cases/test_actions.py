"""What follows from a confirmed fake really happens, and nothing follows from any other verdict."""

import pytest
from sqlalchemy import select

from branch.api import check_url, licence_of
from core.database import session as db_session
from core.database import transaction
from core.errors import Conflict, Forbidden
from core.messaging.models import Message
from core.seal.tasks.sequencer import sequence
from tests.factories.accounts import make_account
from tests.factories.cases import confirm_case, make_case
from tests.factories.licences import make_storefront
from tests.factories.organisation import make_membership
from tests.factories.verification import make_scene
from traceability.cases.models.tables import CaseChange
from traceability.cases.queries.records import get_case
from traceability.cases.service import actions, decisions
from traceability.cases.states import ActionKind, Subject
from traceability.cases.wording import letters
from traceability.lots.queries.records import get_lot
from traceability.recalls.service import confirm_recall

OUTSIDE = "https://shop36912.taobao.com"


@pytest.fixture
def staff(session, at):
    with transaction():
        people = [make_account(at=at).id for _ in range(2)]
        for account_id in people:
            make_membership(account_id, "secretary", "guihua-osmanthus", at)
    return people


@pytest.fixture
def scene(session, at):
    with transaction():
        return make_scene("shipped", at=at)


def confirmed(staff, at, subject, **words):
    with transaction():
        case = make_case(subject=subject, at=at)
        return confirm_case(case.number, first=staff[0], second=staff[1], at=at, **words)


def do(case, kind, staff, at):
    with transaction():
        return actions.take_action(case.number, kind, note="依规处理", at=at, by=staff[0])


def last_detail():
    return db_session.scalars(select(CaseChange.detail).order_by(CaseChange.id.desc()).limit(1)).one()


def test_the_licence_behind_a_fake_is_suspended(staff, scene, at):
    case = confirmed(staff, at, Subject.of_code(scene.code_id))
    do(case, "licence_suspended", staff, at)
    assert licence_of(case.grower_id, at=at).effective_state == "suspended"
    assert last_detail() == {"kind": "licence_suspended", "licence": scene.licence_number}
    assert ActionKind.LICENCE_SUSPENDED not in actions.open_actions(get_case(case.number), at=at)


@pytest.mark.both
def test_a_recall_is_asked_for_and_another_person_confirms_it(staff, scene, at):
    case = confirmed(staff, at, Subject.of_code(scene.code_id))
    do(case, "lot_recalled", staff, at)
    number = last_detail()["recall_request"]
    assert number.startswith("RQ-")
    assert get_lot(id=case.lot_id).state == "closed"
    assert ActionKind.LOT_RECALLED not in actions.open_actions(get_case(case.number), at=at)
    with transaction():
        confirm_recall(number, at=at, by=staff[1])
    assert get_lot(id=case.lot_id).state == "recalled"
    assert ActionKind.LOT_RECALLED not in actions.open_actions(get_case(case.number), at=at)


@pytest.mark.both
def test_a_growers_own_shop_is_suspended_and_not_listed(staff, scene, at):
    with transaction():
        grower_id = make_case(subject=Subject.of_code(scene.code_id), at=at).grower_id
        shop = make_storefront(grower_id, at=at)
    assert check_url(shop.address, at=at).status == "authorised"
    case = confirmed(staff, at, Subject.of_shop(shop.address, grower_id=grower_id))
    assert check_url(shop.address, at=at).reason == "ok"
    assert ActionKind.SHOP_LISTED not in actions.open_actions(case, at=at)
    do(case, "shop_suspended", staff, at)
    assert check_url(shop.address, at=at).status == "suspended"


def test_a_shop_whose_words_named_none_is_listed_later(staff, at):
    case = confirmed(staff, at, Subject.of_shop("某某苗木店"))
    with transaction():
        db_case = decisions.locked_case(case.number)
        db_case.shop = OUTSIDE
        actions.take_action(case.number, "shop_listed", note="已查明网址", at=at, by=staff[0])
    assert check_url(OUTSIDE, at=at).reason == "confirmed_fake"


def test_a_notice_reaches_the_people_of_the_grower(staff, session, at):
    with transaction():
        scene = make_scene("shipped", at=at)
        case = make_case(subject=Subject.of_code(scene.code_id), at=at)
        from branch.growers.models.tables import GrowerMember

        owner = make_account(email="owner@example.org", at=at)
        db_session.add(GrowerMember(grower_id=case.grower_id, account_id=owner.id, role="owner", since=at))
        confirm_case(case.number, first=staff[0], second=staff[1], at=at)
    do(case, "shop_notice", staff, at)
    told = db_session.scalars(select(Message).where(Message.template == "case_notice")).one()
    assert (told.receiver, told.context["number"]) == ("owner@example.org", case.number)


def test_nothing_follows_from_a_cleared_case(staff, scene, at):
    with transaction():
        case = make_case(subject=Subject.of_code(scene.code_id), at=at)
        decisions.take(case.number, at=at, by=staff[0])
        decisions.decide(case.number, "genuine", note="核对", answer="正常", at=at, by=staff[0])
    assert actions.open_actions(get_case(case.number), at=at) == []
    with pytest.raises(Conflict):
        do(case, "licence_suspended", staff, at)


def test_whoever_may_not_recall_does_not_recall_through_a_case(staff, scene, at):
    case = confirmed(staff, at, Subject.of_code(scene.code_id))
    with transaction():
        outsider = make_account(at=at).id
        make_membership(outsider, "secretary", "guihua-tea", at)
    with pytest.raises(Forbidden):
        do(case, "lot_recalled", [outsider], at)


@pytest.mark.parametrize("kind", letters.LETTERS)
def test_a_letter_is_the_same_file_twice(staff, scene, at, kind):
    case = confirmed(staff, at, Subject.of_code(scene.code_id, shop=OUTSIDE))
    first = letters.letter_pdf(case, kind, at=at)
    assert first.startswith(b"%PDF")
    assert first == letters.letter_pdf(case, kind, at=at)


def test_the_complaint_file_carries_the_proof_that_the_case_is_sealed(staff, scene, at):
    case = confirmed(staff, at, Subject.of_code(scene.code_id, shop=OUTSIDE))
    assert b"tlog-proof" not in letters.letter_pdf(case, "complaint", at=at)
    sequence()
    letter = letters.letter_pdf(case, "complaint", at=at)
    assert f"{case.number}.tlog-proof".encode() in letter
    assert b"/EmbeddedFile" in letter
