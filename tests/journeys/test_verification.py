"""Anyone with a label: every verdict as page and document, known and unknown alike, nothing in clear."""

import json

import pytest
from sqlalchemy import select

from core.database import Base, db, transaction
from tests.factories.traceability import make_codes
from tests.factories.verification import make_scene
from tests.seals import behind_the_back
from traceability.codes.models.digests import code_digest
from traceability.codes.models.tables import Code
from traceability.codes.rules.notation import grouped, new_code
from traceability.codes.rules.verdicts import Verdict
from traceability.lookups.models import CodeLookup
from traceability.papers.service import record_paper

KEYS = {
    "code", "verdict", "level", "message", "notices", "lot", "grower", "licence", "plants", "compare", "history",
    "papers", "seal", "destination_province", "dispatched_at",
}  # fmt: skip
WORDS = {
    Verdict.ISSUED: ("Issued but not activated: do not accept", "已签发，尚未启用：请勿接受"),
    Verdict.ACTIVE: ("not yet sent with an order", "本系统签发并已启用，尚未随订单发出"),
    Verdict.SHIPPED: ("Issued by this system and sent with an order", "本系统签发，已随订单发出"),
    Verdict.ACCEPTED: ("the buyer confirmed receipt", "本系统签发，收货人已确认收货"),
    Verdict.VOIDED: ("This code was voided: do not accept", "此码已作废：请勿接受"),
    Verdict.RECALLED: ("Recalled: do not plant, do not pass on", "已召回：请勿栽种，请勿转手"),
    Verdict.LICENCE_NOT_VALID: (
        "The licence behind this code is not valid",
        "此码对应的标志使用许可目前无效",
    ),
    Verdict.SUSPECT: ("This code is doubted: it may have been copied", "此码存疑：可能已被复制"),
    Verdict.UNKNOWN: ("This system knows no such code", "本系统没有这个码"),
}


@pytest.fixture
def scene(session):
    def arrange(verdict, **values):
        with transaction():
            return make_scene(verdict, **values)

    return arrange


def page(client, code, locale="zh_Hans_CN"):
    client.set_cookie("locale", locale, domain="127.0.0.1")
    return client.get(f"/C/{code}")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_a_page_in_both_languages(client, scene, verdict):
    code = scene(verdict).code
    english, chinese = WORDS[verdict]
    for locale, words in (("en", english), ("zh_Hans_CN", chinese)):
        answer = page(client, code, locale)
        assert answer.status_code == 200
        assert words in answer.text
        assert "正品" not in answer.text
        assert "genuine" not in answer.text.lower()
        assert "/report-fake?about=" in answer.text
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_a_document(client, scene, verdict):
    code = scene(verdict).code
    document = client.get(f"/api/v1/codes/{code}").json
    assert set(document) == KEYS
    assert document["verdict"] == verdict
    assert document["code"] == grouped(code)
    assert document["history"]["your_check"] == document["history"]["checks"] == 1
    assert document["message"]
    same = client.get(f"/c/{code.lower()}", headers={"Accept": "application/json"}).json
    assert same["verdict"] == verdict
    assert same["history"]["checks"] == 1


def test_the_document_of_a_shipped_code_has_all_points_to_compare(client, scene):
    made = scene(Verdict.SHIPPED)
    document = client.get(f"/api/v1/codes/{made.code}").json
    assert document["level"] == "unit"
    assert document["plants"] == 1
    assert document["lot"]["number"] == made.lot_number
    assert document["lot"]["cultivar"] == "朱砂丹桂"
    assert document["lot"]["ground_diameter_mm"] == [80, 84]
    assert document["licence"] == document["licence"] | {"number": made.licence_number, "state": "valid"}
    assert document["destination_province"] == "浙江省"
    assert document["grower"]["seller"] == "竹影苗圃"
    assert [point["key"] for point in document["compare"]] == [
        "cultivar", "size", "plants", "seller", "destination", "dispatched",
    ]  # fmt: skip
    assert all(point["value"] for point in document["compare"])
    assert document["papers"][0]["kind"] == "plant_quarantine"
    assert document["papers"][0]["number"] == "42-2026-000123"


