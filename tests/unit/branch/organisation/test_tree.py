"""The tree of units, and what an account may do where."""

import pytest

from branch.api import (
    get_unit,
    may,
    permissions_of,
    require_unit_access,
    roles_held,
    units_below,
    units_where,
)
from core.database import transaction
from core.errors import Forbidden, NotFound
from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower, make_membership, make_tree


@pytest.fixture
def tree(session):
    with transaction():
        return make_tree()


def account_with(role, unit):
    with transaction():
        account_id = make_account().id
        if role:
            make_membership(account_id, role, unit)
    return account_id


def test_everything_below_a_unit_parents_first(tree):
    below = [unit.code for unit in units_below(tree["guihua-osmanthus"].id)]
    assert below == ["guihua-osmanthus", "guihua-bamboo", "guihua-spring"]
    assert len(units_below(tree["guihua"].id)) == len(tree)


def test_an_unknown_unit_is_named(tree):
    with pytest.raises(NotFound) as caught:
        get_unit("nowhere")
    assert "nowhere" in str(caught.value)


@pytest.mark.parametrize(
    ("role", "unit", "reached"),
    [
        ("secretary", "guihua-osmanthus", {"guihua-osmanthus", "guihua-bamboo", "guihua-spring"}),
        ("technician", "guihua-hill", {"guihua-hill"}),
        ("buyer", None, set()),
    ],
)
def test_a_role_reaches_what_lies_below(tree, role, unit, reached):
    account_id = account_with(role, unit)
    assert {one.code for one in units_where(account_id, "growers.view")} == reached


def test_an_operator_without_unit_reaches_everything(tree):
    assert len(units_where(account_with("operator", None), "members.view")) == len(tree)


def test_access_outside_is_forbidden_and_said_so(tree):
    account_id = account_with("secretary", "guihua-tea")
    assert require_unit_access(account_id, tree["guihua-hill"].id, "growers.decide").code == "guihua-hill"
    for unit in ("guihua-bamboo", "guihua"):
        with pytest.raises(Forbidden):
            require_unit_access(account_id, tree[unit].id, "growers.decide")
        assert not may(account_id, "growers.decide", tree[unit].id)


def test_nobody_has_access_without_signing_in(tree):
    with pytest.raises(Forbidden):
        require_unit_access(None, tree["guihua"].id, "growers.view")


def test_a_grower_may_sell_once_admitted(tree):
    account_id = account_with(None, None)
    assert "listings.edit" not in permissions_of(account_id)
    with transaction():
        make_grower(account_id=account_id)
    assert "listings.edit" in permissions_of(account_id)
    assert "growers.decide" not in permissions_of(account_id)


def test_roles_add_up(tree):
    account_id = account_with("technician", "guihua-bamboo")
    with transaction():
        make_membership(account_id, "committee", "guihua")
    assert {one.role.value for one in roles_held(account_id)} == {"technician", "committee"}
    assert {"plots.view", "reports.review"} <= permissions_of(account_id)
