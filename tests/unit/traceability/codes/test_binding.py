"""Codes leave once, with one parcel, from the right grower and lot; refusals name each code, masked."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from branch.api import LicenceNotValid
from core.database import transaction
from core.errors import Conflict
from tests.factories.licences import make_licence
from tests.factories.traceability import make_codes, make_lot, ship
from traceability.api import (
    CodeNotUsable,
    bind_codes,
    codes_of_consignment,
    codes_of_consignments,
    issue_codes,
)
from traceability.codes.models.tables import Code, CodeChange
from traceability.codes.rules.notation import grouped, new_code
from traceability.codes.service.lifecycle import void_codes
from traceability.codes.service.transitions import Step, lock_codes_by_id, move_codes
from traceability.codes.states import ActionKind
from traceability.lots.service import change_state
from traceability.lots.states import LotState


def bind(issued, codes, at, consignment="C-1", **values):
    given = {
        "consignment_number": consignment,
        "order_number": "GY-1",
        "grower_id": issued.batch.grower_id,
        "codes": codes,
        "destination_province": "浙江省",
        "seller": "竹影苗圃",
        "at": at,
    }
    return bind_codes(**(given | values))


def test_bound_codes_are_shipped_with_where_and_when(session, at):
    with transaction():
        issued = make_codes(count=3)
        bound = bind(issued, [grouped(issued.codes[0].code).lower(), issued.codes[2].code], at)
    assert [view.position for view in bound] == [1, 3]
    assert {(view.state, view.consignment_number, view.dispatched_at) for view in bound} == {
        ("shipped", "C-1", at)
    }
    assert bound[0].label == f"{issued.batch.number} #1"
    assert codes_of_consignment("C-1") == bound
    assert codes_of_consignments(["C-1", "C-2"]) == {"C-1": bound}
    row = session.scalars(select(Code).where(Code.id == bound[0].id)).one()
    assert (row.destination_province, row.order_number, row.seller) == ("浙江省", "GY-1", "竹影苗圃")


def test_a_range_of_places_is_bound_and_what_was_only_printed_is_activated_on_the_way(session, at):
    with transaction():
        issued = make_codes(count=5, active=False)
        bound = bind(issued, [f"{issued.batch.number} 2-4"], at)
    assert [view.position for view in bound] == [2, 3, 4]
    steps = session.execute(
        select(CodeChange.from_state, CodeChange.to_state)
        .where(CodeChange.code_id == bound[0].id)
        .order_by(CodeChange.id)
    ).all()
    assert [tuple(step) for step in steps] == [("printed", "active"), ("active", "shipped")]


def test_binding_again_to_the_same_parcel_changes_nothing(session, at):
    with transaction():
        issued = make_codes(count=2)
        codes = [one.code for one in issued.codes]
        first = bind(issued, codes, at)
        assert bind(issued, [*codes, codes[0]], at) == first


def test_every_unusable_code_is_named_masked_and_nothing_is_bound(session, at):
    with transaction():
        issued = make_codes(count=6)
        foreign = make_codes(count=1)
        leaflet = issue_codes(issued.batch.lot_id, "lot", 1, at=at, by=None)
        number = issued.batch.number
        void_codes(number, 2, 2, grower_id=issued.batch.grower_id, reason="torn", at=at, by=None)
        bind(issued, [issued.codes[2].code], at, consignment="C-0")
        unknown = new_code()
        given = [
            issued.codes[0].code,
            issued.codes[1].code,
            issued.codes[2].code,
            foreign.codes[0].code,
            leaflet.codes[0].code,
            unknown,
            issued.codes[3].code[:-1],
            f"{number} 6-9",
        ]
        with pytest.raises(CodeNotUsable) as refused:
            bind(issued, given, at)
    named = {one["code"]: one["reason"] for one in refused.value.details["codes"]}
    assert len(named) == 7
    assert f"····-{issued.codes[1].code[-4:]}" in named
    assert f"····-{unknown[-4:]}" in named
    assert f"{number} 6–9" in named
    assert named[f"····-{foreign.codes[0].code[-4:]}"] == named[f"····-{unknown[-4:]}"]
    said = str(refused.value) + str(refused.value.details)
    assert not any(code in said for code in given if not code.startswith("B-"))
    assert codes_of_consignment("C-1") == []


def test_the_lot_must_be_in_the_parcel(session, at):
    with transaction():
        issued = make_codes(count=1)
        with pytest.raises(CodeNotUsable):
            bind(issued, [issued.codes[0].code], at, lot_ids=[issued.batch.lot_id + 1])
        assert len(bind(issued, [issued.codes[0].code], at, lot_ids=[issued.batch.lot_id])) == 1


def test_a_recalled_lot_does_not_leave(session, at):
    with transaction():
        issued = make_codes(count=1)
        change_state(issued.batch.lot_id, LotState.RECALLED, reason="canker", at=at, by=None)
        with pytest.raises(CodeNotUsable):
            bind(issued, [issued.codes[0].code], at)


def test_a_suspended_licence_stops_the_parcel(session, at):
    from branch.licences.service.decisions import suspend

    with transaction():
        lot = make_lot()
        licence = make_licence(lot.grower_id, at=at)
        issued = make_codes(lot=lot, count=1)
        suspend(licence.number, reason="test", by_account_id=None, at=at)
        with pytest.raises(LicenceNotValid):
            bind(issued, [issued.codes[0].code], at)


@pytest.mark.parametrize("codes", [[], [""], ["\n , "]])
def test_no_code_is_no_binding(session, at, codes):
    with transaction():
        issued = make_codes(count=1)
        with pytest.raises(CodeNotUsable):
            bind(issued, codes, at)


def test_a_code_that_changed_meanwhile_is_not_moved(session, at):
    with transaction():
        make_codes(count=2)
        ids = list(session.scalars(select(Code.id)))
        held = lock_codes_by_id(ids)
        session.execute(update(Code).where(Code.id == ids[1]).values(state="voided"))
        with pytest.raises(Conflict):
            move_codes(Step(ActionKind.SHIPPED, at, None), held, values={"consignment_number": "C-1"})


def test_the_database_refuses_a_shipped_code_without_a_parcel(session):
    with transaction():
        make_codes(count=1)
    with pytest.raises(IntegrityError), transaction() as current:
        current.execute(text("UPDATE code SET state = 'shipped'"))


def test_the_factory_ships_what_it_says(session):
    with transaction():
        issued = make_codes(count=2)
        ship(issued)
    assert len(codes_of_consignment("C-2026-AAAAAAA")) == 2
