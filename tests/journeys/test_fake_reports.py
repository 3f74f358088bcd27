"""Somebody suspects a fake; the branch looks into it; only a person's decision casts doubt on a code."""

import io
import re

import pytest
from sqlalchemy import select

from core.database import transaction
from tests.factories.verification import make_scene
from tests.journeys.test_seller_lots import jpeg
from traceability.verification.models import FakeReport
from traceability.verification.verdicts import Verdict


@pytest.fixture
def shipped(session):
    with transaction():
        return make_scene(Verdict.SHIPPED)


def report(client, path="/report-fake", **values):
    return client.submit("/report-fake", {"what": "树不是朱砂丹桂", **values}, form_at=path)


def about(client, code):
    page = client.get(f"/C/{code}").text
    return re.search(r'href="(/report-fake\?about=[^"]+)"', page).group(1)


def test_a_report_without_an_account_answers_with_a_case_number(client, session):
    answer = report(
        client,
        price="120",
        shop="https://shop1.taobao.com",
        contact="138",
        photos=[(io.BytesIO(jpeg()), "a.jpg")],
    )
    assert answer.status_code == 303
    number = answer.location.rsplit("/", 1)[1]
    assert re.fullmatch(r"F-\d{4}-[0-9A-Z]{7}", number)
    page = client.get(answer.location)
    assert number in page.text
    assert "朱砂丹桂" not in page.text
    assert "138" not in re.sub(r'name="csrf_token"[^>]*', "", page.text).split("<main")[1].split("</main")[0]
    row = session.scalars(select(FakeReport)).one()
    assert (row.price, row.contact, row.shop_status) == ("120", "138", "not_authorised")
    assert row.photo_keys[0].startswith("private/fake_report/")
    assert client.get(f"/media/{row.photo_keys[0]}").status_code == 404


def test_a_report_from_a_codes_page_knows_the_code_without_naming_it(client, session, shipped):
    path = about(client, shipped.code)
    assert shipped.code not in path
    page = client.get(path).text
    assert shipped.code[-4:] in page
    assert shipped.code not in page
    token = re.search(r'name="about"[^>]*value="([^"]+)"', page).group(1)
    assert report(client, path, about=token).status_code == 303
    row = session.scalars(select(FakeReport)).one()
    assert (row.code_id, row.verdict) == (shipped.code_id, "shipped")


def test_a_forged_reference_is_no_reference(client, session, shipped):
    assert report(client, about="forged.token").status_code == 303
    assert session.scalars(select(FakeReport)).one().code_id is None


def test_a_failed_report_keeps_text_and_photographs(client, session):
    answer = report(client, what="", shop="某店", photos=[(io.BytesIO(jpeg()), "a.jpg")])
    assert answer.status_code == 422
    assert 'value="某店"' in answer.text
    kept = re.search(r'name="kept"[^>]*value="([^"]+)"', answer.text).group(1)
    assert report(client, kept=kept).status_code == 303
    assert len(session.scalars(select(FakeReport)).one().photo_keys) == 1


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"%PDF-1.4 %%EOF"])
def test_what_is_no_photograph_is_refused(client, session, content):
    answer = report(client, photos=[(io.BytesIO(content), "a.jpg")])
    assert answer.status_code == 422
    assert session.scalars(select(FakeReport)).all() == []


def test_five_photographs_are_too_many(client, session):
    answer = report(client, photos=[(io.BytesIO(jpeg()), f"{n}.jpg") for n in range(5)])
    assert answer.status_code == 422


def test_the_branch_decides_and_the_codes_page_follows(client, login, session, shipped):
    path = about(client, shipped.code)
    token = re.search(r'name="about"[^>]*value="([^"]+)"', client.get(path).text).group(1)
    public = report(client, path, about=token, photos=[(io.BytesIO(jpeg()), "a.jpg")]).location
    number = public.rsplit("/", 1)[1]
    staff = login(role="secretary")
    assert number in staff.get("/branch/reports-of-fakes").text
    assert number not in staff.get("/branch/reports-of-fakes?state=closed").text
    page = f"/branch/reports-of-fakes/{number}"
    assert "树不是朱砂丹桂" in staff.get(page).text
    assert staff.get(f"{page}/photos/1").content_type == "image/jpeg"
    assert staff.get(f"{page}/photos/2").status_code == 404
    assert client.get(f"{page}/photos/1").status_code == 302
    assert staff.submit(page, {"target": "accepted", "note": ""}).status_code == 422
    accepted = staff.submit(page, {"target": "accepted", "note": "下村核对", "doubt_code": "y"})
    assert accepted.status_code == 303
    document = client.get(f"/api/v1/codes/{shipped.code}").json
    assert document["verdict"] == "suspect"
    assert "下村核对" not in str(document)
    assert staff.submit(page, {"target": "closed", "note": "已核实，系正常发货"}).status_code == 303
    assert client.get(f"/api/v1/codes/{shipped.code}").json["verdict"] == "shipped"
    shown = client.get(public).text
    assert "已核实，系正常发货" in shown
    assert "下村核对" not in shown
    again = staff.submit(page, {"target": "accepted", "note": "再开"}, form_at="/verify")
    assert again.status_code == 422


def test_another_branch_does_not_see_the_case(client, login, session, shipped):
    path = about(client, shipped.code)
    token = re.search(r'name="about"[^>]*value="([^"]+)"', client.get(path).text).group(1)
    number = report(client, path, about=token).location.rsplit("/", 1)[1]
    other = login(role="secretary", unit="guihua-tea")
    assert number not in other.get("/branch/reports-of-fakes").text
    assert other.get(f"/branch/reports-of-fakes/{number}").status_code == 403


def test_buyers_and_growers_do_not_read_reports(login, session):
    for role in ("buyer", "grower"):
        assert login(role=role).get("/branch/reports-of-fakes").status_code == 403


def test_the_committee_reads_but_does_not_decide(client, login, session):
    number = report(client).location.rsplit("/", 1)[1]
    committee = login(role="committee")
    page = f"/branch/reports-of-fakes/{number}"
    assert '<form class="form"' not in committee.get(page).text
    answer = committee.submit(page, {"target": "closed", "note": "x"}, form_at="/report-fake")
    assert answer.status_code in {303, 403}
    assert session.scalars(select(FakeReport.state)).one() == "received"


def test_an_unknown_case_is_not_found(client):
    assert client.get("/report-fake/F-2026-0000000").status_code == 404
