"""Somebody suspects a fake; staff look into it on record; two persons confirm; the register and the code follow."""

import csv
import io
import re

import pytest
from sqlalchemy import select

from branch.organisation.queries.tree import get_unit
from core.database import transaction
from tests.factories.licences import make_mark
from tests.factories.verification import make_scene
from tests.journeys.test_seller_lots import jpeg
from traceability.cases.models.sealing import evidence_of
from traceability.cases.models.tables import CaseEvidence, CounterfeitCase
from traceability.codes.rules.verdicts import Verdict

SHOP = "https://shop36912.taobao.com"
LIST = "/branch/reports-of-fakes"


@pytest.fixture
def shipped(session):
    with transaction():
        return make_scene(Verdict.SHIPPED)


def report(client, path="/report-fake", **values):
    headers = values.pop("headers", {})
    return client.submit("/report-fake", {"what": "树不是朱砂丹桂", **values}, form_at=path, headers=headers)


def about(client, code):
    page = client.get(f"/C/{code}").text
    return re.search(r'href="(/report-fake\?about=[^"]+)"', page).group(1)


def about_token(client, code):
    page = client.get(about(client, code)).text
    return re.search(r'name="about"[^>]*value="([^"]+)"', page).group(1)


def a_case(session):
    session.rollback()
    return session.scalars(select(CounterfeitCase)).one()


def kinds(session, case):
    return [piece.kind for piece in evidence_of(case.id)]


def main_of(page):
    return re.sub(r'name="(csrf_token|form_key)"[^>]*', "", page.text).split("<main")[1].split("</main")[0]


def test_a_report_without_an_account_answers_with_a_case_number(client, session):
    photo = (io.BytesIO(jpeg()), "a.jpg")
    answer = report(client, price="120", shop=SHOP, contact="138", photos=[photo])
    assert answer.status_code == 303
    number = answer.location.rsplit("/", 1)[1]
    assert re.fullmatch(r"F-\d{4}-[0-9A-Z]{7}", number)
    shown = main_of(client.get(answer.location))
    assert number in shown
    assert not {"朱砂丹桂", "138", "120", "taobao"} & set(re.findall(r"朱砂丹桂|138|120|taobao", shown))
    case = a_case(session)
    assert (case.contact, case.shop, case.subject_kind) == ("138", SHOP, "shop")
    assert kinds(session, case) == ["statement", "shop", "price", "photo"]
    key = session.scalars(select(CaseEvidence.file_key).where(CaseEvidence.file_key.is_not(None))).one()
    assert client.get(f"/media/{key}").status_code == 404


def test_a_program_gets_the_number_as_json(client, session):
    answer = report(client, headers={"Accept": "application/json"})
    assert answer.status_code == 201
    found = client.get(f"/report-fake/{answer.json['number']}", headers={"Accept": "application/json"})
    assert found.json["state"] == "received"
    assert (found.json["verdict"], found.json["answer"]) == (None, None)
    assert "树" not in found.text
    refused = report(client, what="", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json["code"]) == (422, "report_invalid")
    assert "what" in refused.json["fields"]


def test_a_program_may_send_a_document_without_a_forms_token(client, session):
    answer = client.post(
        "/report-fake", json={"what": "标签是复印的", "shop": SHOP}, headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json["state"]) == (201, "received")
    assert kinds(session, a_case(session)) == ["statement", "shop"]


@pytest.mark.parametrize("document", [[], "words", {"what": 1}, {"what": {"a": "b"}}, {}])
def test_a_document_that_says_nothing_is_refused(client, session, document):
    answer = client.post("/report-fake", json=document, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (422, "report_invalid")


def test_a_form_without_its_token_is_refused(client, session):
    assert client.post("/report-fake", data={"what": "标签是复印的"}).status_code == 422
    assert session.scalars(select(CounterfeitCase)).all() == []


def test_a_report_from_a_codes_page_knows_the_code_without_naming_it(client, session, shipped):
    path = about(client, shipped.code)
    assert shipped.code not in path
    page = client.get(path).text
    assert shipped.code[-4:] in page
    assert shipped.code not in page
    assert report(client, path, about=about_token(client, shipped.code)).status_code == 303
    case = a_case(session)
    assert case.code_id == shipped.code_id
    assert evidence_of(case.id)[1].body == {"verdict_shown": "shipped"}


def test_a_forged_reference_is_no_reference(client, session, shipped):
    assert report(client, about="forged.token").status_code == 303
    assert a_case(session).code_id is None


def test_the_register_hands_its_link_to_the_form(client):
    assert f'value="{SHOP}"' in client.get(f"/report-fake?url={SHOP}").text


def test_a_failed_report_keeps_text_and_photographs(client, session):
    answer = report(client, what="", shop="某店", photos=[(io.BytesIO(jpeg()), "a.jpg")])
    assert answer.status_code == 422
    assert 'value="某店"' in answer.text
    kept = re.search(r'name="kept"[^>]*value="([^"]+)"', answer.text).group(1)
    assert report(client, kept=kept).status_code == 303
    assert kinds(session, a_case(session)) == ["statement", "photo"]


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"%PDF-1.4 %%EOF"])
def test_what_is_no_photograph_is_refused(client, session, content):
    answer = report(client, photos=[(io.BytesIO(content), "a.jpg")])
    assert answer.status_code == 422
    assert session.scalars(select(CounterfeitCase)).all() == []


