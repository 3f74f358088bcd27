"""A balance is of one grower, village, group, size and year; use is told the fullest first."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.errors import Conflict, NotFound
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_lot
from traceability.quota.queries.ledger import (
    BalanceView,
    UseView,
    balance,
    balances_of_grower,
    balances_of_units,
    key_of_lot,
    use_by_grower,
)
from traceability.quota.service import accounting as service
from traceability.quota.service import moves


@pytest.fixture
def key(lots, at):
    return key_of_lot(lots[0].id, at=at)


def approve(key, plants, at):
    service.approve(key, plants, reference="survey/1", at=at, by=None)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("grower_id", None),
        ("unit_id", None),
        ("cultivar_group", "jingui"),
        ("size_class", "specimen"),
        ("year", 2027),
    ],
)
def test_quota_of_another_key_is_not_counted(lots, key, at, part, other):
    stranger = make_grower(at=at, unit="guihua-spring")
    other = other or {"grower_id": stranger.id, "unit_id": stranger.unit_id}[part]
    beside = replace(key, **{part: other})
    approve(key, 100, at)
    approve(beside, 7, at)
    assert (balance(key).free, balance(beside).free) == (100, 7)
    service.debit(lots[0].id, 60, reference="B-1", at=at, by=None)
    assert (balance(key).free, balance(beside).free) == (40, 7)
    own = {(one.key, one.free) for one in balances_of_grower(key.grower_id, year=2026)}
    assert own == {(key, 40)} | ({(beside, 7)} if part not in {"grower_id", "year"} else set())
    here = {(one.key, one.free) for one in balances_of_units([key.unit_id], year=2026)}
    assert here == {(key, 40)} | ({(beside, 7)} if part not in {"unit_id", "year"} else set())


def test_what_nobody_approved_is_nothing(key):
    assert balance(key) == BalanceView(key, 0, 0, 0, 0, 0)


def test_an_unknown_lot_has_no_quota(lots, at):
    with pytest.raises(NotFound) as refused:
        key_of_lot(999_999, at=at)
    assert refused.value.code == "no_such_lot"


@pytest.mark.parametrize(
    ("approved", "free", "to_grow"), [(100, 100, 100), (100, 40, 40), (40, 100, 40), (0, 10, 0), (10, 0, 0)]
)
def test_what_can_grow_on_is_free_and_was_approved_here(key, approved, free, to_grow):
    assert BalanceView(key, approved, free, 0, 0, 0).to_grow == to_grow


@pytest.mark.parametrize(("free", "activated", "share"), [(0, 0, 0), (100, 0, 0), (75, 25, 0.25), (0, 10, 1)])
def test_the_share_is_of_what_could_be_used(free, activated, share):
    assert UseView(1, 0, free, activated, 0).share == share


def test_use_is_told_the_fullest_first_with_what_came_from_others(lots, key, at):
    other = key_of_lot(lots[1].id, at=at)
    third = replace(key, grower_id=make_grower(at=at).id)
    for one in (key, other, third):
        approve(one, 100, at)
    service.debit(lots[0].id, 20, reference="B-1", at=at, by=None)
    service.debit(lots[1].id, 60, reference="B-2", at=at, by=None)
    moves.transfer(key, other.grower_id, 30, reason="sold", at=at, by=None)
    use = use_by_grower([key.unit_id], year=2026)
    assert [(one.grower_id, one.approved, one.free, one.activated, one.received) for one in use] == [
        (other.grower_id, 100, 70, 60, 30),
        (key.grower_id, 100, 50, 20, -30),
        (third.grower_id, 100, 100, 0, 0),
    ]
    assert use_by_grower([key.unit_id], year=2025) == []


def test_what_was_lost_or_expired_came_from_nobody(lots, key, at):
    approve(key, 100, at)
    moves.grow(key, 30, 5, counted_on=at.date(), reason="counted", at=at, by=None)
    moves.expire(at=at.replace(year=2027))
    [use] = use_by_grower([key.unit_id], year=2026)
    assert (use.approved, use.free, use.received) == (100, 0, 0)


@pytest.mark.parametrize("used_by", [0, 1])
def test_what_one_lot_used_is_not_given_back_for_another(lots, key, at, used_by):
    """Two lots of one grower draw on the same accounts."""
    grower = lots[0].grower_id
    small = {"ground_diameter_mm_min": 6, "ground_diameter_mm_max": 8}
    twin = make_lot(
        plot=SimpleNamespace(id=lots[0].plot_id, grower_id=grower), quota_plants=0, at=at, **small
    )
    own = [lots[0], twin]
    assert key_of_lot(twin.id, at=at) == key
    approve(key, 100, at)
    service.debit(own[used_by].id, 50, reference="B-1", at=at, by=None)
    service.debit(own[1 - used_by].id, 3, reference="B-2", at=at, by=None)
    service.credit(own[1 - used_by].id, 3, reference="B-2", reason="torn", at=at, by=None)
    with pytest.raises(Conflict) as refused:
        service.credit(own[1 - used_by].id, 1, reference="B-2", reason="torn", at=at, by=None)
    assert refused.value.code == "more_than_activated"
    service.credit(own[used_by].id, 50, reference="B-1", reason="torn", at=at, by=None)
    assert (balance(key).free, balance(key).activated) == (100, 0)
