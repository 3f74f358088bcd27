"""What land was approved for is the ceiling of what can be activated."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core.errors import Conflict, Invalid
from tests.factories.traceability import make_lot
from traceability.quota.models.tables import QuotaAccount, QuotaPosting
from traceability.quota.queries.ledger import balance, key_of_lot
from traceability.quota.rules import AccountName, MoveKind, Role
from traceability.quota.service import accounting as service
from traceability.quota.service.accounting import QuotaExceeded
from traceability.quota.service.posting import post


def make_quota(plants, *, at, **values):
    lot = make_lot(at=at, quota_plants=0, **values)
    key = key_of_lot(lot.id, at=at)
    if plants:
        service.approve(key, plants, reference="survey/1", at=at, by=None)
    return lot, key


def test_an_activation_uses_quota(session, at):
    lot, key = make_quota(100, at=at)
    service.debit(lot.id, 60, reference="B-1", at=at, by=None)
    assert service.balance_of_lot(lot.id, at=at) == 40
    held = balance(key)
    assert (held.approved, held.free, held.activated) == (100, 40, 60)


def test_more_than_was_approved_is_refused_and_takes_nothing(session, at):
    lot, _key = make_quota(100, at=at)
    with pytest.raises(QuotaExceeded) as refused:
        service.debit(lot.id, 101, reference="B-1", at=at, by=None)
    assert refused.value.details["free"] == 100
    assert refused.value.code == "quota_exceeded"
    assert service.balance_of_lot(lot.id, at=at) == 100


def test_without_approved_land_nothing_is_activated(session, at):
    lot, _key = make_quota(0, at=at)
    with pytest.raises(QuotaExceeded):
        service.debit(lot.id, 1, reference="B-1", at=at, by=None)


def test_quota_of_another_size_class_does_not_help(session, at):
    small, _key = make_quota(100, at=at, ground_diameter_mm_min=6, ground_diameter_mm_max=8)
    large = make_lot(at=at, quota_plants=0)
    assert service.balance_of_lot(small.id, at=at) == 100
    assert service.balance_of_lot(large.id, at=at) == 0


def test_void_codes_give_their_quota_back(session, at):
    lot, key = make_quota(100, at=at)
    service.debit(lot.id, 100, reference="B-1", at=at, by=None)
    service.credit(lot.id, 30, reference="B-1", reason="misprinted", at=at, by=None)
    held = balance(key)
    assert (held.free, held.activated) == (30, 70)


def test_no_more_is_given_back_than_was_used_for_the_lot(session, at):
    lot, _key = make_quota(100, at=at)
    service.debit(lot.id, 10, reference="B-1", at=at, by=None)
    with pytest.raises(Conflict) as refused:
        service.credit(lot.id, 11, reference="B-1", reason="lost", at=at, by=None)
    assert refused.value.code == "more_than_activated"


def test_another_lots_use_is_not_given_back_twice(session, at):
    lot, _key = make_quota(100, at=at)
    twin = make_lot(at=at, quota_plants=0)
    service.debit(lot.id, 50, reference="B-1", at=at, by=None)
    with pytest.raises(Conflict):
        service.credit(twin.id, 1, reference="B-1", reason="lost", at=at, by=None)


def test_quota_of_a_year_that_is_over_expires_when_it_comes_back(session, at):
    lot, key = make_quota(100, at=at)
    service.debit(lot.id, 100, reference="B-1", at=at, by=None)
    later = at + timedelta(days=365)
    service.credit(lot.id, 40, reference="B-1", reason="returned", at=later, by=None, returned=True)
    held = balance(key)
    assert (held.free, held.activated, held.expired) == (0, 60, 40)
    assert service.balance_of_lot(lot.id, at=later) == 0


def test_the_year_is_that_of_shanghai(session):
    lot = make_lot(quota_plants=0)
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert key_of_lot(lot.id, at=new_year).year == 2027


def test_a_lot_without_measures_has_no_size_class(session, at):
    nothing = dict.fromkeys(
        ("height_cm_min", "height_cm_max", "ground_diameter_mm_min", "ground_diameter_mm_max")
    )
    lot = make_lot(at=at, **nothing)
    with pytest.raises(Conflict) as refused:
        service.debit(lot.id, 1, reference="B-1", at=at, by=None)
    assert refused.value.code == "lot_not_measured"


def test_giving_back_needs_a_reason(session, at):
    lot, _key = make_quota(100, at=at)
    with pytest.raises(Invalid):
        service.credit(lot.id, 1, reference="B-1", reason=" ", at=at, by=None)


def test_postings_that_do_not_add_up_are_never_written(session, at):
    _lot, key = make_quota(100, at=at)
    legs = {AccountName(key, Role.FREE): 10, AccountName(key, Role.CAPACITY): -9}
    with pytest.raises(ValueError, match="adds up to zero"):
        post(MoveKind.APPROVE, legs, plants=10, reference="x", at=at, by=None)
    assert session.scalar(sa.select(sa.func.sum(QuotaPosting.plants))) == 0


def test_the_database_itself_refuses_a_balance_below_zero(session, at):
    make_quota(100, at=at)
    with pytest.raises(IntegrityError):
        session.execute(sa.update(QuotaAccount).where(QuotaAccount.role == "free").values(balance=-1))
