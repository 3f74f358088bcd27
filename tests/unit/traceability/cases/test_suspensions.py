"""A suspension stands until whoever cast it takes it back: the branch its own, a case its own."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from branch.api import StorefrontStep, check_url, decide_storefront, licence_of, storefront_suspended_by
from branch.licences.queries.validity import suspended_by
from branch.licences.rules.suspensions import standing_sources
from branch.licences.service import decisions as licences
from branch.licences.service import expiry
from branch.storefronts.models.tables import StorefrontAddress
from branch.storefronts.queries import invariants
from core.database import changed, transaction
from core.errors import Conflict
from core.outbox.models import OutboxEvent
from tests.factories.accounts import make_account
from tests.factories.cases import confirm_case, make_case
from tests.factories.licences import make_storefront
from tests.factories.organisation import make_membership
from tests.factories.verification import make_scene
from tests.seals import behind_the_back
from traceability.cases.queries.records import get_case
from traceability.cases.service import actions, decisions
from traceability.cases.states import ActionKind, Subject


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


def confirmed(staff, at, subject):
    with transaction():
        case = make_case(subject=subject, at=at)
        return confirm_case(case.number, first=staff[0], second=staff[1], at=at)


def act(case, kind, staff, at):
    with transaction():
        actions.take_action(case.number, kind, note="依规处理", at=at, by=staff[0])


def cleared(case, staff, at):
    """The case is looked at again and found to be nothing."""
    with transaction():
        decisions.reopen(case.number, note="卖家申诉", at=at, by=staff[0])
        decisions.decide(case.number, "genuine", note="核对", answer="正常", at=at, by=staff[0])


def licence(scene, verb, staff, at):
    with transaction():
        verb(scene.licence_number, reason="另有原因", by_account_id=staff[0], at=at)


@pytest.mark.both
def test_the_branch_does_not_end_what_a_case_suspended_and_the_case_does_not_end_the_branchs(
    staff, scene, at
):
    case = confirmed(staff, at, Subject.of_code(scene.code_id))

    def state():
        return str(licence_of(case.grower_id, at=at).effective_state)

    licence(scene, licences.suspend, staff, at)
    assert ActionKind.LICENCE_SUSPENDED in actions.open_actions(get_case(case.number), at=at)
    act(case, "licence_suspended", staff, at)
    assert suspended_by(scene.licence_number) == ["branch", case.number]
    licence(scene, licences.reinstate, staff, at)
    assert state() == "suspended", "the case still says so"
    with pytest.raises(Conflict) as refused:
        licence(scene, licences.reinstate, staff, at)
    assert refused.value.code == "held_by_case"
    assert case.number in str(refused.value)
    licence(scene, licences.suspend, staff, at)
    cleared(case, staff, at)
    assert state() == "suspended", "the branch still says so"
    licence(scene, licences.reinstate, staff, at)
    assert state() == "valid"
    assert list(invariants.disagreements()) == []


def test_a_case_is_decided_otherwise_though_the_licence_that_it_suspended_has_run_out(
    session, staff, scene, at
):
    case = confirmed(staff, at, Subject.of_code(scene.code_id))
    act(case, "licence_suspended", staff, at)
    later = at + timedelta(days=400)
    cleared(case, staff, later)
    assert get_case(case.number).verdict == "genuine"
    assert suspended_by(scene.licence_number) == []
    assert licence_of(case.grower_id, at=later).effective_state == "expired"
    assert list(invariants.disagreements()) == []
    session.rollback()
    assert "LicenceReinstated" not in session.scalars(select(OutboxEvent.name)).all()
    session.rollback()
    with transaction():
        assert expiry.expire_due(at=later) == 1


@pytest.mark.both
def test_a_shop_is_suspended_until_its_case_is_decided_otherwise(staff, scene, at):
    with transaction():
        grower_id = make_case(subject=Subject.of_code(scene.code_id), at=at).grower_id
        shop = make_storefront(grower_id, at=at)
    case = confirmed(staff, at, Subject.of_shop(shop.address, grower_id=grower_id))
    act(case, "shop_suspended", staff, at)
    assert storefront_suspended_by(shop.public_id) == [case.number]
    assert ActionKind.SHOP_LISTED not in actions.open_actions(get_case(case.number), at=at)
    with pytest.raises(Conflict) as refused, transaction():
        decide_storefront(shop.public_id, StorefrontStep.REINSTATE, by_account_id=staff[0], at=at)
    assert refused.value.code == "held_by_case"
    assert check_url(shop.address, at=at).status == "suspended"
    cleared(case, staff, at)
    assert check_url(shop.address, at=at).status == "authorised"
    assert list(invariants.disagreements()) == []


def test_a_shop_that_the_branch_and_a_case_suspend_waits_for_both(session, staff, scene, at):
    with transaction():
        grower_id = make_case(subject=Subject.of_code(scene.code_id), at=at).grower_id
        shop = make_storefront(grower_id, at=at)
    case = confirmed(staff, at, Subject.of_shop(shop.address, grower_id=grower_id))

    def decide(step):
        with transaction():
            decide_storefront(shop.public_id, step, reason="另有原因", by_account_id=staff[0], at=at)

    decide(StorefrontStep.SUSPEND)
    act(case, "shop_suspended", staff, at)
    told = session.scalars(select(OutboxEvent).where(OutboxEvent.name == "StorefrontSuspended")).all()
    assert {event.body["reason"] for event in told} == {"另有原因", "依规处理"}
    session.rollback()
    decide(StorefrontStep.REINSTATE)
    assert storefront_suspended_by(shop.public_id) == [case.number]
    assert check_url(shop.address, at=at).status == "suspended", "the case still says so"
    cleared(case, staff, at)
    assert check_url(shop.address, at=at).status == "authorised"


def test_a_case_is_decided_otherwise_though_the_address_names_no_shop_any_more(staff, scene, at):
    with transaction():
        grower_id = make_case(subject=Subject.of_code(scene.code_id), at=at).grower_id
        shop = make_storefront(grower_id, at=at)
    case = confirmed(staff, at, Subject.of_shop(shop.address, grower_id=grower_id))
    act(case, "shop_suspended", staff, at)
    with transaction():
        changed(update(StorefrontAddress).values(given="https://s.click.taobao.com/t?e=1"))
    cleared(case, staff, at)
    assert storefront_suspended_by(shop.public_id) == []
    assert check_url(shop.address, at=at).status != "authorised"
    assert list(invariants.disagreements()) == []


@pytest.mark.both
def test_the_check_names_a_state_that_no_step_explains(staff, scene, at):
    with transaction():
        shop = make_storefront(make_case(subject=Subject.of_code(scene.code_id), at=at).grower_id, at=at)
    behind_the_back("UPDATE licence SET state = 'suspended'", "UPDATE storefront SET state = 'suspended'")
    found = {one.what for one in invariants.disagreements()}
    assert found == {f"licence/{scene.licence_number}", f"storefront/{shop.public_id}"}


def test_the_check_names_what_is_valid_though_a_case_suspends_it(session, staff, scene, at):
    act(confirmed(staff, at, Subject.of_code(scene.code_id)), "licence_suspended", staff, at)
    assert list(invariants.disagreements()) == []
    session.rollback()
    behind_the_back("UPDATE licence SET state = 'valid'")
    assert [one.what for one in invariants.disagreements()] == [f"licence/{scene.licence_number}"]


@pytest.mark.parametrize(
    ("steps", "sources"),
    [
        ([], []),
        ([("suspend", "branch")], ["branch"]),
        ([("suspend", "branch"), ("suspend", "F-1")], ["branch", "F-1"]),
        ([("suspend", "branch"), ("suspend", "F-1"), ("reinstate", "branch")], ["F-1"]),
        ([("suspend", "F-1"), ("reinstate", "branch")], ["F-1"]),
        ([("suspend", "F-1"), ("extend", ""), ("reinstate", "F-1")], []),
        ([("suspend", "F-1"), ("end", "branch")], []),
    ],
)
def test_who_suspends_after_these_steps(steps, sources):
    assert standing_sources(steps) == sources
