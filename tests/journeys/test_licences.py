"""A grower applies, the branch decides, the public looks it up; over HTTP, nothing patched."""

import re
from datetime import timedelta

import pytest

from branch.api import LicenceNotValid, licence_of, require_valid_licence
from branch.licences.service.expiry import expire_due
from core.clock import local_day, now
from core.database import transaction
from core.errors import NotFound
from tests.conftest import hidden_of
from tests.factories.licences import make_licence, make_mark, make_storefront
from tests.factories.organisation import make_grower

SHOP = "https://shop123456.taobao.com"


@pytest.fixture
def mark(app):
    with app.app_context(), transaction():
        return make_mark()


@pytest.fixture
def grower(login, mark):
    return login(role="grower")


@pytest.fixture
def secretary(login, mark):
    return login(role="secretary")


def number_on(page):
    return re.search(r"XNGH-\d{4}-[0-9A-Z]{5}", page.get_data(as_text=True)).group()


def may_sell(app, grower_id):
    with app.app_context(), transaction():
        try:
            require_valid_licence(grower_id, at=now(), lock=True)
        except LicenceNotValid:
            return False
        return True


def decide(secretary, number, step, **fields):
    return secretary.submit(f"/branch/licences/{number}", {"step": step} | fields)


def grant(secretary, number, **fields):
    today = local_day(now())
    days = {"valid_from": today.isoformat(), "valid_until": (today + timedelta(days=364)).isoformat()}
    return decide(secretary, number, "grant", **(days | fields))


def test_a_licence_from_application_to_suspension(app, client, grower, secretary, run_jobs):
    applied = grower.submit(
        "/seller/licence",
        {"mark": "XNGH", "cultivar_groups": ["dangui"], "plots": "P-1、P-2", "note": "两亩丹桂"},
    )
    assert applied.status_code == 303
    number = number_on(grower.get("/seller/licence"))
    assert client.get(f"/registry/licences/{number}").status_code == 404
    assert "两亩丹桂" in secretary.get(f"/branch/licences/{number}").get_data(as_text=True)

    assert grant(secretary, number, cultivar_groups=["dangui"], plots="P-1 P-2").status_code == 302
    assert may_sell(app, grower.grower_id)
    page = client.get(f"/registry/licences/{number}").get_data(as_text=True)
    assert "verdict--ok" in page
    assert "P-1" in page

    assert decide(secretary, number, "suspend").status_code == 422
    assert may_sell(app, grower.grower_id)
    assert decide(secretary, number, "suspend", reason="标签来源不明").status_code == 302
    assert not may_sell(app, grower.grower_id)
    page = client.get(f"/registry/licences/{number}").get_data(as_text=True)
    assert "verdict--bad" in page
    assert "标签来源不明" not in page
    assert "标签来源不明" in grower.get("/seller/licence").get_data(as_text=True)

    assert decide(secretary, number, "reinstate", reason="已查清").status_code == 302
    assert may_sell(app, grower.grower_id)
    assert decide(secretary, number, "withdraw", reason="退出").status_code == 302
    assert not may_sell(app, grower.grower_id)
    late = {"step": "reinstate", "reason": "x"}
    assert secretary.submit(f"/branch/licences/{number}", late, form_at="/account").status_code == 409


def test_the_grower_is_told_of_each_step_once(app, grower, secretary, run_jobs):
    grower.submit("/seller/licence", {"mark": "XNGH"})
    number = number_on(grower.get("/seller/licence"))
    grant(secretary, number)
    decide(secretary, number, "suspend", reason="标签来源不明")
    run_jobs()
    run_jobs()

    folder = app.config["SETTINGS"].var / "messages"
    titles = [
        path.read_text().splitlines()[0] for path in sorted(folder.iterdir()) if number in path.read_text()
    ]
    assert len(titles) == 3
    assert (
        sum("标签来源不明" in path.read_text() for path in folder.iterdir() if number in path.read_text())
        == 1
    )


