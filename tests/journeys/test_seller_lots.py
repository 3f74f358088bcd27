"""A grower registers a plot, records a lot, issues codes, prints, activates and voids them."""

import csv
import io
import re

import pytest
from PIL import Image

from core.database import transaction
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.traceability import grant_quota, make_lot, make_plot
from traceability.api import ensure_reference_data, get_lot, lots_of_grower, plots_of_grower
from traceability.codes.queries.batches import batches_of_lot
from traceability.codes.rules.notation import read_code

LOT = {
    "cultivar": "dangui/朱砂丹桂",
    "quantity": "60",
    "diameter_min": "7.5",
    "diameter_max": "8",
    "height_min": "300",
    "root": "root_ball",
    "propagation": "grafting",
    "age_code": "6-3",
    "grade": "I",
    "origin": "桂花镇",
}


def jpeg() -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (1200, 900), (30, 110, 60))
    exif = image.getexif()
    exif[0x010F] = "Tell-Tale Camera"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def grower(session):
    with transaction():
        ensure_reference_data()
        return make_grower()


@pytest.fixture
def seller(login, grower):
    return login(role="grower", grower_id=grower.id)


@pytest.mark.both
def test_from_an_empty_console_to_labels_on_plants(seller, grower, session):
    assert "/seller/plots/new" in seller.get("/seller/lots").text
    answer = seller.submit("/seller/plots/new", {"name": "东坡", "area_mu": "3", "place": "村东"})
    assert answer.status_code == 303
    session.rollback()
    [plot] = plots_of_grower(grower.id)
    assert plot.area_m2 == 2000
    photo = (io.BytesIO(jpeg()), "plants.jpg")
    answer = seller.submit("/seller/lots/new", LOT | {"plot": plot.number, "photo": photo})
    assert answer.status_code == 303
    session.rollback()
    [lot] = lots_of_grower(grower.id)
    assert (lot.cultivar_group, lot.cultivar, lot.quantity_on_hand) == ("dangui", "朱砂丹桂", 60)
    assert (lot.ground_diameter_mm_min, lot.ground_diameter_mm_max) == (75, 80)
    assert (lot.height_cm_min, lot.height_cm_max) == (300, 300)
    shown = seller.get(answer.location).text
    assert "朱砂丹桂" in shown
    picture = seller.get(f"/media/{lot.photo_key}")
    assert picture.status_code == 200
    assert b"Tell-Tale" not in picture.data
    codes_page = f"/seller/lots/{lot.number}/codes"
    refused = seller.submit(codes_page, {"level": "unit", "count": "10", "file": "csv"})
    assert refused.status_code == 422
    with transaction():
        make_licence(grower.id)
        grant_quota(lot, 60)
    file = seller.submit(
        codes_page, {"level": "bundle", "count": "3", "plants_per_code": "20", "file": "csv"}
    )
    assert file.headers["Content-Disposition"].endswith('.csv"')
    assert file.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [row["place"] for row in rows] == ["1", "2", "3"]
    code = read_code(rows[0]["address"]).code
    assert code == read_code(rows[0]["code"]).code
    assert seller.get(f"/api/v1/codes/{code}").json["verdict"] == "issued"
    page = seller.get(codes_page).text
    assert code not in page
    session.rollback()
    [batch] = batches_of_lot(lot.id)
    assert seller.submit(f"/seller/codes/{batch.number}/activate", form_at=codes_page).status_code == 303
    assert seller.get(f"/api/v1/codes/{code}").json["verdict"] == "active"
    voided = seller.submit(f"/seller/codes/{batch.number}/void", {"reason": "淋湿"})
    assert voided.status_code == 303
    assert seller.get(f"/api/v1/codes/{code}").json["verdict"] == "voided"


@pytest.mark.both
def test_a_failed_form_keeps_what_was_typed_and_the_photograph(seller, grower, session):
    with transaction():
        plot = make_plot(grower=grower)
    photo = (io.BytesIO(jpeg()), "plants.jpg")
    answer = seller.submit(
        "/seller/lots/new", LOT | {"plot": plot.number, "photo": photo, "height_max": "100"}
    )
    assert answer.status_code == 422
    assert "桂花镇" in answer.text
    kept = re.search(r'name="kept"[^>]*value="([^"]+)"', answer.text).group(1)
    answer = seller.submit("/seller/lots/new", LOT | {"plot": plot.number, "kept": kept})
    assert answer.status_code == 303
    session.rollback()
    [lot] = lots_of_grower(grower.id)
    assert lot.photo_key.startswith("public/lot_photo/")


def test_what_is_no_photograph_is_refused_with_the_reason(seller, grower, session):
    with transaction():
        plot = make_plot(grower=grower)
    answer = seller.submit(
        "/seller/lots/new", LOT | {"plot": plot.number, "photo": (io.BytesIO(b"MZ not a picture"), "x.jpg")}
    )
    assert answer.status_code == 422
    assert "JPEG" in answer.text.split('id="photo-error"')[1].split("</p>")[0]
    session.rollback()
    assert lots_of_grower(grower.id) == []


def test_the_next_lot_starts_from_the_last(seller, grower, session):
    with transaction():
        make_lot(grower=grower, origin="桂花镇竹影村")
    assert 'value="桂花镇竹影村"' in seller.get("/seller/lots/new").text


def test_another_growers_lot_is_closed_to_you(seller, session):
    with transaction():
        foreign = make_lot()
    for path in (f"/seller/lots/{foreign.number}", f"/seller/lots/{foreign.number}/codes"):
        assert seller.get(path).status_code == 403


def test_visitors_and_buyers_do_not_come_in(client, login, session):
    for path in ("/seller/lots", "/seller/plots", "/seller/lots/new"):
        assert client.get(path).status_code == 302
        assert login(role="buyer").get(path).status_code == 403


@pytest.mark.both
def test_a_count_and_a_recall_are_written_down(seller, grower, session):
    with transaction():
        lot = make_lot(grower=grower, quantity=50)
    page = f"/seller/lots/{lot.number}"
    assert seller.submit(f"{page}/count", {"plants": "-8", "reason": "冻害"}, form_at=page).status_code == 303
    assert (
        seller.submit(f"{page}/count", {"plants": "-80", "reason": "冻害"}, form_at=page).status_code == 422
    )
    assert seller.submit(f"{page}/state", {"target": "recalled"}, form_at=page).status_code == 422
    assert seller.submit(f"{page}/recall", {"reason": ""}).status_code == 422
    assert seller.submit(f"{page}/recall", {"reason": "枝枯病"}).status_code == 303
    session.rollback()
    session.expire_all()
    after = get_lot(id=lot.id)
    assert (after.quantity_on_hand, after.state, after.state_reason) == (42, "closed", "枝枯病")
    assert "枝枯病" in seller.get(f"{page}/recall").text
    again = seller.submit(f"{page}/state", {"target": "open"}, form_at=page)
    assert again.status_code in {409, 422}
    session.rollback()
    session.expire_all()
    assert get_lot(id=lot.id).state == "closed"


@pytest.mark.both
def test_labels_come_as_a_pdf_too(seller, grower, session):
    with transaction():
        lot = make_lot(grower=grower)
        make_licence(grower.id)
    file = seller.submit(f"/seller/lots/{lot.number}/codes", {"level": "unit", "count": "30", "file": "pdf"})
    assert file.content_type == "application/pdf"
    assert file.data.startswith(b"%PDF-")
