"""Issuing, activating and voiding codes, with the licence asked in the same transaction."""

import pytest
from sqlalchemy import func, select

from branch.api import LicenceNotValid, Scope
from core.database import Base, db, transaction
from core.errors import Conflict, Invalid, NotFound
from core.keyed_digests import derived_key
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_codes, make_lot, ship
from traceability.api import (
    Level,
    accept_codes,
    activate_batch,
    codes_of_consignment,
    issue_codes,
    void_batch,
)
from traceability.codes.models.digests import code_digest
from traceability.codes.models.tables import Code, CodeBatch, CodeChange, InnerCode
from traceability.codes.queries.batches import batches_of_lot, get_batch
from traceability.codes.rules.notation import is_well_formed
from traceability.codes.service import issuing
from traceability.codes.service.lifecycle import void_codes
from traceability.lots.service import change_state
from traceability.lots.states import LotState


def test_issued_codes_are_given_once_and_stored_as_keyed_digests_only(session):
    with transaction():
        issued = make_codes(count=5, active=False)
    assert len({one.code for one in issued.codes}) == 5
    assert all(is_well_formed(one.code) for one in issued.codes)
    stored = set(session.scalars(select(Code.digest)))
    assert stored == {code_digest(one.code) for one in issued.codes}
    everything = []
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            everything += [str(row) for row in connection.execute(select(table))]
    text = "\n".join(everything)
    for one in issued.codes:
        assert one.code not in text
        assert one.code[:8] not in text
        assert one.code[-8:] not in text
    assert "hidden" in repr(issued.codes[0])
    assert issued.codes[0].code not in repr(issued)


@pytest.mark.parametrize("inner", [False, True])
def test_codes_that_are_drawn_and_written_in_parts_are_one_batch(session, at, monkeypatch, inner):
    monkeypatch.setattr(issuing, "AT_A_TIME", 3)
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        codes = issue_codes(lot.id, "unit", 7, at=at, by=None, inner=inner).codes
    assert [one.position for one in codes] == [1, 2, 3, 4, 5, 6, 7]
    written = session.scalars(select(Code.digest).order_by(Code.position)).all()
    assert written == [code_digest(one.code) for one in codes]
    assert [one.inner != "" for one in codes] == [inner] * 7
    assert session.scalar(select(func.count()).select_from(InnerCode)) == (7 if inner else 0)


def test_another_secret_gives_another_digest():
    assert derived_key("a" * 32, "trace code v1") != derived_key("b" * 32, "trace code v1")
    assert derived_key("a" * 32, "trace code v1") != derived_key("a" * 32, "checking device v1")


@pytest.mark.parametrize("state", ["suspended", "withdrawn", "applied", None])
def test_without_a_valid_licence_no_code_is_issued(session, at, state):
    with transaction():
        lot = make_lot()
        if state:
            make_licence(lot.grower_id, state=state, at=at)
        with pytest.raises(LicenceNotValid) as refused:
            issue_codes(lot.id, "unit", 1, at=at, by=None)
    assert refused.value.code == "not_on_sale"
    assert session.scalar(select(func.count()).select_from(CodeBatch)) == 0


def test_a_licence_for_other_cultivar_groups_issues_nothing(session, at):
    with transaction():
        lot = make_lot(cultivar_group="dangui")
        make_licence(lot.grower_id, scope=Scope(cultivar_groups=("jingui",)), at=at)
        with pytest.raises(LicenceNotValid):
            issue_codes(lot.id, "unit", 1, at=at, by=None)


def test_a_suspended_licence_stops_activation(session, at):
    from branch.licences.service.decisions import suspend

    with transaction():
        lot = make_lot()
        licence = make_licence(lot.grower_id, at=at)
        issued = issue_codes(lot.id, "unit", 2, at=at, by=None)
        suspend(licence.number, reason="test", by_account_id=None, at=at)
        with pytest.raises(LicenceNotValid):
            activate_batch(issued.batch.number, grower_id=lot.grower_id, at=at, by=None)
    assert get_batch(issued.batch.number).states == {"printed": 2}