def test_the_newest_paper_of_each_kind_that_travelled_is_named_in_the_order_of_kinds(client, scene, at):
    made = scene(Verdict.SHIPPED)
    with transaction():
        number = db.session.scalar(
            select(Code.consignment_number).where(Code.digest == code_digest(made.code))
        )
        for consignment, kind, said in (
            (number, "quality", "Q-1"),
            (number, "plant_quarantine", "42-2026-000777"),
            (f"{number}-2", "label", "somebody else's"),
        ):
            record_paper(
                consignment_number=consignment,
                kind=kind,
                number=said,
                upload=b"%PDF-1.7\n%%EOF\n",
                by=None,
                at=at,
            )
    papers = client.get(f"/api/v1/codes/{made.code}").json["papers"]
    assert [(paper["kind"], paper["number"]) for paper in papers] == [
        ("plant_quarantine", "42-2026-000777"),
        ("quality", "Q-1"),
    ]
    text = page(client, made.code, "en").text
    assert "42-2026-000777<br>Seedling quality certificate Q-1</dd>" in text
    assert "42-2026-000123" not in text


def test_a_lots_leaflet_never_speaks_for_one_plant(client, scene):
    code = scene(Verdict.ACTIVE, level="lot").code
    text = page(client, code, "en").text
    assert "many copies are expected" in text
    assert "says nothing about one plant" in text
    assert WORDS[Verdict.ACTIVE][0] not in text


def test_known_and_unknown_codes_cost_the_same_statements_within_the_budget(client, scene, count_statements):
    shapes = {}
    for name, code in (
        ("shipped", scene(Verdict.SHIPPED).code),
        ("issued", scene(Verdict.ISSUED).code),
        ("unknown", new_code()),
        ("mistyped", "0000-0000-0000-0001"),
        ("short", "ABC"),
        ("nonsense", "丹桂"),
    ):
        with count_statements() as seen:
            assert client.get(f"/C/{code}").status_code == 200
        shapes[name] = [statement.split("IN (")[0] for statement in seen]
    assert len(shapes["shipped"]) <= 6, "\n".join(shapes["shipped"])
    assert all(shape == shapes["shipped"] for shape in shapes.values())


def test_an_unknown_code_has_the_layout_of_a_known_one(client, scene):
    def labels(text):
        return [part.split("</dt>")[0] for part in text.split("<dt>")[1:]]

    known = page(client, scene(Verdict.SHIPPED).code)
    unknown = page(client, new_code())
    assert labels(known.text) == labels(unknown.text)
    assert abs(len(known.text) - len(unknown.text)) < 1_500


def test_networks_are_counted_once_and_told_their_place(client, app, scene):
    code = scene(Verdict.SHIPPED).code

    def history(address, agent):
        visitor = {"REMOTE_ADDR": address}
        answer = client.get(f"/api/v1/codes/{code}", headers={"User-Agent": agent}, environ_base=visitor)
        return answer.json["history"]

    first = history("198.51.100.7", "phone A")
    assert (first["checks"], first["your_check"]) == (1, 1)
    for neighbour in ("198.51.100.7", "198.51.100.250"):
        for phone in range(14):
            assert history(neighbour, f"phone {phone}")["checks"] == 1
    second = history("203.0.113.9", "phone A")
    assert (second["checks"], second["your_check"]) == (2, 2)
    assert second["first_checked_at"] == first["first_checked_at"]
    for address in ("2001:db8:1::1", "2001:db8:1:99::2"):
        assert history(address, address)["checks"] == 3
    again = history("198.51.100.7", "phone A")
    assert (again["checks"], again["your_check"]) == (3, 1)


def test_no_number_of_look_ups_makes_a_page_warn(client, scene):
    plant, leaflet = scene(Verdict.SHIPPED).code, scene(Verdict.ACTIVE, level="lot").code
    for code in (plant, leaflet):
        for number in range(30):
            answer = client.get(
                f"/api/v1/codes/{code}", environ_base={"REMOTE_ADDR": f"198.51.{number}.7"}
            ).json
            assert answer["notices"] == []
        text = client.get(f"/C/{code}", headers={"Accept-Language": "en"}).text
        assert "from 31 networks so far" in text
        assert "the number alone proves nothing" in text
        assert "banner--warn" not in text


