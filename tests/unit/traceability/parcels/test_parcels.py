"""A parcel's way, and a lot's history in plain words."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from core.database import transaction
from tests.factories.traceability import make_codes, make_lot
from traceability.api import record_arrival, record_dispatch, timeline_of_lot
from traceability.events.models.tables import EpcisEvent
from traceability.events.rules.steps import Decommissioned, Inspected, Transformed
from traceability.events.service.recording import record_step
from traceability.parcels.service import record_part_arrival

PARCEL = "C-2026-AAAAAAA"


def bodies(session, step):
    rows = session.scalars(sa.select(EpcisEvent).where(EpcisEvent.biz_step == step).order_by(EpcisEvent.id))
    return [json.loads(row.body) for row in rows]


def test_a_parcel_is_packed_shipped_and_received_with_the_same_contents(session, at):
    with transaction():
        one, other = make_lot(), make_lot()
        record_dispatch(PARCEL, {one.id: 20, other.id: 5}, at=at, by=None)
    with transaction():
        record_arrival(PARCEL, at=at + timedelta(days=3), by=None)
    (packed,), (shipped,), (received,) = (
        bodies(session, step) for step in ("packing", "shipping", "receiving")
    )
    assert packed["childQuantityList"] == shipped["quantityList"] == received["quantityList"]
    assert [element["quantity"] for element in received["quantityList"]] == [20, 5]
    assert [packed["parentID"]] == shipped["epcList"] == received["epcList"]
    assert "AAAAAAA" not in packed["parentID"]
    assert received["eventTime"].startswith("2026-03-15")


def test_a_parcel_whose_dispatch_is_not_known_leaves_no_trace(session, at):
    with transaction():
        record_arrival(PARCEL, at=at, by=None)
    assert bodies(session, "receiving") == []


def test_what_was_confirmed_plant_by_plant_is_not_received_twice(session, at):
    with transaction():
        one, other = make_lot(), make_lot()
        record_dispatch(PARCEL, {one.id: 3, other.id: 1}, at=at, by=None)
    with transaction():
        record_part_arrival(PARCEL, {one.id: 2}, at=at + timedelta(days=3), by=None)
        record_part_arrival(PARCEL, {other.id: 1}, at=at + timedelta(days=3, hours=1), by=None)
    with transaction():
        record_arrival(PARCEL, at=at + timedelta(days=4), by=None)
        record_arrival(PARCEL, at=at + timedelta(days=5), by=None)
    received = [
        [(portion["epcClass"].rpartition("/")[2], portion["quantity"]) for portion in body["quantityList"]]
        for body in bodies(session, "receiving")
    ]
    assert received == [[(one.number, 2)], [(other.number, 1)], [(one.number, 1)]]


def test_a_parcel_sent_again_is_received_again(session, at):
    with transaction():
        lot = make_lot()
        record_dispatch(PARCEL, {lot.id: 3}, at=at, by=None)
        record_part_arrival(PARCEL, {lot.id: 2}, at=at + timedelta(days=1), by=None)
        record_dispatch(PARCEL, {lot.id: 3}, at=at + timedelta(days=2), by=None)
        record_arrival(PARCEL, at=at + timedelta(days=3), by=None)
    assert [body["quantityList"][0]["quantity"] for body in bodies(session, "receiving")] == [2, 3]


@pytest.fixture
def lot(session, at):
    with transaction():
        lot = make_lot(quantity=300)
        record_step(Inspected(lot, conformant=True), at=at + timedelta(days=1), by=None)
        record_step(
            Transformed("split", "T-1", ((lot, 100),), ((lot, 98),)), at=at + timedelta(days=2), by=None
        )
        record_dispatch(PARCEL, {lot.id: 40}, at=at + timedelta(days=3), by=None)
        record_arrival(PARCEL, at=at + timedelta(days=4), by=None)
        record_step(Decommissioned(lot, "B-1", 2, "voided"), at=at + timedelta(days=5), by=None)
    return lot


def test_a_history_is_told_in_both_languages(app, session, lot, count_statements):
    with app.test_request_context(), force_locale("en"), count_statements() as seen:
        english = [(step.title, step.note) for step in timeline_of_lot(lot.id)]
    assert len(seen) == 1
    assert english == [
        ("The lot was recorded", "300 plants"),
        ("Inspected: in order", ""),
        ("The lot was split", "100 plants became 98"),
        ("Packed", "40 plants"),
        ("Sent off", "40 plants"),
        ("Arrived at the buyer", "40 plants"),
        ("Labels were voided", "2 labels"),
    ]
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        chinese = [(step.title, step.note) for step in timeline_of_lot(lot.id)]
    assert chinese[0] == ("登记批次", "300 株")
    assert all(title.isascii() is False for title, _note in chinese)


def test_activated_codes_stand_in_the_history_of_their_lot_only(app, session, at):
    with transaction():
        issued = make_codes(count=3)
        stranger = make_lot()
    with app.test_request_context(), force_locale("en"):
        titles = [step.title for step in timeline_of_lot(issued.batch.lot_id)]
        assert titles == ["The lot was recorded", "Labels were activated"]
        assert [step.title for step in timeline_of_lot(stranger.id)] == ["The lot was recorded"]
