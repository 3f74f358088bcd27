"""Plants leave only with papers, codes and a valid licence; nothing typed is lost on the way."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from branch.licences.service import decisions as licences
from core.clock import now
from core.database import transaction
from shop.catalogue.rules.seasons import Season, Window
from shop.dispatch import queries
from shop.dispatch.rules import due_day, read_tracking, week_of
from shop.orders.models.tables import Consignment, OrderLine
from shop.orders.service import paying as orders
from tests.factories.catalogue import make_listing
from tests.factories.orders import place
from tests.factories.pictures import picture
from traceability import api as traceability
from traceability.codes.models.tables import Code, CodeAction
from traceability.lots.models.tables import Lot
from traceability.lots.service import seal_lot

SPRING = (Window(Season.SPRING, 8, 14),)


@pytest.mark.parametrize(
    ("paid_on", "due"),
    [
        (date(2026, 3, 12), date(2026, 3, 15)),
        (date(2026, 1, 5), date(2026, 2, 19)),
        (date(2026, 4, 30), date(2027, 2, 25)),
    ],
)
def test_a_parcel_is_due_three_days_after_its_plants_may_travel(paid_on, due):
    assert due_day(SPRING, paid_on) == due


def test_weeks_begin_on_monday():
    assert week_of(date(2026, 3, 15)) == date(2026, 3, 9)


def test_pasted_rows_are_cut_by_tabs_commas_or_blanks_and_bad_ones_named():
    rows = read_tracking("C-1\t顺丰速运\tSF123456\nc-2,中通快递,ZT99\n\nC-1 圆通 YT123456\nC-3 圆通\n")
    assert [(row.line, row.consignment_number, row.problem) for row in rows] == [
        (1, "C-1", ""),
        (2, "C-2", "tracking_unreadable"),
        (4, "C-1", "parcel_twice"),
        (5, "C-3", "three_cells"),
    ]


@pytest.fixture
def paid(session, login):
    """A signed-in grower with one paid order of three trees."""
    client = login(role="grower")
    at = now()
    with transaction():
        from branch.api import get_grower

        traceability.ensure_paper_rules(at=at)
        make_listing(at=at, grower=get_grower(id=client.grower_id))
    sku = session.scalar(sa.text("SELECT sku FROM variant"))
    order = place((sku, 3), at=at)
    with transaction():
        orders.mark_paid(order.id, at=at, reference="test")
    client.order = order
    client.parcel = order.consignments[0].number
    client.lot_id = session.scalar(sa.select(OrderLine.lot_id))
    session.rollback()
    return client


def add_papers(client):
    scan = picture(600, 400)
    for kind in ("plant_quarantine", "quality"):
        answer = client.submit(
            f"/seller/dispatch/{client.parcel}/papers",
            {"kind": kind, "number": f"NO-{kind}", "scan": (io.BytesIO(scan), "scan.jpg")},
            form_at=f"/seller/dispatch/{client.parcel}",
        )
        assert answer.status_code == 303, answer.get_data(as_text=True)
    label = client.submit(
        f"/seller/dispatch/{client.parcel}/label.pdf", form_at=f"/seller/dispatch/{client.parcel}"
    )
    assert label.data.startswith(b"%PDF")


def fresh_codes(client):
    answer = client.submit(
        f"/seller/dispatch/{client.parcel}/codes",
        {"lot": client.lot_id, "level": "unit", "count": 3, "ending": "csv"},
        form_at=f"/seller/dispatch/{client.parcel}",
    )
    assert answer.content_type == "text/csv", answer.get_data(as_text=True)
    return [row["code"] for row in csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))]


def send(client, **typed):
    values = {"courier": "顺丰速运", "tracking_number": "SF1234567890", "do": "dispatch"} | typed
    return client.submit(f"/seller/dispatch/{client.parcel}", values, form_at="/seller/dispatch/tracking")


def state(session):
    session.rollback()
    return session.scalar(sa.select(Consignment.fulfilment_state))


def test_a_parcel_leaves_with_papers_codes_and_courier_and_its_code_says_so(app, session, paid):
    on_hand = session.scalar(sa.select(Lot.quantity_on_hand))
    assert "3" in paid.get("/seller/dispatch").get_data(as_text=True)
    add_papers(paid)
    codes = fresh_codes(paid)
    page = paid.get(f"/seller/dispatch/{paid.parcel}").get_data(as_text=True)
    session.rollback()
    draft = queries.draft_of(session.scalar(sa.select(Consignment.id))).codes
    assert draft.endswith(" 1-3")
    assert draft in page
    answer = send(paid, codes=draft)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert state(session) == "dispatched"
    assert session.scalar(sa.select(Lot.quantity_on_hand)) == on_hand - 3
    visitor = app.test_client()
    told = visitor.get(f"/api/v1/codes/{codes[0]}").json
    assert told["verdict"] == "shipped"
    shown = visitor.get(f"/C/{codes[0].replace('-', '')}").get_data(as_text=True)
    assert "浙江省" in shown
    buyer = visitor.get(f"/orders/{paid.order.number}?token={paid.order.access_token}").get_data(as_text=True)
    assert "SF1234567890" in buyer
    assert "NO-plant_quarantine" in buyer
    again = send(paid, codes=draft)
    assert again.status_code == 303
    session.rollback()
    assert session.scalar(sa.select(Lot.quantity_on_hand)) == on_hand - 3


@pytest.mark.both
def test_without_papers_it_stays_each_is_named_and_nothing_typed_is_lost(session, paid):
    fresh_codes(paid)
    answer = send(paid, codes="B-2026-XXXXXXX 1-3", tracking_number="SF7654321")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "植物检疫证书" in page
    assert "B-2026-XXXXXXX 1-3" in page
    assert "SF7654321" in page
    assert state(session) == "to_pack"
    assert "SF7654321" in paid.get(f"/seller/dispatch/{paid.parcel}").get_data(as_text=True)


def test_codes_that_stand_for_fewer_plants_keep_the_parcel_here(session, paid):
    add_papers(paid)
    codes = fresh_codes(paid)
    answer = send(paid, codes="\n".join(codes[:2]))
    assert answer.status_code == 409
    assert state(session) == "to_pack"
    session.rollback()
    assert session.scalar(sa.text("SELECT count(*) FROM code WHERE state = 'shipped'")) == 0


def test_codes_that_stand_for_more_plants_keep_the_parcel_here(session, paid):
    """A code that nothing hangs on in the parcel could be hung on something else."""
    add_papers(paid)
    answer = send(paid, codes="\n".join(fresh_codes(paid) + fresh_codes(paid)[:1]))
    assert answer.status_code == 409
    assert state(session) == "to_pack"
    session.rollback()
    assert session.scalar(sa.text("SELECT count(*) FROM code WHERE state = 'shipped'")) == 0


def test_a_suspended_licence_keeps_the_parcel_here(session, paid):
    add_papers(paid)
    codes = fresh_codes(paid)
    number = session.scalar(sa.text("SELECT number FROM licence"))
    with transaction():
        licences.suspend(number, reason="test", by_account_id=None, at=now())
    answer = send(paid, codes="\n".join(codes))
    assert answer.status_code == 409
    assert state(session) == "to_pack"


@pytest.mark.both
def test_a_missing_courier_is_named_at_its_field(session, paid):
    add_papers(paid)
    answer = send(paid, codes="\n".join(fresh_codes(paid)), courier="", tracking_number="1")
    assert answer.status_code == 422
    assert state(session) == "to_pack"


@pytest.mark.both
def test_tracking_numbers_pasted_as_a_table_are_looked_at_first(session, paid):
    add_papers(paid)
    codes = fresh_codes(paid)
    row = f"{paid.parcel}\t中通快递\tZT123456789"
    look = paid.submit("/seller/dispatch/tracking", {"table": f"{row}\nC-1\tx\tABCDEF", "do": "look"})
    assert look.status_code == 200
    assert state(session) == "to_pack"
    done = paid.submit("/seller/dispatch/tracking", {"table": row, "do": "send"})
    assert done.status_code == 303, done.get_data(as_text=True)
    assert codes
    assert state(session) == "dispatched"


def test_another_growers_parcel_is_not_there(session, paid, login):
    other = login(role="grower")
    assert other.get(f"/seller/dispatch/{paid.parcel}").status_code == 404


def test_a_late_parcel_is_said_to_be_late(session, paid):
    with transaction():
        from shop.orders.models.tables import Order

        session.execute(sa.update(Order).values(paid_at=now() - timedelta(days=400)))
    page = paid.get("/seller/dispatch").get_data(as_text=True)
    assert "逾期" in page


def codes_of(session):
    session.rollback()
    return dict(session.execute(sa.select(Code.state, sa.func.count()).group_by(Code.state)).all())


@pytest.mark.both
def test_a_parcel_that_came_back_uses_its_labels_up_and_credits_what_was_counted(session, paid):
    codes = fresh_codes(paid)
    add_papers(paid)
    assert send(paid, codes="\n".join(codes)).status_code == 303
    page = f"/seller/dispatch/{paid.parcel}/return"
    assert f'href="{page}"' in paid.get(f"/seller/dispatch/{paid.parcel}").text
    before = traceability.balance_of_lot(paid.lot_id, at=now())
    field, why = f"counted_{paid.lot_id}", {"reason": "无人收货"}
    for wrong in (
        {field: "4"} | why,
        {field: ""} | why,
        {field: "9" * 5000} | why,
        {field: "2", "reason": ""},
    ):
        assert paid.submit(page, wrong).status_code == 422
        assert codes_of(session) == {"shipped": 3}
    photo = (io.BytesIO(picture(600, 400)), "back.jpg")
    lost = paid.submit(page, {field: "9", "photo": photo} | why)
    assert lost.status_code == 422
    kept = re.search(r'name="kept"[^>]*value="([^"]+)"', lost.text)
    assert kept
    done = paid.submit(page, {field: "2", "kept": kept.group(1)} | why)
    assert done.status_code == 303
    assert codes_of(session) == {"returned": 3}
    assert state(session) == "returned"
    assert traceability.balance_of_lot(paid.lot_id, at=now()) == before + 2
    action = session.scalars(sa.select(CodeAction).where(CodeAction.kind == "returned")).one()
    assert (action.quota, action.reason, bool(action.photo_key)) == (2, "无人收货", True)
    assert paid.get(page).status_code == 409


def test_thin_plants_get_codes_for_bundles_only(session, paid):
    with transaction():
        session.execute(
            sa.update(Lot)
            .where(Lot.id == paid.lot_id)
            .values(ground_diameter_mm_min=10, ground_diameter_mm_max=12)
        )
        seal_lot(paid.lot_id)
    page = paid.get(f"/seller/dispatch/{paid.parcel}").text
    assert 'value="bundle"' in page
    assert 'value="unit"' not in page
    answer = paid.submit(
        f"/seller/dispatch/{paid.parcel}/codes",
        {"lot": paid.lot_id, "level": "unit", "count": 3, "ending": "csv"},
        form_at=f"/seller/dispatch/{paid.parcel}",
    )
    assert answer.status_code == 422
    bundle = paid.submit(
        f"/seller/dispatch/{paid.parcel}/codes",
        {"lot": paid.lot_id, "level": "bundle", "count": 1, "ending": "csv"},
        form_at=f"/seller/dispatch/{paid.parcel}",
    )
    assert bundle.content_type == "text/csv"
