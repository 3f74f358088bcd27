"""The resolver over HTTP, by the standard's own criteria."""

import json

import pytest
from jsonschema import Draft7Validator

from core.database import transaction
from core.errors import Conflict, Invalid, NotFound
from tests.factories.licences import make_licence
from tests.factories.traceability import make_lot
from tests.published.vectors import vectors
from traceability.api import plots_of_grower
from traceability.codes.rules.notation import new_code
from traceability.resolver.rules.linksets import Link, LinkContext, choose, linkset
from traceability.resolver.service import enter_trade_item, put_lot

GTIN = "09506000134352"
PLACE = f"/01/{GTIN}"


@pytest.fixture
def lot(session, at):
    with transaction():
        lot = make_lot()
        make_licence(lot.grower_id)
        enter_trade_item(GTIN, grower_id=lot.grower_id, name_zh="丹桂苗", name_en="Dangui seedling", at=at)
        put_lot(lot.number, GTIN, grower_id=lot.grower_id)
    return lot


def schema():
    return Draft7Validator(json.loads((vectors("resolver") / "gs1-linkset-schema.json").read_text()))


def test_the_published_examples_mean_what_the_schema_says_of_ours():
    for name, valid in (("valid-gs1-example", True), ("invalid-gs1-example", False), ("modelLinkset", True)):
        document = json.loads((vectors("resolver") / f"{name}.json").read_text())
        assert schema().is_valid(document) is valid, name


@pytest.mark.parametrize(
    "place", [PLACE, PLACE + "/10/{lot}", PLACE + "/10/{lot}/21/{code}", PLACE + "/10/KL8G"]
)
def test_a_linkset_is_answered_without_a_redirect_and_fits_the_schema(client, lot, place):
    path = place.format(lot=lot.number, code=new_code())
    for answer in (
        client.get(path + "?linkType=linkset"),
        client.get(path + "?linkType=all"),
        client.get(path, headers={"Accept": "application/linkset+json"}),
    ):
        assert answer.status_code == 200
        assert answer.mimetype == "application/linkset+json"
        assert list(schema().iter_errors(answer.json)) == []
        assert 'rel="http://www.w3.org/ns/json-ld#context"' in answer.headers["Link"]
        for context in answer.json["linkset"]:
            (default,) = context["https://ref.gs1.org/voc/defaultLink"]
            assert set(default) == {"href", "title"}


def test_each_level_leads_to_its_own_page(client, lot):
    code = new_code()
    base = "http://127.0.0.1:8000"
    assert client.get(f"{PLACE}/10/{lot.number}/21/{code}").headers["Location"] == f"{base}/C/{code}"
    answer = client.get(f"{PLACE}/10/{lot.number}")
    assert answer.status_code == 307
    assert answer.headers["Location"] == f"{base}/lots/{lot.number}"
    assert f'<{base}{PLACE}/10/{lot.number}?linkType=linkset>; rel="linkset"' in answer.headers["Link"]
    assert client.get(PLACE).headers["Location"].startswith(f"{base}/growers/")


def test_what_is_not_known_exactly_is_answered_from_above(client, lot):
    answer = client.get(f"{PLACE}/10/KL8G")
    assert answer.status_code == 307
    assert answer.headers["Location"] == client.get(PLACE).headers["Location"]
    assert client.get(f"{PLACE}/10/{lot.number}?linkType=gs1:certificationInfo").status_code == 307


def test_errors_are_never_200(client, lot):
    assert client.get(PLACE + "/foo").status_code == 400
    assert client.get(PLACE[:-1] + "3").status_code == 400
    assert client.get("/01/09506000134376").status_code == 404
    assert client.get(PLACE + "?linkType=gs1:nosuchlt").status_code == 404
    assert client.get(PLACE + "?linkType=pip").status_code == 404


def test_small_liberties_are_taken(client, lot):
    assert client.get(PLACE + "/").status_code == 307
    assert client.head(PLACE).status_code == 307
    assert client.options(PLACE).status_code == 200
    assert "HEAD" in client.options(PLACE).headers["Allow"]
    full = client.get(PLACE + "?linkType=https://ref.gs1.org/voc/pip")
    assert full.headers["Location"] == client.get(PLACE + "?linkType=gs1:pip").headers["Location"]


@pytest.mark.both
def test_any_page_may_ask_and_the_rest_of_the_query_is_passed_on(client, lot):
    answer = client.get(f"{PLACE}?linkType=gs1:pip&17=261231&from=label")
    assert answer.headers["Location"].endswith("?17=261231&from=label")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {"Accept", "Accept-Language"} <= set(answer.vary)


@pytest.mark.both
def test_several_equal_links_are_a_choice(client, lot, at):
    with transaction():
        other = make_lot()
    with pytest.raises(NotFound), transaction():
        put_lot(other.number, GTIN, grower_id=lot.grower_id)
    with transaction():
        (plot,) = plots_of_grower(lot.grower_id)
        second = make_lot(plot=plot)
        put_lot(second.number, GTIN, grower_id=lot.grower_id)
    answer = client.get(PLACE + "?linkType=gs1:traceability")
    assert answer.status_code == 300
    (context,) = answer.json["linkset"]
    assert len(context["https://ref.gs1.org/voc/traceability"]) == 2
    assert list(schema().iter_errors(answer.json)) == []


def test_the_description_file_names_what_is_supported(client):
    answer = client.get("/.well-known/gs1resolver").json
    assert answer["resolverRoot"] == "http://127.0.0.1:8000"
    assert answer["supportedPrimaryKeys"] == ["01"]
    assert answer["supportedLinkType"] == [{"namespace": "https://ref.gs1.org/voc/", "prefix": "gs1:"}]


def test_a_wrong_or_taken_gtin_is_refused(lot, at):
    for wrong, kind in (("9506000134353", Invalid), ("abc", Invalid), (GTIN, Conflict)):
        with pytest.raises(kind), transaction():
            enter_trade_item(wrong, grower_id=lot.grower_id, name_zh="x", at=at)


@pytest.mark.both
def test_a_grower_enters_a_number_and_sells_a_lot_under_it(login, session, at):
    with transaction():
        lot = make_lot()
    seller = login(role="grower", grower_id=lot.grower_id)
    entered = {"gtin": GTIN, "name_zh": "丹桂苗", "name_en": "Dangui seedling"}
    assert seller.submit("/seller/products", entered).status_code == 303
    under = {"lot": lot.number, "gtin": GTIN}
    assert seller.submit("/seller/products/lots", under, form_at="/seller/products").status_code == 303
    assert seller.get(f"{PLACE}/10/{lot.number}").status_code == 307
    assert lot.number in seller.get("/seller/products").get_data(as_text=True)


def test_links_are_chosen_by_language_then_by_type():
    html = Link("pip", "https://a.example/zh", "甲", languages=("zh",))
    english = Link("pip", "https://a.example/en", "A", languages=("en",))
    data = Link("pip", "https://a.example/en.json", "A", "application/ld+json", ("en",))
    above = LinkContext("https://a.example/01/1", "A", (html,))
    here = LinkContext("https://a.example/01/1/10/2", "A", (html, english, data))
    assert choose([here, above], "pip", languages=["en"], media_types=["application/ld+json"]) == (data,)
    assert choose([here, above], "pip", languages=["fr"], media_types=[]) == (html, english, data)
    assert choose([above], "pip", languages=["en"], media_types=["image/png"]) == (html,)
    assert choose([above], "traceability", languages=[], media_types=[]) == ()
    assert list(linkset([above])["linkset"][0]) == [
        "anchor",
        "itemDescription",
        "https://ref.gs1.org/voc/pip",
    ]
