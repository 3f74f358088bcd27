import io
import re

import pytest

from core.clock import now
from core.database import db, transaction
from shop.orders.models.tables import Order
from shop.payments.service import proof_files
from shop.stock.models import Stock
from tests.factories.payees import make_payee
from tests.factories.payments import make_stocked_order
from tests.factories.pictures import camera_exif, picture
from tests.unit.shop.payments.conftest import Books


@pytest.fixture
def order_id(session):
    with transaction():
        make_payee(unit="guihua-osmanthus", payee="示范合作社", account_number="6200 0000 0000 0001")
        return make_stocked_order(at=now(), method="offline_transfer", minutes=72 * 60).id


@pytest.fixture
def address(order_id):
    order = db.session.get_one(Order, order_id)
    found = f"/orders/{order.number}/proof?token={order.access_token}"
    db.session.rollback()
    return found


def send(client, address, *, amount="141.97", data=None, name="receipt.jpg", **fields):
    file = (io.BytesIO(picture() if data is None else data), name)
    return client.submit(address, {"file": file, "stated": amount, "note": "张三", **fields})


def open_proof(books):
    [proof] = proofs_of(books)
    return proof.public_id


def proofs_of(books):
    from shop.payments.queries.order_money import proofs_of as read

    db.session.rollback()
    return read(books.order_id)


def test_a_receipt_is_confirmed_by_the_cashier_and_pays_the_order(client, login, address, books):
    assert "6200 0000 0000 0001" in client.get(address).get_data(as_text=True)
    assert send(client, address).status_code == 303
    assert books.order.payment_state == "proof_submitted"
    assert books.order.expires_at is not None
    cashier = login(role="secretary")
    assert books.order.number in cashier.get("/branch/cashier").get_data(as_text=True)
    here = f"/branch/cashier/proofs/{open_proof(books)}"
    assert cashier.get(here).status_code == 200
    answer = cashier.submit(f"{here}/confirm", {"amount": "141.97", "reference": "ICBC 77"}, form_at=here)
    assert answer.status_code == 303
    assert books.order.payment_state == "paid"
    assert [one.state for one in books.payments] == ["received"]
    assert books.payments[0].reference == "ICBC 77"
    assert len(books.facts) == 3
    assert books.sold == 20


@pytest.mark.both
def test_a_sum_that_is_not_the_total_is_not_confirmed_and_stays_typed(client, login, address, books):
    send(client, address)
    cashier = login(role="secretary")
    here = f"/branch/cashier/proofs/{open_proof(books)}"
    answer = cashier.submit(f"{here}/confirm", {"amount": "141.96", "reference": "ICBC 77"}, form_at=here)
    assert answer.status_code == 422
    assert "141.96" in answer.get_data(as_text=True)
    assert books.order.payment_state == "proof_submitted"
    assert books.facts == []


@pytest.mark.both
def test_a_rejected_receipt_says_why_and_another_may_follow(app, client, login, address, books, run_jobs):
    send(client, address)
    cashier = login(role="secretary")
    here = f"/branch/cashier/proofs/{open_proof(books)}"
    cashier.submit(f"{here}/reject", {"reason": "银行没有这笔款"}, form_at=here)
    assert books.order.payment_state == "awaiting_payment"
    assert books.order.expires_at is not None
    run_jobs()
    number = books.order.number
    folder = app.config["SETTINGS"].var / "messages"
    told = [path.read_text() for path in folder.iterdir() if number in path.read_text()]
    assert len(told) == 1
    assert "银行没有这笔款" in told[0]
    again = cashier.submit(f"{here}/reject", {"reason": "再退一次"}, form_at="/branch/payees")
    assert again.status_code == 409
    assert send(client, address).status_code == 303
    assert [one.state for one in proofs_of(books)] == ["rejected", "submitted"]


def test_a_second_click_of_the_cashier_pays_nothing_twice(client, login, address, books):
    send(client, address)
    cashier = login(role="secretary")
    here = f"/branch/cashier/proofs/{open_proof(books)}"
    given = {"amount": "141.97", "reference": "ICBC 77"}
    first = cashier.submit(f"{here}/confirm", given, form_at=here)
    second = cashier.submit(f"{here}/confirm", given, form_at="/branch/payees")
    assert (first.status_code, second.status_code) == (303, 409)
    assert len(books.facts) == 3