def test_what_was_typed_stays_when_the_grant_is_refused(secretary, grower):
    grower.submit("/seller/licence", {"mark": "XNGH"})
    number = number_on(grower.get("/seller/licence"))
    page = grant(secretary, number, valid_until="2020-01-01", plots="P-77")

    assert page.status_code == 422
    assert "P-77" in page.get_data(as_text=True)
    assert "2020-01-01" in page.get_data(as_text=True)


def test_a_second_application_is_answered_with_the_first(grower):
    grower.submit("/seller/licence", {"mark": "XNGH"})

    assert 'name="mark"' not in grower.get("/seller/licence").get_data(as_text=True)
    page = grower.get("/seller/storefronts").get_data(as_text=True)
    assert grower.post("/seller/licence", data=hidden_of(page) | {"mark": "XNGH"}).status_code == 409


@pytest.mark.both
def test_a_grower_takes_back_his_application(app, grower):
    grower.submit("/seller/licence", {"mark": "XNGH"})
    number = number_on(grower.get("/seller/licence"))
    answer = grower.submit(f"/seller/licence/{number}/take-back", form_at="/seller/licence")

    assert answer.status_code == 302
    with app.app_context():
        assert licence_of(grower.grower_id, at=now()).state == "withdrawn"


def test_an_expired_licence_stops_sales_and_says_so_before_any_job_ran(app, client, mark):
    with app.app_context(), transaction():
        grower = make_grower()
        licence = make_licence(
            grower, valid_until=local_day(now()) - timedelta(days=1), at=now() - timedelta(days=3)
        )

    assert not may_sell(app, grower.id)
    assert (
        client.get(f"/registry/licences/{licence.number}", headers={"Accept": "application/json"}).json[
            "state"
        ]
        == "expired"
    )
    with app.app_context(), transaction():
        assert expire_due(at=now()) == 1


@pytest.mark.both
def test_others_may_neither_see_nor_decide(app, client, login, grower, mark):
    with app.app_context(), transaction():
        number = make_licence(make_grower()).number
    stranger = login(role="secretary", unit="guihua-tea")

    assert client.get("/branch/licences").status_code == 302
    assert grower.get("/branch/licences").status_code == 403
    assert stranger.get(f"/branch/licences/{number}").status_code == 403
    answer = stranger.submit(
        f"/branch/licences/{number}", {"step": "suspend", "reason": "x"}, form_at="/account"
    )
    assert answer.status_code == 403
    assert login(role="technician").get(f"/branch/licences/{number}").status_code == 200


@pytest.mark.both
def test_a_mark_is_entered_and_its_rules_get_a_second_version(app, client, login):
    with app.app_context(), transaction():
        make_grower()
    secretary = login(role="secretary")
    fields = {
        "unit": "guihua-osmanthus",
        "code": "GHM",
        "name": "桂花集体商标",
        "kind": "collective",
        "cultivar_groups": "dangui, 丹桂, Dangui",
        "rules_text": "第一条",
    }
    wrong = secretary.submit("/branch/marks/new", fields | {"cultivar_groups": "dangui"})
    assert wrong.status_code == 422
    assert "第一条" in wrong.get_data(as_text=True)
    assert secretary.submit("/branch/marks/new", fields).status_code == 303
    assert secretary.submit("/branch/marks/new", fields).status_code == 422

    answer = secretary.submit(
        "/branch/marks/GHM/rules", {"text": "第一条\n第二条"}, form_at="/branch/marks/GHM"
    )
    assert answer.status_code == 303
    same = secretary.submit(
        "/branch/marks/GHM/rules", {"text": "第一条\n第二条"}, form_at="/branch/marks/GHM"
    )
    assert same.status_code == 422
    assert "第二条" in client.get("/registry/marks/GHM").get_data(as_text=True)
    assert "第二条" not in client.get("/registry/marks/GHM/rules/1").get_data(as_text=True)
    changed = fields | {"registrant": "某某桂花协会", "code": "OTHER"}
    assert secretary.submit("/branch/marks/GHM", changed).status_code == 302
    assert "某某桂花协会" in client.get("/registry/marks/GHM").get_data(as_text=True)


