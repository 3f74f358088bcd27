"""The public register: anyone looks up a name, a number or a shop's link; over HTTP, nothing patched."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest

from branch.api import Scope
from branch.licences.service import decisions as service
from core.clock import now
from core.database import transaction
from tests.factories.licences import make_licence, make_mark, make_storefront
from tests.factories.organisation import make_grower

SHOP = "https://shop123456.taobao.com"
JSON = {"Accept": "application/json"}


@pytest.fixture
def town(app):
    with app.app_context(), transaction():
        make_mark()
        guixiang = make_grower(name="桂香苗圃")
        qingquan = make_grower(name="清泉园艺", unit="guihua-spring")
        applicant = make_grower(name="新来苗圃")
        licence = make_licence(guixiang, scope=Scope(cultivar_groups=("dangui",)))
        make_licence(qingquan, state="suspended")
        applied = make_licence(applicant, state="applied")
        make_storefront(guixiang, address=SHOP, shop_name="桂香淘宝店")
        make_storefront(qingquan, address="https://mall.jd.com/index-1000012345.html", shop_name="清泉京东店")
    return SimpleNamespace(licence=licence, applied=applied, guixiang=guixiang, qingquan=qingquan)


def names_on(answer):
    return {name for name in ("桂香苗圃", "清泉园艺", "新来苗圃") if name in answer.get_data(as_text=True)}


def test_the_register_lists_granted_licences_and_no_applications(client, town):
    answer = client.get("/registry")

    assert answer.status_code == 200
    assert names_on(answer) == {"桂香苗圃", "清泉园艺"}
    assert town.applied.number not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("桂香", {"桂香苗圃"}),
        ("guixiang", {"桂香苗圃"}),
        ("gui xiang", {"桂香苗圃"}),
        ("gxmp", {"桂香苗圃"}),
        ("清泉京东", {"清泉园艺"}),
        ("苗圃", {"桂香苗圃"}),
        ("100%", set()),
        ("_", set()),
    ],
)
@pytest.mark.both
def test_a_name_is_found_in_characters_pinyin_and_initials(client, town, text, found):
    assert names_on(client.get("/registry", query_string={"q": text})) == found


@pytest.mark.both
def test_villages_narrow_the_list(client, town):
    assert names_on(client.get("/registry?village=guihua-spring")) == {"清泉园艺"}


@pytest.mark.parametrize(
    "shape", [str.upper, str.lower, lambda n: n.replace("-", " "), lambda n: n.replace("-", "")]
)
def test_a_number_is_understood_however_it_is_typed(client, town, shape):
    answer = client.get("/registry", query_string={"q": shape(town.licence.number)}, follow_redirects=True)

    assert answer.request.path == f"/registry/licences/{town.licence.number}"
    assert "verdict--ok" in answer.get_data(as_text=True)


def test_a_number_that_was_never_granted_is_not_in_the_register(client, town):
    for number in (town.applied.number, "XNGH-2026-00000"):
        answer = client.get(f"/registry/licences/{number}")
        assert answer.status_code == 404
        assert number in answer.get_data(as_text=True)


@pytest.mark.both
def test_a_licence_tells_its_history_without_names_of_staff(app, client, login, town):
    secretary = login(role="secretary", display_name="李书记")
    with app.app_context(), transaction():
        service.suspend(town.licence.number, reason="内部原因", by_account_id=secretary.account_id, at=now())
    page = client.get(f"/registry/licences/{town.licence.number}").get_data(as_text=True)
    document = client.get(f"/registry/licences/{town.licence.number}", headers=JSON).json

    assert "李书记" not in page
    assert "内部原因" not in page
    assert [step["step"] for step in document["history"]] == ["grant", "suspend"]
    assert document["state"] == "suspended"
    assert document["scope"]["cultivar_groups"] == ["dangui"]
    assert document["registrant"] == "演示桂花协会"
    assert document["rules_version"] == 1


def test_a_pasted_link_leads_from_the_one_box_to_the_check(client, town):
    pasted = f"【淘宝】{SHOP}?spm=a 桂香苗圃 点击打开"
    answer = client.get("/registry", query_string={"q": pasted}, follow_redirects=True)

    page = answer.get_data(as_text=True)
    assert answer.request.path == "/registry/check"
    assert "verdict--ok" in page
    assert town.licence.number in page


@pytest.mark.parametrize(
    ("url", "status", "shape"),
    [
        (SHOP, "authorised", "ok"),
        ("https://shop123456.m.taobao.com/?spm=1", "authorised", "ok"),
        ("https://shop.m.jd.com/?shopId=1000012345", "suspended", "bad"),
        ("https://shop999999.taobao.com", "not_authorised", "warn"),
        ("https://shop123456.taobao.com.evil.example", "not_authorised", "bad"),
        ("https://shop123456.taobao.com@evil.example", "unknown", "bad"),
        ("https://m.tb.cn/h.5xyz", "unknown", "plain"),
        ("https://s.click.taobao.com/t?e=1", "unknown", "plain"),
        ("https://item.taobao.com/item.htm?id=1", "unknown", "plain"),
        ("no address", "unknown", "plain"),
    ],
)
def test_the_check_answers_people_and_programs_alike(client, town, url, status, shape):
    page = client.get("/registry/check", query_string={"url": url})
    document = client.get("/registry/check", query_string={"url": url}, headers=JSON).json
    from_api = client.get("/api/v1/registry/check", query_string={"url": url}).json

    assert page.status_code == 200
    assert f"verdict--{shape}" in page.get_data(as_text=True)
    assert document == from_api
    assert document["status"] == status
    assert ("licence" in document) == (status in {"authorised", "suspended"})


def test_a_check_without_an_address_is_a_mistake_of_the_program(client, town):
    answer = client.get("/api/v1/registry/check")

    assert answer.status_code == 422
    assert answer.json["code"] == "url_missing"
    assert client.get("/registry/check").status_code == 302


def test_what_is_pasted_cannot_become_markup(client, town):
    page = client.get("/registry/check", query_string={"url": "<script>alert(1)</script> shop1.taobao.com"})

    assert "<script>alert" not in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/registry", 5),
        ("/registry?q=gui", 6),
        (f"/registry/check?url={SHOP}", 2),
        ("/api/v1/registry/check?url=x.com", 1),
    ],
)
@pytest.mark.both
def test_pages_of_the_register_ask_little_of_the_database(client, town, count_statements, path, most):
    with count_statements() as seen:
        assert client.get(path).status_code == 200

    assert len(seen) <= most, seen


def test_a_licence_page_asks_little_of_the_database(client, town, count_statements):
    with count_statements() as seen:
        client.get(f"/registry/licences/{town.licence.number}")

    assert len(seen) <= 5, seen


def test_long_lists_have_pages(app, client):
    with app.app_context(), transaction():
        for _ in range(23):
            make_licence(make_grower())
    first, second = (
        client.get("/registry", headers=JSON).json,
        client.get("/registry?page=2", headers=JSON).json,
    )

    assert (first["total"], first["pages"], len(first["items"]), len(second["items"])) == (23, 2, 20, 3)
    numbers = {item["number"] for item in (*first["items"], *second["items"])}
    assert len(numbers) == 23
    assert "page=2" in client.get("/registry").get_data(as_text=True)


def test_everything_is_said_in_english_too(client, town):
    english = {"Accept-Language": "en"}
    page = client.get("/registry/check", query_string={"url": SHOP}, headers=english).get_data(as_text=True)

    assert "This shop is authorised" in page
    assert not re.search(
        r"[\u4e00-\u9fff]", re.sub(r"桂香淘宝店|桂香苗圃|桂花证明商标（演示）|中文|演示\w*", "", page)
    )


def test_a_licence_that_begins_later_says_so(app, client):
    with app.app_context(), transaction():
        from core.clock import local_day

        licence = make_licence(valid_from=local_day(now()) + timedelta(days=9))

    assert "verdict--warn" in client.get(f"/registry/licences/{licence.number}").get_data(as_text=True)