def test_codes_never_stand_for_more_plants_than_were_recorded(session, at):
    with transaction():
        lot = make_lot(quantity=30)
        make_licence(lot.grower_id, at=at)
        first = issue_codes(lot.id, "bundle", 2, 10, at=at, by=None)
        with pytest.raises(Conflict) as refused:
            issue_codes(lot.id, "bundle", 2, 10, at=at, by=None)
        assert refused.value.details["free"] == 10
        assert issue_codes(lot.id, "unit", 30, at=at, by=None).batch.count == 30
        void_batch(first.batch.number, grower_id=lot.grower_id, reason="misprint", at=at, by=None)
        assert issue_codes(lot.id, "bundle", 3, 10, at=at, by=None).batch.count == 3


def test_a_leaflet_stands_for_the_whole_lot(session, at):
    with transaction():
        issued = make_codes(level="lot", count=1, quantity=400)
    assert issued.batch.plants_per_code == 400


@pytest.mark.parametrize(
    ("level", "count", "plants"), [("unit", 0, 1), ("unit", 20_001, 1), ("unit", 1, 2), ("bundle", 1, 0)]
)
def test_impossible_numbers_are_refused(session, at, level, count, plants):
    with transaction():
        lot = make_lot()
        make_licence(lot.grower_id, at=at)
        with pytest.raises(Invalid):
            issue_codes(lot.id, level, count, plants, at=at, by=None)


def test_a_closed_lot_gets_no_codes(session, at):
    with transaction():
        lot = make_lot()
        make_licence(lot.grower_id, at=at)
        change_state(lot.id, LotState.CLOSED, reason="sold out", at=at, by=None)
        with pytest.raises(Conflict):
            issue_codes(lot.id, "unit", 1, at=at, by=None)


@pytest.mark.both
def test_a_batch_is_activated_once_and_each_step_leaves_a_row(session, at):
    with transaction():
        issued = make_codes(count=4)
        number, grower_id = issued.batch.number, issued.batch.grower_id
        with pytest.raises(Conflict):
            activate_batch(number, grower_id=grower_id, at=at, by=None)
        assert void_codes(number, 2, 3, grower_id=grower_id, reason="torn", at=at, by=None) == 2
        void_batch(number, grower_id=grower_id, reason="lost", at=at, by=None)
        with pytest.raises(Conflict):
            void_batch(number, grower_id=grower_id, reason="lost", at=at, by=None)
    assert get_batch(number).states == {"voided": 4}
    steps = [
        (change.from_state, change.to_state, change.count)
        for change in session.scalars(
            select(CodeChange).where(CodeChange.batch_id == issued.batch.id).order_by(CodeChange.id)
        )
    ]
    assert steps == [(None, "printed", 4), ("printed", "active", 4), ("active", "voided", 2)]


def test_voiding_needs_a_reason_and_the_right_grower(session, at):
    with transaction():
        issued = make_codes()
        other = make_grower()
        with pytest.raises(Invalid):
            void_batch(issued.batch.number, grower_id=issued.batch.grower_id, reason=" ", at=at, by=None)
        with pytest.raises(NotFound):
            void_batch(issued.batch.number, grower_id=other.id, reason="mine", at=at, by=None)


def test_receipt_accepts_what_was_shipped(session, at):
    with transaction():
        issued = make_codes(count=2)
        ship(issued, consignment="C-1")
        assert accept_codes("C-1", at=at) == 2
        assert accept_codes("C-1", at=at) == 0
    assert {code.state for code in codes_of_consignment("C-1")} == {"accepted"}


def test_batches_are_counted_by_state(session):
    with transaction():
        issued = make_codes(level="bundle", count=2, plants_per_code=20)
    [batch] = batches_of_lot(issued.batch.lot_id)
    assert (batch.level, batch.plants_per_code, batch.states) == (Level.BUNDLE, 20, {"active": 2})