def test_five_photographs_are_too_many(client, session):
    answer = report(client, photos=[(io.BytesIO(jpeg()), f"{n}.jpg") for n in range(5)])
    assert answer.status_code == 422


PROPOSED_AT = r'name="proposed_at"[^>]*value="([^"]+)"'


@pytest.mark.both
def test_from_report_to_a_confirmed_fake(client, login, session, shipped):
    """The whole case over HTTP: take, evidence, proposal, second person, letters, action, end."""
    with transaction():
        make_mark()
    token = about_token(client, shipped.code)
    public = report(client, about=token, shop=SHOP, photos=[(io.BytesIO(jpeg()), "a.jpg")]).location
    number = public.rsplit("/", 1)[1]
    secretary, committee = login(role="secretary"), login(role="committee")
    page = f"{LIST}/{number}"
    assert number in secretary.get(LIST).text
    assert number not in secretary.get(f"{LIST}?folder=done").text
    assert "树不是朱砂丹桂" in secretary.get(page).text
    assert secretary.get(f"{page}/photos/4").content_type == "image/jpeg"
    assert secretary.get(f"{page}/photos/1").status_code == 404
    assert client.get(f"{page}/photos/4").status_code == 302

    assert secretary.submit(f"{page}/take", {"doubt_code": "y"}).status_code == 422
    assert secretary.submit(f"{page}/take", {"note": "下村核对", "doubt_code": "y"}).status_code == 303
    assert client.get(f"/api/v1/codes/{shipped.code}").json["verdict"] == "suspect"
    assert number in secretary.get(f"{LIST}?folder=mine").text
    assert secretary.submit(f"{page}/evidence", {"text": ""}).status_code == 422
    photo = (io.BytesIO(jpeg()), "b.jpg")
    assert secretary.submit(f"{page}/evidence", {"text": "叶形不符", "photos": [photo]}).status_code == 303

    said = {"verdict": "confirmed_fake", "note": "叶形与记录不符", "answer": "经核实为假冒。", "shop": SHOP}
    assert secretary.submit(f"{page}/verdict", {**said, "answer": ""}).status_code == 422
    assert secretary.submit(f"{page}/verdict", said).status_code == 303
    shown = main_of(client.get(public))
    assert "叶形与记录不符" not in shown
    assert "经核实为假冒" not in shown
    assert client.get(public, headers={"Accept": "application/json"}).json["state"] == "investigating"

    own = secretary.submit(f"{page}/confirm", {"note": "同意", "outcome": "confirm"})
    assert own.status_code == 403
    assert "叶形与记录不符" in committee.get(f"{page}/confirm").text
    agreed = {"note": "同意", "outcome": "confirm"}
    assert committee.submit(f"{page}/confirm", agreed).status_code == 409  # as one who read no proposal
    agreed["proposed_at"] = re.search(PROPOSED_AT, committee.get(f"{page}/confirm").text)[1]
    assert committee.submit(f"{page}/confirm", agreed).status_code == 303
    assert "经核实为假冒" in main_of(client.get(public))

    checked = client.get(f"/registry/check?url={SHOP}", headers={"Accept": "application/json"}).json
    assert (checked["status"], checked["reason"]) == ("not_authorised", "confirmed_fake")
    assert checked["since"] == a_case(session).decided_at.isoformat()
    assert (
        a_case(session).decided_at.astimezone().strftime("%Y-")
        in client.get(f"/registry/check?url={SHOP}").text
    )

    for kind in ("notice", "complaint"):
        letter = secretary.get(f"{page}/letters/{kind}.pdf")
        assert letter.content_type == "application/pdf"
        assert letter.data.startswith(b"%PDF")
    done = secretary.submit(f"{page}/act", {"kind": "platform_complaint", "note": "投诉单 88"})
    assert done.status_code == 303
    assert secretary.submit(f"{page}/close", form_at=page).status_code == 303
    assert a_case(session).state == "closed"
    assert number in secretary.get(f"{LIST}?folder=done").text
    counts = client.get("/cases/statistics", headers={"Accept": "application/json"}).json["months"][0]
    assert (counts["received"], counts["in_time"], counts["confirmed"]) == (1, 1, 1)