@pytest.mark.both
def test_a_logo_must_be_a_picture_and_survives_a_failed_form(app, client, login):
    import io

    from tests.factories.pictures import picture

    with app.app_context(), transaction():
        make_grower()
    secretary = login(role="secretary")
    fields = {
        "unit": "guihua-osmanthus",
        "code": "GHM",
        "name": "桂花",
        "kind": "collective",
        "rules_text": "一",
    }
    upload = {"logo": (io.BytesIO(b"not a picture"), "logo.png")}
    assert secretary.submit("/branch/marks/new", fields | upload).status_code == 422
    upload = {"logo": (io.BytesIO(picture(64, 64, format="PNG")), "logo.png"), "name": ""}
    failed = secretary.submit("/branch/marks/new", fields | upload)
    assert failed.status_code == 422
    key = re.search(r'name="logo_key" value="([^"]+)"', failed.get_data(as_text=True)).group(1)
    assert secretary.submit("/branch/marks/new", fields | {"logo_key": key}).status_code == 303
    assert key in client.get("/registry/marks/GHM").get_data(as_text=True)
    assert client.get(f"/media/{key}").status_code == 200


@pytest.mark.both
def test_an_outside_shop_from_proposal_to_the_register(app, client, grower, secretary):
    grower.submit("/seller/licence", {"mark": "XNGH"})
    grant(secretary, number_on(grower.get("/seller/licence")))
    wrong = grower.submit(
        "/seller/storefronts",
        {"mark": "XNGH", "shop_name": "桂香苗圃", "address": "https://item.taobao.com/item.htm?id=1"},
    )
    assert wrong.status_code == 422
    assert "桂香苗圃" in wrong.get_data(as_text=True)
    proposed = grower.submit(
        "/seller/storefronts",
        {"mark": "XNGH", "shop_name": "桂香苗圃", "address": f"【淘宝】{SHOP}?spm=1 点击打开"},
    )
    assert proposed.status_code == 303
    assert client.get("/api/v1/registry/check", query_string={"url": SHOP}).json["status"] == "not_authorised"

    listed = secretary.get("/branch/storefronts?state=proposed").get_data(as_text=True)
    path = re.search(r"/branch/storefronts/[0-9a-z]{8}", listed).group()
    assert secretary.submit(path, {"step": "refuse"}).status_code == 422
    assert secretary.submit(path, {"step": "authorise"}).status_code == 302
    answer = client.get("/api/v1/registry/check", query_string={"url": "shop123456.m.taobao.com"}).json
    assert answer["status"] == "authorised"
    assert answer["licence"]["number"].startswith("XNGH-")

    short = {"address": "https://m.tb.cn/h.5abcDEF?tk=1"}
    refused = secretary.submit(f"{path}/addresses", short, form_at=path)
    assert refused.status_code == 422
    assert "shop123456.taobao.com" in refused.get_data(as_text=True)
    other = {"address": "https://guihuamm.taobao.com/"}
    assert secretary.submit(f"{path}/addresses", other, form_at=path).status_code == 303
    assert (
        client.get("/api/v1/registry/check", query_string={"url": "guihuamm.m.taobao.com"}).json["status"]
        == "authorised"
    )
    evil = {"address": "https://taoba0.com"}
    assert secretary.submit(f"{path}/addresses", evil, form_at=path).status_code == 422

    assert secretary.submit(path, {"step": "suspend", "reason": "x"}).status_code == 302
    assert client.get("/api/v1/registry/check", query_string={"url": SHOP}).json["status"] == "suspended"


@pytest.mark.both
def test_a_grower_ends_only_his_own_shop(app, grower, mark):
    with app.app_context(), transaction():
        other = make_storefront(make_grower(), address=SHOP)
        mine = make_storefront(grower.grower_id)

    form = "/seller/storefronts"
    assert grower.submit(f"/seller/storefronts/{other.public_id}/end", form_at=form).status_code == 404
    assert grower.submit(f"/seller/storefronts/{mine.public_id}/end", form_at=form).status_code == 302
    with app.app_context(), pytest.raises(NotFound):
        from branch.api import get_storefront

        assert get_storefront(mine.public_id).state == "ended"
        get_storefront("unknown1")
