"""A bundle and the plants in it: one count, one journey."""

import pytest
from sqlalchemy import func, select

from core.database import transaction
from core.errors import Conflict, Invalid
from tests.factories.licences import make_licence
from tests.factories.traceability import make_codes, make_lot
from traceability.api import (
    CodeNotUsable,
    accept_codes,
    activate_batch,
    bind_codes,
    codes_of_consignment,
    issue_codes,
)
from traceability.codes.models.tables import Code
from traceability.codes.service.bundling import NotPacked, pack, unpack
from traceability.codes.service.lifecycle import return_codes, void_batch
from traceability.codes.service.transitions import lock_codes
from traceability.lots.rules.balance import StepKind
from traceability.quota.service.accounting import balance_of_lot
from traceability.transformations.service import Outcome, transform


@pytest.fixture
def nursery(session, at):
    """A lot with two bundles of 5 plants and 12 plants' codes, quota for 30."""
    with transaction():
        lot = make_lot(at=at, quantity=30, quota_plants=30)
        make_licence(lot.grower_id, at=at)
        bundles = issue_codes(lot.id, "bundle", 2, 5, at=at, by=None)
        units = issue_codes(lot.id, "unit", 12, at=at, by=None)
    return lot, bundles, units


def packed(nursery, at, places="1-5", bundle=0):
    lot, bundles, units = nursery
    return pack(
        bundles.codes[bundle].code,
        [f"{units.batch.number} {places}"],
        grower_id=lot.grower_id,
        at=at,
        by=None,
    )


def send(nursery, codes, at, number="C-1"):
    return bind_codes(
        consignment_number=number,
        order_number="GY-1",
        grower_id=nursery[0].grower_id,
        codes=codes,
        destination_province="浙江省",
        seller="竹影苗圃",
        at=at,
    )


def states(session):
    session.rollback()
    return dict(session.execute(select(Code.state, func.count()).group_by(Code.state)).all())


def test_plants_are_counted_with_their_bundle_and_once(nursery, session, at):
    lot, bundles, units = nursery
    with transaction():
        assert packed(nursery, at) == (5, 5)
        assert packed(nursery, at) == (5, 5)
        activate_batch(units.batch.number, grower_id=lot.grower_id, at=at, by=None)
        assert balance_of_lot(lot.id, at=at) == 18
        activate_batch(bundles.batch.number, grower_id=lot.grower_id, at=at, by=None)
        assert balance_of_lot(lot.id, at=at) == 13


def test_a_bundle_activated_first_covers_what_is_packed_in_it(nursery, session, at):
    lot, bundles, units = nursery
    with transaction():
        packed(nursery, at)
        activate_batch(bundles.batch.number, grower_id=lot.grower_id, at=at, by=None)
        assert balance_of_lot(lot.id, at=at) == 20
        activate_batch(units.batch.number, grower_id=lot.grower_id, at=at, by=None)
        assert balance_of_lot(lot.id, at=at) == 13


def test_a_plant_packed_in_a_bundle_that_is_active_already_was_counted_with_it(nursery, session, at):
    lot, bundles, units = nursery
    with transaction():
        activate_batch(bundles.batch.number, grower_id=lot.grower_id, at=at, by=None)
        packed(nursery, at)
        assert balance_of_lot(lot.id, at=at) == 20
        activate_batch(units.batch.number, grower_id=lot.grower_id, at=at, by=None)
        assert balance_of_lot(lot.id, at=at) == 13, "seven of the twelve stand outside"


def test_plants_that_went_on_to_another_lot_are_under_no_code_of_this_one(nursery, session, at):
    lot, bundles, units = nursery
    with transaction():
        outcome = [Outcome(18)]
        transform(StepKind.SPLIT, {lot.id: 18}, outcome, grower_id=lot.grower_id, at=at, by=None)
        activate_batch(bundles.batch.number, grower_id=lot.grower_id, at=at, by=None)
    with pytest.raises(Conflict) as refused, transaction():
        activate_batch(units.batch.number, grower_id=lot.grower_id, at=at, by=None)
    assert (refused.value.code, refused.value.details["free"]) == ("more_codes_than_plants", 2)