@pytest.mark.both
def test_money_for_plants_that_are_gone_is_paid_back_by_hand(client, login, address, books):
    send(client, address)
    with transaction() as session:
        from shop.stock.service import movements as stock

        stock.let_lapse(books.order_id)
        session.execute(Stock.__table__.update().values(on_hand=0))
    cashier = login(role="secretary")
    here = f"/branch/cashier/proofs/{open_proof(books)}"
    cashier.submit(f"{here}/confirm", {"amount": "141.97", "reference": "ICBC 77"}, form_at=here)
    assert books.payments[0].state == "unclaimed"
    [refund] = books.refunds
    assert refund.number in cashier.get("/branch/cashier").get_data(as_text=True)
    paid = cashier.submit(f"/branch/cashier/refunds/{refund.number}", {"reference": "ICBC 78"})
    assert paid.status_code == 303
    assert [(one.state, one.reference) for one in books.refunds] == [("done", "ICBC 78")]
    assert books.facts == []


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.jpg"),
        (b"MZ not a picture", "a.jpg"),
        (b"<html>", "a.pdf"),
        (b"%PDF-" + b"x" * 60_000, "a.pdf"),
    ],
)
def test_a_file_that_is_no_receipt_is_refused_with_a_reason(client, address, books, data, name, monkeypatch):
    monkeypatch.setattr(proof_files, "MAX_BYTES", 50_000)
    answer = send(client, address, data=data, name=name)
    assert answer.status_code == 422
    assert "field__error" in answer.get_data(as_text=True)
    assert books.order.payment_state == "awaiting_payment"


def test_a_file_survives_a_form_that_failed(client, address, books):
    failed = send(client, address, amount="")
    assert failed.status_code == 422
    kept = re.search(r'name="kept"[^>]*value="([^"]+)"', failed.get_data(as_text=True)).group(1)
    again = client.submit(address, {"stated": "141.97", "note": "", "kept": kept})
    assert again.status_code == 303
    assert len(proofs_of(books)) == 1


def test_a_key_that_we_did_not_sign_opens_no_file(client, address, books):
    answer = client.submit(address, {"stated": "141.97", "kept": "private/photo/aa/bb.jpg"})
    assert answer.status_code == 422
    assert proofs_of(books) == ()


def test_a_receipt_is_seen_by_its_buyer_and_the_cashier_only_and_without_its_place(
    client, login, address, books
):
    send(client, address, data=picture(exif=camera_exif()))
    proof = open_proof(books)
    order = books.order
    mine = client.get(f"/orders/{order.number}/proof/{proof}/file?token={order.access_token}")
    assert mine.status_code == 200
    assert b"Exif" not in mine.data
    assert client.get(f"/orders/{order.number}/proof/{proof}/file?token=guess").status_code == 404
    staff = f"/branch/cashier/proofs/{proof}/file"
    assert login(role="secretary").get(staff).status_code == 200
    assert login(role="grower").get(staff).status_code == 403
    assert client.get(staff).status_code == 302


@pytest.mark.both
def test_another_branchs_secretary_does_not_confirm(client, login, address, books):
    send(client, address)
    stranger = login(role="secretary", unit="guihua-tea")
    assert stranger.get(f"/branch/cashier/proofs/{open_proof(books)}").status_code == 403
    assert books.order.number not in stranger.get("/branch/cashier").get_data(as_text=True)


@pytest.mark.parametrize("role", ["buyer", "grower", "technician", "committee"])
def test_only_the_branchs_cashier_opens_the_desk(login, role):
    assert login(role=role).get("/branch/cashier").status_code == 403


@pytest.fixture
def books(order_id):
    return Books(order_id)


@pytest.mark.both
def test_the_cashier_finds_a_parcels_refund_form_by_its_number(client, login, address, books):
    send(client, address)
    cashier = login(role="secretary")
    here = f"/branch/cashier/proofs/{open_proof(books)}"
    cashier.submit(f"{here}/confirm", {"amount": "141.97", "reference": "ICBC 77"}, form_at=here)
    parcel = books.parcels[1]
    form = f"/branch/cashier/refund?parcel={parcel.number.lower()}"
    assert "¥99.00" in cashier.get(form, follow_redirects=True).get_data(as_text=True)
    refund = f"/branch/cashier/consignments/{parcel.number}/refund"
    assert cashier.submit(refund, {"freight": "y", "reason": "发晚了"}).status_code == 303
    assert [(one.state, one.amount_minor) for one in books.refunds] == [("due", 15_00)]
    assert books.order.payment_state == "partly_refunded"
    stranger = login(role="secretary", unit="guihua-tea")
    assert stranger.get(refund).status_code == 403
