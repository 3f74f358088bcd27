"""What stands on every account after every kind of movement."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from core.errors import Conflict, DomainError, Invalid
from traceability.quota.models.tables import QuotaAccount, QuotaPosting
from traceability.quota.queries.ledger import (
    balance,
    balances_of_grower,
    balances_of_units,
    key_of_lot,
    moves_of_grower,
)
from traceability.quota.rules import AccountName, MoveKind, Role, is_balanced
from traceability.quota.service import accounting as service
from traceability.quota.service import moves
from traceability.quota.service.accounting import QuotaExceeded
from traceability.quota.service.posting import OverdrawnError, post
from traceability.quota.tasks import expire

PARTS = ("approved", "free", "activated", "lost", "expired")
SMALL, LARGE = "second_third", "specimen"
NOONS = {year: datetime(year, 3, 12, 4, tzinfo=UTC) for year in (2026, 2027)}


def held(key):
    """Approved, free, activated, lost, expired."""
    found = balance(key)
    return tuple(getattr(found, part) for part in PARTS)


@pytest.fixture
def key(lots):
    return key_of_lot(lots[0].id, at=NOONS[2026])


def approve(key, plants):
    return service.approve(key, plants, reference="survey/1", at=NOONS[2026], by=None)


def grow(key, plants, loss=0):
    return moves.grow(
        key, plants, loss, counted_on=date(2026, 3, 1), reason="counted", at=NOONS[2026], by=None
    )


def test_every_movement_changes_the_accounts_that_it_names_and_no_others(lots, key, at):
    lot, other = lots
    target = key_of_lot(other.id, at=at)
    grown = replace(key, size_class=LARGE)
    approve(key, 100)
    assert held(key) == (100, 100, 0, 0, 0)
    service.debit(lot.id, 40, reference="B-1", at=at, by=None)
    assert held(key) == (100, 60, 40, 0, 0)
    service.credit(lot.id, 10, reference="B-1", reason="torn", at=at, by=None)
    assert held(key) == (100, 70, 30, 0, 0)
    service.credit(lot.id, 5, reference="B-1", reason="came back", at=at, by=None, returned=True)
    assert held(key) == (100, 75, 25, 0, 0)
    moves.transfer(key, target.grower_id, 15, reason="sold", at=at, by=None)
    assert (held(key), held(target)) == ((100, 60, 25, 0, 0), (0, 15, 0, 0, 0))
    grow(key, 20, 3)
    assert (held(key), held(grown)) == ((100, 40, 25, 3, 0), (0, 17, 0, 0, 0))
    assert moves.expire(at=NOONS[2027]) == 3
    assert (held(key), held(grown), held(target)) == (
        (100, 0, 25, 3, 40),
        (0, 0, 0, 0, 17),
        (0, 0, 0, 0, 15),
    )
    service.credit(lot.id, 25, reference="B-1", reason="came back", at=NOONS[2027], by=None, returned=True)
    assert held(key) == (100, 0, 0, 3, 65)


def test_what_stands_after_a_movement_is_read_anew_whoever_holds_the_accounts(session, lots, key, at):
    approve(key, 100)
    reads = (
        lambda: balance(key),
        lambda: balances_of_grower(key.grower_id, year=2026)[0],
        lambda: balances_of_units([key.unit_id], year=2026)[0],
    )
    for used, read in enumerate(reads, start=1):
        session.expire_all()
        accounts = session.scalars(select(QuotaAccount)).all()
        service.debit(lots[0].id, 1, reference=f"B-{used}", at=at, by=None)
        found = read()
        assert (found.approved, found.free, found.activated) == (100, 100 - used, used)
        assert accounts


@pytest.mark.parametrize("plants", [1, 99, 100])
def test_all_that_is_free_can_be_used_to_the_last_plant(lots, key, at, plants):
    approve(key, 100)
    service.debit(lots[0].id, plants, reference="B-1", at=at, by=None)
    left = 100 - plants
    assert held(key) == (100, left, plants, 0, 0)
    with pytest.raises(QuotaExceeded) as refused:
        service.debit(lots[0].id, left + 1, reference="B-2", at=at, by=None)
    assert (refused.value.details["free"], refused.value.details["wanted"]) == (left, left + 1)


@pytest.mark.parametrize(("plants", "moved"), [(99, True), (100, True), (101, False)])
def test_all_that_is_free_can_be_passed_on_and_no_more(lots, key, at, plants, moved):
    approve(key, 100)
    target = key_of_lot(lots[1].id, at=at)
    if moved:
        moves.transfer(key, target.grower_id, plants, reason="sold", at=at, by=None)
        assert (held(key)[1], held(target)[1]) == (100 - plants, plants)
    else:
        with pytest.raises(QuotaExceeded) as refused:
            moves.transfer(key, target.grower_id, plants, reason="sold", at=at, by=None)
        assert refused.value.details["free"] == 100


@pytest.mark.parametrize(
    ("plants", "loss", "code"),
    [
        (100, 0, None),
        (100, 100, None),
        (1, 0, None),
        (101, 0, "not_approved"),
        (10, 11, "loss"),
        (10, -1, "loss"),
        (0, 0, "plants_not_positive"),
    ],
)
def test_what_grows_was_approved_and_its_loss_lies_between_nothing_and_all(key, plants, loss, code):
    approve(key, 100)
    if code is None:
        grow(key, plants, loss)
        assert held(key) == (100, 100 - plants, 0, loss, 0)
        assert held(replace(key, size_class=LARGE))[1] == plants - loss
    else:
        with pytest.raises(DomainError) as refused:
            grow(key, plants, loss)
        assert refused.value.code == code


def test_plants_that_were_used_do_not_grow_on(lots, key, at):
    approve(key, 100)
    service.debit(lots[0].id, 60, reference="B-1", at=at, by=None)
    with pytest.raises(QuotaExceeded) as refused:
        grow(key, 41)
    assert refused.value.details["free"] == 40


def test_the_largest_class_has_no_next_one(key):
    specimen = replace(key, size_class=LARGE)
    approve(specimen, 100)
    with pytest.raises(Conflict) as refused:
        grow(specimen, 1)
    assert refused.value.code == "no_larger_class"


@pytest.mark.parametrize(
    ("counted_on", "counts"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 3, 12), True),
        (date(2026, 3, 13), False),
    ],
)
def test_a_count_is_of_a_day_of_the_quotas_year_until_today(key, at, counted_on, counts):
    approve(key, 100)
    count = {"counted_on": counted_on, "reason": "counted", "at": at, "by": None}
    if counts:
        assert moves.grow(key, 1, 0, **count).plants == 1
    else:
        with pytest.raises(Invalid) as refused:
            moves.grow(key, 1, 0, **count)
        assert refused.value.code == "counted_on"


@pytest.mark.parametrize(
    ("moment", "expired"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), 0),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), 1),
    ],
)
def test_the_year_ends_at_midnight_in_shanghai(lots, key, moment, expired):
    approve(key, 100)
    assert moves.expire(at=moment) == expired
    assert held(key) == (100, 100 * (1 - expired), 0, 0, 100 * expired)


def test_only_what_is_left_free_expires_and_so_many_accounts_at_a_time(lots, key, at):
    keys = [replace(key, cultivar_group=group) for group in ("dangui", "jingui", "yingui")]
    for one in keys:
        approve(one, 100)
    approve(replace(key, year=2027), 100)
    service.debit(lots[0].id, 100, reference="B-1", at=at, by=None)
    assert [moves.expire(at=NOONS[2027], limit=1) for _ in range(3)] == [1, 1, 0]
    assert [held(one)[4] for one in keys] == [0, 100, 100]
    assert held(replace(key, year=2027)) == (100, 100, 0, 0, 0)


@pytest.mark.both
def test_the_sweep_closes_every_account_however_many_there_are(session, key, clock, monkeypatch):
    monkeypatch.setattr("traceability.quota.tasks.BATCH", 2)
    keys = [replace(key, size_class=size, year=year) for size in (SMALL, LARGE) for year in (2024, 2025)]
    for one in keys:
        approve(one, 10)
    session.commit()
    assert expire() == 4
    assert [held(one)[4] for one in keys] == [10] * 4
    assert expire() == 0


def test_what_comes_back_goes_to_the_newest_year_first(lots, key):
    lot, next_key = lots[0], replace(key, year=2027)
    approve(key, 30)
    approve(next_key, 20)
    service.debit(lot.id, 30, reference="B-1", at=NOONS[2026], by=None)
    service.debit(lot.id, 20, reference="B-2", at=NOONS[2027], by=None)
    service.credit(lot.id, 25, reference="B-3", reason="torn", at=NOONS[2027], by=None)
    assert (held(key), held(next_key)) == ((30, 0, 25, 0, 5), (20, 20, 0, 0, 0))


@pytest.mark.parametrize(("plants", "given_back"), [(1, True), (40, True), (41, False)])
def test_no_more_comes_back_than_the_lot_used_less_what_came_back_before(
    lots, key, at, plants, given_back, session
):
    lot = lots[0]
    approve(key, 100)
    service.debit(lot.id, 50, reference="B-1", at=at, by=None)
    service.credit(lot.id, 10, reference="B-1", reason="torn", at=at, by=None)
    if given_back:
        service.credit(lot.id, plants, reference="B-1", reason="torn", at=at, by=None)
        assert held(key) == (100, 60 + plants, 40 - plants, 0, 0)
    else:
        with pytest.raises(Conflict) as refused:
            service.credit(lot.id, plants, reference="B-1", reason="torn", at=at, by=None)
        assert refused.value.code == "more_than_activated"


@pytest.mark.parametrize("plants", [0, -1])
def test_no_movement_is_of_nothing_or_less(lots, key, at, plants):
    approve(key, 100)
    for move in (
        lambda: approve(key, plants),
        lambda: service.debit(lots[0].id, plants, reference="B", at=at, by=None),
        lambda: service.credit(lots[0].id, plants, reference="B", reason="torn", at=at, by=None),
        lambda: moves.transfer(
            key, key_of_lot(lots[1].id, at=at).grower_id, plants, reason="x", at=at, by=None
        ),
        lambda: grow(key, plants),
    ):
        with pytest.raises(Invalid) as refused:
            move()
        assert refused.value.code == "plants_not_positive"


def test_the_page_of_a_grower_tells_what_changed_for_him_the_newest_first(lots, key, at):
    approve(key, 100)
    service.debit(lots[0].id, 40, reference="B-1", at=at, by=None)
    service.credit(lots[0].id, 10, reference="B-1", reason="torn", at=at, by=None)
    told = moves_of_grower(key.grower_id, limit=9)
    assert [(one.kind, one.change, one.lot_number) for one in told] == [
        ("void", 10, lots[0].number),
        ("activate", -40, lots[0].number),
        ("approve", 100, None),
    ]
    assert len(moves_of_grower(key.grower_id, limit=2)) == 2
    assert moves_of_grower(key_of_lot(lots[1].id, at=at).grower_id, limit=9) == []


@pytest.mark.parametrize(
    ("legs", "balanced"),
    [
        ({}, False),
        ({Role.FREE: 0, Role.CAPACITY: 0}, False),
        ({Role.FREE: 1}, False),
        ({Role.FREE: 1, Role.CAPACITY: -2}, False),
        ({Role.FREE: 2, Role.CAPACITY: -2}, True),
        ({Role.FREE: -3, Role.LOST: 1, Role.ACTIVATED: 2}, True),
        ({Role.FREE: -3, Role.LOST: 0, Role.ACTIVATED: 3}, True),
    ],
)
def test_postings_move_something_and_add_up_to_nothing(key, legs, balanced):
    assert is_balanced({AccountName(key, role): plants for role, plants in legs.items()}) == balanced


def test_the_source_never_takes_back_more_than_it_gave(key, at):
    approve(key, 100)

    def take_back(plants):
        legs = {AccountName(key, Role.FREE): -plants, AccountName(key, Role.CAPACITY): plants}
        return post(MoveKind.WITHDRAW, legs, plants=plants, reference="survey/1", at=at, by=None)

    take_back(60)
    assert held(key) == (40, 40, 0, 0, 0)
    with pytest.raises(OverdrawnError) as refused:
        take_back(41)
    assert refused.value.holds in {40, -40}
    assert refused.value.account.key == key


def test_legs_of_nothing_are_not_written(key, session):
    approve(key, 100)
    grow(key, 10, 0)
    assert session.scalar(select(func.count()).where(QuotaPosting.plants == 0)) == 0
    assert session.scalar(select(func.count(QuotaPosting.id))) == 4
