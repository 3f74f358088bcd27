"""A take-over: for how long, of whose work, once at a time, and over when it is over."""

from datetime import timedelta

import pytest

from branch.organisation.queries.tree import units_where
from branch.organisation.rules.roles import Role
from branch.organisation.service.takeovers import end_takeover, get_takeover, take_over, takeovers_of
from core.errors import Conflict, Invalid
from tests.factories.accounts import make_account
from tests.factories.organisation import make_membership, make_tree

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def tree(session):
    return make_tree()


@pytest.fixture
def operator(tree, clock, at):
    account = make_account(at=at).id
    make_membership(account, "operator", None, at)
    return account


def begin(tree, operator, at, unit="guihua-osmanthus", *, days=2, role=None):
    return take_over(tree[unit], account_id=operator, role=role, days=days, reason="nobody there", at=at)


@pytest.mark.parametrize(
    ("days", "role", "code"),
    [
        (-1, None, "takeover_days"),
        (0, None, "takeover_days"),
        (31, None, "takeover_days"),
        (1, Role.TECHNICIAN, "takeover_role"),
        (1, Role.OPERATOR, "takeover_role"),
    ],
)
def test_it_lasts_a_day_to_a_month_and_is_of_a_secretary_s_or_committee_s_work(
    tree, operator, at, days, role, code
):
    with pytest.raises(Invalid) as refused:
        begin(tree, operator, at, days=days, role=role)
    assert refused.value.code == code
    assert takeovers_of(tree.values(), at=at) == []


def test_work_is_taken_over_once_at_a_time_at_each_unit(tree, operator, at):
    first = begin(tree, operator, at)
    begin(tree, operator, at, "guihua-tea")
    with pytest.raises(Conflict):
        begin(tree, operator, at + 2 * DAY - SECOND)
    end_takeover(first, by_account_id=operator, at=at + SECOND)
    begin(tree, operator, at + 2 * SECOND)  # given back
    begin(tree, operator, at + 3 * DAY)  # over by itself


def test_it_is_in_force_until_its_last_moment_and_then_nobody_ends_it(tree, operator, clock, at):
    public_id = begin(tree, operator, at)
    for after, in_force in ((timedelta(0), True), (2 * DAY - SECOND, True), (2 * DAY, False)):
        clock.to(at + after)
        assert get_takeover(public_id, at=clock.at).in_force is in_force
        assert bool(units_where(operator, "growers.decide")) is in_force
    with pytest.raises(Conflict):
        end_takeover(public_id, by_account_id=operator, at=clock.at)
    assert get_takeover(public_id, at=clock.at).ended_at is None
