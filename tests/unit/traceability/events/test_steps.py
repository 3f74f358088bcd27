"""Our own steps become EPCIS events, stored once and sealed."""

import json

import pytest
import sqlalchemy as sa

from core.database import db, transaction
from core.seal.models.leaves import SealLeaf
from tests.factories.licences import make_licence
from tests.factories.traceability import make_lot
from tests.seals import behind_the_back
from traceability.events.models.sealing import SOURCE
from traceability.events.models.tables import EpcisEvent, EpcisKey
from traceability.events.rules.hashing import event_hash
from traceability.events.rules.steps import (
    CodesCommissioned,
    Commissioned,
    Decommissioned,
    Inspected,
    Packed,
    Received,
    Shipped,
    Transformed,
)
from traceability.events.service.recording import record_step, record_steps


@pytest.fixture
def lot(session, at):
    with transaction():
        lot = make_lot(quantity=120)
        make_licence(lot.grower_id, at=at)
    return lot


def test_a_recorded_lot_is_a_commissioning_event(session, lot, at):
    row = session.scalars(sa.select(EpcisEvent)).one()
    event, context = json.loads(row.body), json.loads(row.context)
    assert (event["type"], event["action"], event["bizStep"]) == ("ObjectEvent", "ADD", "commissioning")
    assert event["quantityList"] == [
        {"epcClass": f"http://127.0.0.1:8000/lots/{lot.number}", "quantity": 120}
    ]
    assert event["ilmd"]["guiyuan:cultivar"] == "朱砂丹桂"
    assert event["ilmd"]["guiyuan:grade"] == "I"
    assert event["eventTime"] == "2026-03-12T12:00:00.000+08:00"
    assert event["eventID"] == event_hash(event, context)
    assert row.hash in event["eventID"]
    assert row.own


def test_each_step_speaks_the_words_of_the_standard(session, lot, at):
    steps = {
        Inspected(lot, conformant=True): ("ObjectEvent", "OBSERVE", "inspecting", "conformant"),
        Inspected(lot, conformant=False): ("ObjectEvent", "OBSERVE", "inspecting", "non_conformant"),
        CodesCommissioned(lot, "B-2026-7K3F9QA", 10, 5): ("ObjectEvent", "ADD", "commissioning", "active"),
        Packed("C-2026-AAAAAAA", ((lot, 50),)): ("AggregationEvent", "ADD", "packing", "in_progress"),
        Shipped("C-2026-AAAAAAA", ((lot, 50),)): ("ObjectEvent", "OBSERVE", "shipping", "in_transit"),
        Received("C-2026-AAAAAAA", ((lot, 50),)): ("ObjectEvent", "OBSERVE", "receiving", "retail_sold"),
        Decommissioned(lot, "B-2026-7K3F9QA", 10, "accepted"): (
            "ObjectEvent",
            "DELETE",
            "decommissioning",
            "inactive",
        ),
        Transformed("graft", "T-1", ((lot, 50),), ((lot, 48),)): (
            "TransformationEvent",
            None,
            "commissioning",
            "active",
        ),
    }
    with transaction():
        ids = record_steps(list(steps), at=at, by=None)
    for event_id, expected in zip(ids, steps.values(), strict=True):
        event = json.loads(
            session.scalars(sa.select(EpcisEvent.body).where(EpcisEvent.event_id == event_id)).one()
        )
        assert (event["type"], event.get("action"), event["bizStep"], event["disposition"]) == expected
        assert event["certificationInfo"][0].startswith("http://127.0.0.1:8000/registry/licences/")


def test_numbers_of_parcels_and_batches_do_not_appear(session, lot, at):
    with transaction():
        record_step(Packed("C-2026-AAAAAAA", ((lot, 50),)), at=at, by=None)
        record_step(CodesCommissioned(lot, "B-2026-7K3F9QA", 10, 5), at=at, by=None)
    told = " ".join(session.scalars(sa.select(EpcisEvent.body))) + " ".join(
        session.scalars(sa.select(EpcisKey.value))
    )
    assert "AAAAAAA" not in told
    assert "7K3F9QA" not in told


def test_the_same_step_is_stored_and_sealed_once(session, lot, at):
    with transaction():
        first = record_step(Inspected(lot, conformant=True), at=at, by=None)
    with transaction():
        assert record_step(Inspected(lot, conformant=True), at=at, by=None) == first
    assert session.scalar(sa.select(sa.func.count()).select_from(EpcisEvent)) == 2
    kinds = session.scalars(sa.select(SealLeaf.kind).where(SealLeaf.kind == "epcis_event")).all()
    assert len(kinds) == 2


def without_guards():
    """Drop what the database itself refuses with, as an insider would."""
    if db.engine.dialect.name == "postgresql":
        return ["ALTER TABLE epcis_event DISABLE TRIGGER ALL"]
    return ["DROP TRIGGER epcis_event_no_update"]


def test_what_is_sealed_is_what_the_rows_say(session, lot):
    sealed = {
        leaf.subject: json.loads(leaf.body)
        for leaf in session.scalars(sa.select(SealLeaf).where(SealLeaf.kind == SOURCE.kind))
    }
    assert sealed == dict(SOURCE.bodies())
    session.rollback()
    behind_the_back(*without_guards(), "UPDATE epcis_event SET body = replace(body, '120', '121')")
    assert sealed != dict(SOURCE.bodies())


@pytest.mark.both
def test_the_index_by_which_events_are_found_is_held_against_their_texts(session, lot):
    session.rollback()
    assert not [
        body
        for _subject, body in SOURCE.bodies()
        if body.keys() & {"keys missing", "keys that it does not tell"}
    ]
    session.rollback()
    behind_the_back(
        "UPDATE epcis_event_key SET value = '77' WHERE kind = 'lot' AND event_row_id = (SELECT min(id) FROM epcis_event)"
    )
    [body] = [body for _subject, body in SOURCE.bodies()]
    assert body["keys missing"] == [f"lot {lot.id}"]
    assert body["keys that it does not tell"] == ["lot 77"]


def test_many_steps_cost_as_many_statements_as_one(session, lot, at, count_statements):
    with transaction(), count_statements() as one:
        record_step(Commissioned(lot, 1), at=at, by=None)
    with transaction(), count_statements() as many:
        record_steps([Commissioned(lot, plants) for plants in range(2, 30)], at=at, by=None)
    assert len(many) == len(one) <= 7