def test_a_plant_that_comes_back_without_its_bundle_gives_back_only_what_its_own_code_took(
    nursery, session, at
):
    lot, bundles, _units = nursery
    with transaction():
        packed(nursery, at)
        send(nursery, [bundles.codes[0].code], at)
        (plant, *_others) = lock_codes(Code.level == "unit", Code.state == "shipped")
        (action,) = return_codes([plant], counted=1, reason="broken", at=at, by=None)
        assert (action.quota, balance_of_lot(lot.id, at=at)) == (0, 25)


@pytest.mark.both
def test_a_bundle_travels_with_its_plants_and_is_counted_once(nursery, session, at):
    lot, bundles, _units = nursery
    with transaction():
        packed(nursery, at)
        bound = send(nursery, [bundles.codes[0].code], at)
        assert [(code.level, code.plants) for code in bound] == [("bundle", 5)]
        assert codes_of_consignment("C-1") == bound
        assert balance_of_lot(lot.id, at=at) == 25
    assert states(session) == {"shipped": 6, "printed": 8}
    with transaction():
        assert accept_codes("C-1", at=at) == 6
        rows = lock_codes(Code.consignment_number == "C-1", Code.level == "bundle")
        return_codes(rows, counted=5, reason="too small", at=at, by=None)
        assert balance_of_lot(lot.id, at=at) == 30
    assert states(session) == {"returned": 6, "printed": 8}


def test_a_packed_plant_does_not_leave_without_its_bundle(nursery, session, at):
    _lot, bundles, units = nursery
    with transaction():
        packed(nursery, at)
        with pytest.raises(CodeNotUsable):
            send(nursery, [units.codes[0].code], at)
        both = [units.codes[0].code, bundles.codes[0].code, units.codes[7].code]
        assert sorted(code.plants for code in send(nursery, both, at)) == [1, 5]


@pytest.mark.both
def test_voiding_a_bundle_voids_what_is_packed_in_it(nursery, session, at):
    lot, bundles, _units = nursery
    with transaction():
        packed(nursery, at)
        activate_batch(bundles.batch.number, grower_id=lot.grower_id, at=at, by=None)
        void_batch(bundles.batch.number, grower_id=lot.grower_id, reason="torn", at=at, by=None)
        assert balance_of_lot(lot.id, at=at) == 30
    assert states(session) == {"voided": 7, "printed": 7}


def test_a_bundle_takes_no_more_plants_than_it_stands_for(nursery, session, at):
    with transaction():
        with pytest.raises(Conflict) as refused:
            packed(nursery, at, "1-6")
        assert refused.value.code == "bundle_full"
        packed(nursery, at, "1-3")
        with pytest.raises(NotPacked):
            packed(nursery, at, "3-5", bundle=1)


def test_what_is_no_plant_of_the_lot_is_not_packed(nursery, session, at):
    lot, bundles, units = nursery
    with transaction():
        foreign = make_codes(count=1)
        for code in (bundles.codes[1].code, foreign.codes[0].code, "ABCD"):
            with pytest.raises(NotPacked):
                pack(bundles.codes[0].code, [code], grower_id=lot.grower_id, at=at, by=None)
        with pytest.raises(NotPacked):
            pack(bundles.codes[0].code, [], grower_id=lot.grower_id, at=at, by=None)
        for box in (units.codes[0].code, foreign.codes[0].code, "ABCD"):
            with pytest.raises(Invalid):
                pack(box, [units.codes[1].code], grower_id=lot.grower_id, at=at, by=None)


def test_what_was_counted_twice_already_is_not_packed(nursery, session, at):
    lot, bundles, units = nursery
    with transaction():
        for batch in (bundles.batch, units.batch):
            activate_batch(batch.number, grower_id=lot.grower_id, at=at, by=None)
        with pytest.raises(NotPacked):
            packed(nursery, at)


@pytest.mark.both
def test_a_bundle_is_taken_apart_before_it_is_active(nursery, session, at):
    lot, bundles, _units = nursery
    with transaction():
        packed(nursery, at)
        assert unpack(bundles.codes[0].code, grower_id=lot.grower_id) == 5
        assert unpack(bundles.codes[0].code, grower_id=lot.grower_id) == 0
        activate_batch(bundles.batch.number, grower_id=lot.grower_id, at=at, by=None)
        with pytest.raises(Conflict):
            unpack(bundles.codes[0].code, grower_id=lot.grower_id)