def test_nothing_of_a_check_is_kept_in_clear(client, scene):
    code = scene(Verdict.SHIPPED).code
    for path in (f"/C/{code}", "/C/GUESSED-CODE-NUMBER-7"):
        visitor = {"REMOTE_ADDR": "198.51.100.77"}
        client.get(path, headers={"User-Agent": "Tell-Tale/1.0"}, environ_base=visitor)
    with db.engine.connect() as connection:
        rows = "\n".join(
            str(row) for table in Base.metadata.sorted_tables for row in connection.execute(select(table))
        )
    for secret in (code, grouped(code), code[-8:], "Tell-Tale", "GUESSED", "198.51.100"):
        assert secret not in rows


def test_the_code_is_not_logged(client, scene, capsys):
    code = scene(Verdict.SHIPPED).code
    from core.logs import configure_logging

    configure_logging("INFO")
    try:
        client.get(f"/C/{code}")
        client.get(f"/api/v1/codes/{grouped(code)}")
    finally:
        configure_logging("ERROR")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert {line["path"] for line in lines} == {"/C/*", "/api/v1/codes/*"}
    assert not any(code in json.dumps(line) or grouped(code) in json.dumps(line) for line in lines)


def test_fetching_ahead_is_not_a_check(client, session, scene):
    code = scene(Verdict.SHIPPED).code
    client.get(f"/C/{code}", headers={"Sec-Purpose": "prefetch;prerender"})
    client.head(f"/C/{code}")
    assert session.scalars(select(CodeLookup)).all() == []


def test_goods_that_left_under_a_licence_stay_in_order_when_it_runs_out(client, session, scene):
    made = scene(Verdict.SHIPPED)
    unsent = scene(Verdict.ACTIVE)
    from datetime import timedelta

    from core.clock import local_day, now
    from traceability.codes.models import step_sealing as steps
    from traceability.codes.models.tables import Code

    today = local_day(now())
    behind_the_back(f"UPDATE licence SET valid_until = '{today}'")  # noqa: S608 - a date of ours
    assert client.get(f"/api/v1/codes/{made.code}").json["verdict"] == "shipped"
    start, end = today - timedelta(days=60), today - timedelta(days=30)
    behind_the_back(f"UPDATE licence SET valid_from = '{start}', valid_until = '{end}'")  # noqa: S608
    with transaction() as current:
        for code in current.scalars(select(Code).where(Code.dispatched_at.is_not(None))):
            code.dispatched_at -= timedelta(days=40)
            steps.seal_codes("left", Code.id == code.id, {"dispatched_at": code.dispatched_at})
    document = client.get(f"/api/v1/codes/{made.code}").json
    assert (document["verdict"], document["licence"]["state"]) == ("shipped", "expired")
    assert client.get(f"/api/v1/codes/{unsent.code}").json["verdict"] == "licence_not_valid"


def test_guessing_is_slowed_down_but_known_codes_are_not(limited_client, scene):
    code = scene(Verdict.SHIPPED).code
    assert {limited_client.get(f"/C/{code}").status_code for _ in range(25)} == {200}
    answers = [limited_client.get(f"/C/{new_code()}").status_code for _ in range(12)]
    assert answers == [200] * 8 + [429] * 4
    assert limited_client.get(f"/C/{code}").status_code == 200
    assert limited_client.get(f"/api/v1/codes/{new_code()}").status_code == 429


def typed(client, text):
    return client.submit("/verify", {"q": text})


def test_verify_leads_to_the_code_however_it_is_typed(client, scene):
    code = scene(Verdict.SHIPPED).code
    for text in (
        code,
        grouped(code).lower(),
        f" {grouped(code).replace('-', ' ')}",
        f"https://x.example/C/{code}",
    ):
        answer = typed(client, text)
        assert (answer.status_code, answer.location) == (303, f"/C/{code}")


def test_verify_leads_to_licences_and_shops(client, scene):
    licence = scene(Verdict.SHIPPED).licence_number
    assert typed(client, licence.lower()).location == f"/registry/licences/{licence}"
    shop = "https://shop123456.taobao.com/?spm=a.b"
    assert typed(client, shop).location.startswith("/registry/check?url=https%3A%2F%2Fshop123456")


@pytest.mark.parametrize("text", ["", "hello you", "0000 0000 0000 0001", "0000-0000-0000"])
def test_verify_says_what_is_wrong_and_keeps_what_was_typed(client, text):
    answer = typed(client, text)
    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert f'value="{text}"' in answer.text


def test_codes_can_be_checked_after_many_were_issued(client, session):
    with transaction():
        issued = make_codes(count=200)
    assert client.get(f"/api/v1/codes/{issued.codes[137].code}").json["verdict"] == "active"
