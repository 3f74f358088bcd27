"""Growers against a real database."""

import pytest
from sqlalchemy import select

from branch.api import (
    find_grower,
    get_grower,
    grower_of,
    growers_by_ids,
    growers_in,
    growers_in_each,
    require_grower,
)
from branch.growers.models.tables import GrowerMember
from branch.growers.queries.directory import changes_of, grower_list, growers_within
from branch.growers.service.membership import Application, add_staff, apply_to_join, decide
from branch.growers.states import GrowerState
from core.database import session as database
from core.database import transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower, make_membership, make_tree


@pytest.fixture
def tree(session):
    with transaction():
        return make_tree()


def make_application(tree, **changes):
    values = {"name": "桂香苗圃", "contact_name": "陈", "phone": "+8613800138000"}
    return Application(**({"unit_id": tree["guihua-bamboo"].id} | values | changes))


def test_two_growers_of_one_name_have_two_addresses(tree):
    with transaction():
        first, second = make_grower(name="桂香苗圃"), make_grower(name="桂香苗圃")
    assert first.slug == "gui-xiang-miao-pu"
    assert second.slug.startswith("gui-xiang-miao-pu-")


def test_a_phone_is_public_only_when_the_grower_agreed(tree):
    with transaction():
        shy, open_one = make_grower(), make_grower(phone_public=True, phone="+8613800138000")
    assert get_grower(id=shy.id).phone_public is None
    assert get_grower(slug=open_one.slug).phone_public == "+8613800138000"


def test_growers_of_a_unit_are_those_below_it(tree):
    with transaction():
        bamboo, spring, hill = (
            make_grower(unit=unit) for unit in ("guihua-bamboo", "guihua-spring", "guihua-hill")
        )
    assert {one.id for one in growers_in(tree["guihua-osmanthus"].id)} == {bamboo.id, spring.id}
    assert set(growers_by_ids([hill.id, 999])) == {hill.id}
    assert find_grower(slug="nobody") is None
    with pytest.raises(NotFound):
        get_grower(id=999)


@pytest.mark.both
def test_growers_of_several_units_are_told_once_those_of_the_first_unit_first(tree):
    with transaction():
        for name, unit in (("丙", "guihua-hill"), ("乙", "guihua-bamboo"), ("甲", "guihua-spring")):
            make_grower(name=name, unit=unit)
    own, village, other = (tree[f"guihua-{one}"] for one in ("osmanthus", "spring", "hill"))
    below = [own, tree["guihua-bamboo"], village, other]
    assert [one.name for one in growers_in_each(below)] == ["乙", "甲", "丙"]
    assert [one.name for one in growers_in_each([other, village])] == ["丙", "甲"]
    assert growers_in_each([]) == []


@pytest.mark.both
def test_whoever_holds_a_permission_at_some_units_looks_after_the_growers_there(tree, at):
    with transaction():
        bamboo, spring, hill = (
            make_grower(unit=unit) for unit in ("guihua-bamboo", "guihua-spring", "guihua-hill")
        )
        people = {}
        for name, roles in {
            "branch": [("secretary", "guihua-osmanthus")],
            "villages": [("technician", "guihua-spring"), ("technician", "guihua-hill")],
            "nested": [("secretary", "guihua"), ("technician", "guihua-bamboo")],
            "nobody": [],
        }.items():
            people[name] = make_account().id
            for role, unit in roles:
                make_membership(people[name], role, unit)
        gone = make_grower()
        decide(gone.slug, GrowerState.LEFT, by_account_id=people["branch"], reason="moved away", at=at)
    found = {name: growers_within(account, "alarms.view") for name, account in people.items()}
    assert found == {
        "branch": {bamboo.id, spring.id, gone.id},
        "villages": {spring.id, hill.id},
        "nested": {bamboo.id, spring.id, hill.id, gone.id},
        "nobody": set(),
    }
    assert growers_within(people["villages"], "alarms.decide") == set()


def test_an_application_belongs_to_a_village(tree, at):
    with pytest.raises(Invalid), transaction():
        apply_to_join(make_application(tree, unit_id=tree["guihua"].id), account_id=make_account().id, at=at)


def test_an_account_applies_for_one_grower(tree, at):
    with transaction():
        account_id = make_account().id
        apply_to_join(make_application(tree), account_id=account_id, at=at)
    with pytest.raises(Conflict), transaction():
        apply_to_join(make_application(tree, name="第二个"), account_id=account_id, at=at)
    assert grower_of(account_id) is None, "not admitted yet"
    with pytest.raises(Forbidden):
        require_grower(account_id)


def test_a_grower_who_left_is_no_grower_any_more(tree, at):
    with transaction():
        owner, secretary = make_account().id, make_account().id
        make_membership(secretary, "secretary", "guihua-osmanthus")
        grower = make_grower(account_id=owner)
    assert require_grower(owner).id == grower.id
    with transaction():
        decide(grower.slug, GrowerState.LEFT, by_account_id=secretary, reason="moved away", at=at)
    assert grower_of(owner) is None
    assert growers_in(tree["guihua"].id) == []
    assert [step.to_state for step in changes_of(grower.id)] == ["applied", "admitted", "left"]


@pytest.mark.both
def test_somebody_works_for_one_grower_only(tree, at):
    with transaction():
        account_id = make_account().id
        first, second = make_grower(), make_grower()
        add_staff(first.id, account_id, at=at)
    with pytest.raises(Conflict), transaction():
        add_staff(second.id, account_id, at=at)
    assert database.scalars(select(GrowerMember.grower_id)).all() == [first.id]


@pytest.mark.both
def test_the_list_counts_states_and_turns_pages(tree):
    with transaction():
        for _ in range(21):
            make_grower()
    unit_ids = [unit.id for unit in tree.values()]
    first, second = grower_list(unit_ids), grower_list(unit_ids, page=2)
    assert (len(first.items), len(second.items), first.pages) == (20, 1, 2)
    assert first.counts == {"admitted": 21}
    assert grower_list(unit_ids, state="refused").items == []
    assert grower_list(unit_ids, page=99).number == 2
