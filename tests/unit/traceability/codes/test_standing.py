"""Every code's standing follows from the sealed steps: whoever changes it with SQL is named, code by code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from core.database import transaction
from core.seal.models.leaves import SealLeaf
from core.seal.queries.sources import sources
from core.seal.tasks.repair import seal_unsealed_rows
from core.seal.tasks.sequencer import sequence
from tests.factories.licences import make_licence
from tests.factories.traceability import make_codes, make_lot, ship
from tests.seals import behind_the_back, not_as_sealed
from traceability.api import accept_codes
from traceability.codes.models import step_sealing as steps
from traceability.codes.models.tables import Code, CodeBatch
from traceability.codes.queries.batches import get_batch
from traceability.codes.rules.sealed_steps import Fold, StepUnreadable, places_in_words, ranges_in, step_body
from traceability.codes.service.bundling import pack, unpack
from traceability.codes.service.issuing import draw_codes, issue_codes, note_printed, request_batch
from traceability.codes.service.issuing import make_codes as make
from traceability.codes.service.lifecycle import activate_batch, recall_codes, return_codes, void_codes
from traceability.codes.service.transitions import lock_codes


@given(st.sets(st.integers(1, 400)))
def test_places_as_words_are_read_back(places):
    words = places_in_words(sorted(places))
    found = [place for first, last in ranges_in(words) for place in range(first, last + 1)] if words else []
    assert found == sorted(places)
    assert words.count(",") <= len(places)


def test_neighbouring_places_are_one_word():
    assert places_in_words([1, 2, 3, 7, 9, 10]) == "1-3,7,9-10"


def test_the_last_step_wins_and_only_for_the_places_it_names():
    fold = Fold()
    fold.apply(1, step_body("B", "made", [(n, {"state": "printed", "plants": 1}) for n in range(1, 6)]))
    fold.apply(2, step_body("B", "activated", [(2, {"state": "active"}), (3, {"state": "active"})]))
    states = {place: fold.told(place).values[5] for place in sorted(fold.places())}
    assert states == {1: "printed", 2: "active", 3: "active", 4: "printed", 5: "printed"}
    assert (fold.told(2).leaf_id, fold.told(1).leaf_id) == (2, 1)
    assert fold.told(9) is None


def test_a_fold_of_a_few_places_says_of_them_what_the_whole_says():
    bodies = [
        step_body("B", "made", [(n, {"state": "printed"}) for n in range(1, 30)]),
        step_body("B", "activated", [(n, {"state": "active"}) for n in range(5, 20)]),
    ]
    whole, few = Fold(), Fold([4, 5, 29, 77])
    for number, body in enumerate(bodies):
        whole.apply(number, body)
        few.apply(number, body)
    assert few.places() == {4, 5, 29}
    assert all(few.told(place) == whole.told(place) for place in few.places())


@pytest.mark.parametrize(
    "body", [{}, {"sets": [["x", {}]]}, {"sets": [["1", {"colour": 1}]]}, {"sets": 3}, []]
)
def test_what_is_no_step_is_said_to_be_none(body):
    with pytest.raises(StepUnreadable):
        Fold().apply(1, body)


def everything_that_happens_to_codes(at):
    """Each kind of step once, over four batches; the batch that is looked at, with its lot."""
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        units = issue_codes(lot.id, "unit", 12, at=at, by=None, inner=True)
        boxes = issue_codes(lot.id, "bundle", 2, 3, at=at, by=None)
        number = units.batch.number
        box = f"{boxes.batch.number} 1"
        pack(box, [f"{number} 10-12"], grower_id=lot.grower_id, at=at, by=None)
        unpack(box, grower_id=lot.grower_id)
        pack(box, [f"{number} 10-12"], grower_id=lot.grower_id, at=at, by=None)
        activate_batch(number, grower_id=lot.grower_id, at=at, by=None)
        void_codes(number, 9, 9, grower_id=lot.grower_id, reason="torn", at=at, by=None)
    with transaction():
        batch = request_batch(lot.id, "unit", 3, at=at, by=None)
        make(batch.number, draw_codes(get_batch(batch.number)), at=at, by=None)
        note_printed(batch.number, file_key="x", until=at, at=at, by=None)
    with transaction():
        ship(units, codes=[f"{number} 1-4"], consignment="C-2026-AAAAAAA", at=at)
        ship(boxes, codes=[box], consignment="C-2026-BBBBBBB", at=at)
        accept_codes("C-2026-AAAAAAA", at=at)
        first = lock_codes(Code.consignment_number == "C-2026-AAAAAAA")[:1]
        return_codes(first, counted=1, reason="dead", at=at, by=None)
    other = make_other(at)
    with transaction():
        recall_codes([other], reason="mildew", at=at, by=None)
    sequence()
    return number, lot


def make_other(at):
    with transaction():
        return make_codes(at=at).batch.lot_id


@pytest.mark.both
def test_all_that_the_services_do_agrees_with_the_steps_they_seal(session, at):
    everything_that_happens_to_codes(at)
    assert not_as_sealed() == []
    ids = session.scalars(select(Code.id)).all()
    assert list(steps.audit_codes(ids[::3])) == []
    assert list(steps.audit_since(0)) == []


CHANGES = {
    "state": "'accepted'",
    "state_reason": "'other words'",
    "grower_id": "(SELECT max(id) FROM grower)",
    "lot_id": "(SELECT max(id) FROM lot)",
    "plants": "7",
    "quota": "0",
    "level": "'bundle'",
    "height_cm": "99",
    "ground_diameter_mm": "99",
    "activation_id": "(SELECT max(id) FROM code_action)",
    "consignment_number": "'C-2026-ZZZZZZZ'",
    "order_number": "'GY-2026-ZZZZZZZ'",
    "destination_province": "'广东省'",
    "seller": "'别人'",
    "dispatched_at": "'2026-03-01 00:00:00.000000'",
    "digest": "leaf",
    "leaf": "digest",
}


@pytest.mark.parametrize("column", CHANGES)
def test_each_column_that_a_page_shows_is_named_with_the_codes_number(session, at, column):
    number, _lot = everything_that_happens_to_codes(at)
    consignment = ", consignment_number = 'C-2026-AAAAAAA'" if column == "state" else ""
    behind_the_back(
        f"UPDATE code SET {column} = {CHANGES[column]}{consignment} WHERE position = 6 AND batch_id = "  # noqa: S608 - our own words
        f"(SELECT id FROM code_batch WHERE number = '{number}')"
    )
    session.rollback()
    found = not_as_sealed(steps.KIND)
    assert len(found) == 1, found
    assert found[0].startswith(f"{number} #6: ")
    code_id = session.scalar(select(Code.id).where(Code.position == 6, Code.batch_id == get_batch(number).id))
    assert [str(one) for one in steps.audit_codes([code_id])] == found
    assert [str(one) for one in steps.audit_since(0)] == found


@pytest.mark.both
def test_the_words_tell_what_is_and_what_was_sealed_and_as_which_entry(session, at):
    number, lot = everything_that_happens_to_codes(at)
    behind_the_back(
        "UPDATE code SET state = 'voided', lot_id = (SELECT max(id) FROM lot) WHERE position = 7 AND batch_id = "  # noqa: S608 - our own words
        f"(SELECT id FROM code_batch WHERE number = '{number}')"
    )
    session.rollback()
    text = not_as_sealed(steps.KIND)[0]
    assert f"sealed as {lot.number}; " in text
    assert 'state is "voided", sealed as "active"' in text
    assert "as entry " in text


def test_an_exchanged_inner_code_is_named(session, at):
    number, _lot = everything_that_happens_to_codes(at)
    behind_the_back(
        "UPDATE inner_code SET digest = (SELECT digest FROM code WHERE id = code_id) WHERE code_id = "  # noqa: S608 - our own words
        f"(SELECT id FROM code WHERE position = 2 AND batch_id = (SELECT id FROM code_batch WHERE number = '{number}'))"
    )
    session.rollback()
    assert [one.partition(":")[0] for one in not_as_sealed(steps.KIND)] == [f"{number} #2"]


def test_a_code_that_was_slipped_in_or_taken_out_is_named(session, at):
    number, _lot = everything_that_happens_to_codes(at)
    batch = f"(SELECT id FROM code_batch WHERE number = '{number}')"  # noqa: S608 - our own words
    columns = "leaf, batch_id, lot_id, grower_id, level, plants, quota, state, state_reason"
    behind_the_back(
        f"INSERT INTO code (digest, position, {columns}) SELECT leaf, 13, {columns} FROM code WHERE position = 5 AND batch_id = {batch}",  # noqa: S608
        f"DELETE FROM inner_code WHERE code_id = (SELECT id FROM code WHERE position = 8 AND batch_id = {batch})",  # noqa: S608
        f"DELETE FROM code_change WHERE code_id = (SELECT id FROM code WHERE position = 8 AND batch_id = {batch})",  # noqa: S608
        f"DELETE FROM code WHERE position = 8 AND batch_id = {batch}",  # noqa: S608
    )
    session.rollback()
    assert [one.split(":")[0] for one in not_as_sealed(steps.KIND)] == [f"{number} #13", f"{number} #8"]


def test_a_plant_moved_to_another_bundle_is_named(session, at):
    number, _lot = everything_that_happens_to_codes(at)
    behind_the_back(
        "UPDATE code_member SET bundle_code_id = bundle_code_id + 1 WHERE unit_code_id = "  # noqa: S608 - our own words
        f"(SELECT id FROM code WHERE position = 11 AND batch_id = (SELECT id FROM code_batch WHERE number = '{number}'))"
    )
    session.rollback()
    assert [one.partition(":")[0] for one in not_as_sealed(steps.KIND)] == [f"{number} #11"]


@pytest.mark.both
def test_an_older_installation_is_told_since_when_codes_are_vouched_for(session, at):
    number, _lot = everything_that_happens_to_codes(at)
    with transaction() as current:
        current.execute(SealLeaf.__table__.delete().where(SealLeaf.kind == steps.KIND))
    session.rollback()
    assert f"the codes of {number}: no sealed step tells of its codes" in not_as_sealed(steps.KIND)[0]
    assert seal_unsealed_rows(sources())[steps.KIND] == 20
    session.rollback()
    assert not_as_sealed(steps.KIND) == []
    assert seal_unsealed_rows(sources()) == {}
    behind_the_back("UPDATE code SET plants = 7 WHERE position = 1")
    session.rollback()
    assert len(not_as_sealed(steps.KIND)) == 4


def test_a_batch_that_moved_between_upgrade_and_taking_in_is_taken_in_whole(session, at):
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        issued = make_codes(lot=lot, at=at)
        batch = session.scalars(select(CodeBatch.id).where(CodeBatch.number == issued.batch.number)).one()
    with transaction() as current:
        current.execute(SealLeaf.__table__.delete().where(SealLeaf.kind == steps.KIND))
    with transaction():
        place = Code.position == 2
        current.execute(Code.__table__.update().where(place).values(state_reason="sealed since"))
        steps.seal_codes("voided", (Code.batch_id == batch) & place, {"state_reason": "sealed since"})
    behind_the_back("UPDATE code SET state_reason = 'by hand' WHERE position = 2")
    session.rollback()
    assert [one.partition(":")[0] for one in not_as_sealed(steps.KIND)] == [
        f"the codes of {issued.batch.number}"
    ]
    assert seal_unsealed_rows(sources())[steps.KIND] == 3
    session.rollback()
    found = not_as_sealed(steps.KIND)
    assert len(found) == 1
    assert '#2: state_reason is "by hand", sealed as "sealed since"' in found[0]
    behind_the_back("UPDATE code SET state_reason = 'sealed since' WHERE position = 2")
    session.rollback()
    assert not_as_sealed(steps.KIND) == []
    assert seal_unsealed_rows(sources()) == {}


def test_codes_slipped_into_a_batch_that_is_not_made_are_named(session, at):
    number, _lot = everything_that_happens_to_codes(at)
    batch = f"(SELECT id FROM code_batch WHERE number = '{number}')"  # noqa: S608 - our own words
    columns = session.execute(text("SELECT * FROM code_batch")).keys()
    others = ", ".join(f'"{name}"' for name in columns if name not in {"id", "number", "state", "root"})
    of_code = "leaf, lot_id, grower_id, level, plants, quota, state, state_reason"
    behind_the_back(
        f"INSERT INTO code_batch (number, state, {others}) SELECT 'B-X', 'requested', {others} FROM code_batch WHERE id = {batch}",  # noqa: S608 - our own words
        f"INSERT INTO code (digest, position, batch_id, {of_code}) SELECT leaf, 1, (SELECT id FROM code_batch WHERE number = 'B-X'), {of_code} FROM code WHERE position = 5 AND batch_id = {batch}",  # noqa: S608 - our own words
    )
    session.rollback()
    assert [one.partition(":")[0] for one in not_as_sealed(steps.KIND)] == ["the codes of B-X"]
