"""Inspections: stored once, sealed, told in EPCIS, within one's units, with both clocks."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import transaction
from core.form_keys.service import SentOtherwise
from core.seal.queries.audit import audit_rows
from tests.factories.pictures import picture
from tests.factories.traceability import make_lot
from tests.form_reader import form_of
from traceability.events.models.tables import EpcisEvent
from traceability.events.queries.timeline import timeline_of_lot
from traceability.inspections.models import sealing
from traceability.inspections.models.tables import Inspection
from traceability.inspections.rules import is_believable, time_that_counts
from traceability.inspections.service import NewInspection, record_inspection

NEW = "/branch/inspections/new"
NOON = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "believed"),
    [
        (timedelta(0), True),
        (timedelta(hours=5), True),
        (timedelta(days=60), True),
        (timedelta(days=61), False),
        (timedelta(minutes=-4), True),
        (timedelta(minutes=-6), False),
    ],
)
def test_a_device_is_believed_within_sixty_days_and_five_minutes(ago, believed):
    device_at = NOON - ago
    assert is_believable(device_at, received_at=NOON) is believed
    counts = time_that_counts(device_at, received_at=NOON)
    assert counts == (min(device_at, NOON) if believed else NOON)
    assert time_that_counts(None, received_at=NOON) == NOON


@pytest.fixture
def lot(session):
    with transaction():
        return make_lot()


def facts(lot, **more):
    return {
        "lot": lot.number,
        "conformant": "yes",
        "seen": "新梢健壮",
        "plants_counted": "120",
        "plants_unhealthy": "2",
        "client_id": "0123456789abcdef0123",
    } | more


@pytest.mark.both
def test_a_technician_writes_one_down_and_the_passport_tells_it(session, lot, login):
    client = login(role="technician")
    photo = (io.BytesIO(picture(600, 400)), "leaf.jpg")
    answer = client.submit(NEW, facts(lot, photo=photo))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page = client.get(answer.location).get_data(as_text=True)
    assert "新梢健壮" in page
    assert client.get(f"{answer.location}/photo").content_type == "image/jpeg"
    row = session.scalars(sa.select(Inspection)).one()
    assert (row.plants_counted, row.plants_unhealthy, row.device_at) == (120, 2, None)
    assert [step.biz_step for step in timeline_of_lot(lot.id)] == ["commissioning", "inspecting"]
    assert list(audit_rows(sealing.SOURCE)) == []


@pytest.mark.both
def test_what_is_sent_twice_is_stored_once(session, lot, login):
    client = login(role="technician")
    device_at = (now() - timedelta(hours=3)).isoformat()
    answers = [
        client.submit(NEW, facts(lot, device_at=device_at), headers={"Accept": "application/json"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json == answers[1].json
    row = session.scalars(sa.select(Inspection)).one()
    assert row.device_at.isoformat() == device_at
    assert row.seen_at == row.device_at < row.received_at
    event = session.scalars(sa.select(EpcisEvent).where(EpcisEvent.biz_step == "inspecting")).one()
    assert event.event_id == row.event_id
    assert event.record_time == row.received_at
    told = datetime.fromisoformat(json.loads(event.body)["eventTime"])
    assert abs(told - row.device_at) < timedelta(milliseconds=1)


def test_the_same_id_with_something_else_is_told_and_can_be_sent_as_a_second_one(session, lot, login):
    client = login(role="technician")
    first = client.submit(NEW, facts(lot))
    changed = facts(lot, plants_counted="99")
    by_device = client.submit(NEW, changed, headers={"Accept": "application/json"})
    assert (by_device.status_code, "已经提交过一次" in by_device.json["detail"]) == (422, True)
    page = client.submit(NEW, changed)
    assert (page.status_code, "已经提交过一次" in page.text) == (422, True)
    fresh = form_of(page.text, "client_id")
    assert fresh["plants_counted"] == ["99"]
    second = client.post(NEW, data=fresh)
    assert second.status_code == 303
    assert second.location != first.location
    counted = session.scalars(sa.select(Inspection.plants_counted).order_by(Inspection.id)).all()
    assert counted == [120, 99]


@pytest.fixture
def record(lot, login):
    """Record that on the lot, with these values otherwise, under one id: its number, and whether it is new."""
    by = login(role="technician").account_id
    seen = NewInspection(
        "0123456789abcdef0123", lot.number, conformant=True, seen="新梢健壮", plants_counted=120
    )

    def recorded(**values):
        with transaction():
            return record_inspection(replace(seen, **values), at=NOON, by=by)

    return recorded


def test_what_says_the_same_is_the_same_inspection(record):
    number, new = record(seen="新梢健壮\n")
    assert new
    assert record() == record(seen=" 新梢健壮 ") == record(photo_key="made otherwise") == (number, False)


@pytest.mark.parametrize(
    "changed",
    [
        {"lot_number": "another"},
        {"conformant": False},
        {"seen": "叶有斑点"},
        {"plants_counted": 119},
        {"plants_unhealthy": 1},
    ],
)
def test_whatever_was_changed_makes_it_something_else(record, changed):
    record()
    if "lot_number" in changed:
        with transaction():
            changed = {"lot_number": make_lot().number}
    with pytest.raises(SentOtherwise):
        record(**changed)


def test_a_wrong_clock_is_kept_but_does_not_count(session, lot, login):
    client = login(role="technician")
    device_at = (now() + timedelta(days=2)).isoformat()
    assert client.submit(NEW, facts(lot, device_at=device_at)).status_code == 303
    row = session.scalars(sa.select(Inspection)).one()
    assert row.seen_at == row.received_at < row.device_at


@pytest.mark.parametrize(
    "wrong",
    [
        {"lot": "L-2026-NONE"},
        {"seen": ""},
        {"conformant": ""},
        {"plants_unhealthy": "121"},
        {"plants_counted": "-1"},
        {"client_id": "short"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(session, lot, login, wrong):
    client = login(role="technician")
    assert client.submit(NEW, facts(lot) | wrong).status_code == 422
    refused = client.submit(NEW, facts(lot) | wrong, headers={"Accept": "application/json"})
    assert refused.status_code == 422
    assert refused.json["detail"]
    assert session.scalars(sa.select(Inspection)).all() == []


def test_a_photograph_that_is_none_is_refused(session, lot, login):
    client = login(role="technician")
    answer = client.submit(NEW, facts(lot, photo=(io.BytesIO(b"no picture"), "leaf.jpg")))
    assert answer.status_code == 422
    assert session.scalars(sa.select(Inspection)).all() == []


def test_nobody_inspects_outside_his_units_or_without_the_role(session, lot, login):
    elsewhere = login(role="technician", unit="guihua-tea")
    assert elsewhere.submit(NEW, facts(lot)).status_code == 422
    assert session.scalars(sa.select(Inspection)).all() == []
    grower = login(role="grower")
    assert grower.get(NEW).status_code == 403


def test_somebody_elses_id_takes_nothing_over(session, lot, login):
    assert login(role="technician").submit(NEW, facts(lot)).status_code == 303
    assert login(role="technician").submit(NEW, facts(lot)).status_code == 409


def test_the_worker_may_serve_the_page_and_nothing_above_it(client, app):
    answer = client.get("/branch/inspections/worker.js")
    assert answer.content_type.startswith("text/javascript")
    assert "Service-Worker-Allowed" not in answer.headers