@pytest.mark.both
def test_a_cleared_code_shows_its_old_verdict_again(client, login, session, shipped):
    number = report(client, about=about_token(client, shipped.code)).location.rsplit("/", 1)[1]
    staff, page = login(role="secretary"), f"{LIST}/{number}"
    staff.submit(f"{page}/take", {"note": "可疑", "doubt_code": "y"})
    said = {"verdict": "genuine", "note": "电话核对", "answer": "已核实，系正常发货"}
    assert staff.submit(f"{page}/verdict", said).status_code == 303
    assert client.get(f"/api/v1/codes/{shipped.code}").json["verdict"] == "shipped"
    public = client.get(f"/report-fake/{number}")
    assert "已核实，系正常发货" in public.text
    assert "电话核对" not in public.text
    again = staff.submit(f"{page}/verdict", said, form_at=f"{page}/reopen")
    assert again.status_code == 409
    assert staff.submit(f"{page}/reopen", {"note": "新证据"}).status_code == 303
    assert a_case(session).state == "investigating"


@pytest.mark.both
def test_a_photograph_that_was_exchanged_afterwards_is_not_shown(app, client, login, session):
    number = report(client, photos=[(io.BytesIO(jpeg()), "a.jpg")]).location.rsplit("/", 1)[1]
    staff = login(role="secretary")
    assert staff.get(f"{LIST}/{number}/photos/2").status_code == 200
    key = session.scalars(select(CaseEvidence.file_key).where(CaseEvidence.file_key.is_not(None))).one()
    filesystem, root = app.extensions["files"]
    filesystem.pipe_file(f"{root}/{key}", b"another picture")
    assert staff.get(f"{LIST}/{number}/photos/2").status_code == 409


@pytest.mark.both
def test_staff_open_a_case_about_a_lot(login, session, shipped):
    staff = login(role="technician")
    assert staff.submit(f"{LIST}/new", {"what": "市场抽查", "lot": "L-0000-XXXXXXX"}).status_code == 422
    answer = staff.submit(f"{LIST}/new", {"what": "市场抽查", "lot": shipped.lot_number.lower()})
    assert answer.status_code == 303
    case = a_case(session)
    assert (case.origin, case.subject_kind) == ("staff", "lot")
    assert case.grower_id is not None
    assert staff.get(f"{LIST}/{case.number}").status_code == 200
    assert staff.get(f"{LIST}/{case.number}/verdict").status_code == 403


def test_staff_of_another_branch_open_no_case_about_a_lot_of_ours(login, session, shipped):
    other = login(role="technician", unit="guihua-tea")
    form = {"what": "市场抽查", "lot": shipped.lot_number}
    assert other.submit(f"{LIST}/new", form).status_code == 403
    assert other.submit(f"{LIST}/new", {"what": "市场抽查", "shop": "淘宝某店"}).status_code == 303
    assert get_unit("guihua-tea").id == a_case(session).unit_id


def test_another_branch_does_not_see_the_case(client, login, session, shipped):
    number = report(client, about=about_token(client, shipped.code)).location.rsplit("/", 1)[1]
    other = login(role="secretary", unit="guihua-tea")
    assert number not in other.get(LIST).text
    for path in ("", "/take", "/photos/1", "/letters/notice.pdf"):
        assert other.get(f"{LIST}/{number}{path}").status_code == 403


def test_buyers_and_growers_do_not_read_reports(login, session):
    for role in ("buyer", "grower"):
        assert login(role=role).get(LIST).status_code == 403


def test_an_unknown_case_is_not_found(client, login):
    assert client.get("/report-fake/F-2026-0000000").status_code == 404
    assert login(role="secretary").get(f"{LIST}/F-2026-0000000").status_code == 404


@pytest.mark.both
def test_the_counts_of_a_month_are_public_and_downloadable(client, session):
    assert "<table" not in client.get("/cases/statistics").text
    report(client, contact="13800001111")
    page = client.get("/cases/statistics")
    assert "<table" in page.text
    assert "13800001111" not in page.text
    lines = client.get("/cases/statistics?format=csv").text.splitlines()
    assert lines[0] == "month,received,in_time,late,open,confirmed,cleared,undetermined"
    assert lines[1].endswith(",1,0,0,1,0,0,0")


@pytest.mark.both
def test_staff_take_the_list_as_a_file_without_the_reporters_contact(client, login, session):
    report(client, shop=SHOP, contact="13800001111", what="=HYPERLINK(1)")
    case = a_case(session)
    staff = login(role="secretary")
    assert "/branch/reports-of-fakes.csv" in staff.get(LIST).text
    answer = staff.get("/branch/reports-of-fakes.csv?folder=open")
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert len(rows) == 2
    told = dict(zip(rows[0], rows[1], strict=True))
    assert told["案件"] == case.number
    assert told["店铺"] == SHOP
    assert told["摘要"] == "'=HYPERLINK(1)"
    assert "13800001111" not in answer.get_data(as_text=True)
    assert client.get("/branch/reports-of-fakes.csv").status_code in {302, 401, 403}
    assert len(staff.get("/branch/reports-of-fakes.csv?folder=done").get_data(as_text=True).splitlines()) == 1
