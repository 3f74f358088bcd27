"""The public passport of a lot, for people and for programs."""

import json

import pytest

from branch.api import get_grower
from core.database import transaction
from core.seal.models.log import this_log
from core.seal.rules.proof_check import check_proof
from core.seal.tasks.sequencer import sequence
from tests.factories.catalogue import make_listing
from tests.factories.licences import make_licence
from tests.factories.traceability import make_codes, make_lot, ship
from traceability.lots.rules.balance import StepKind
from traceability.papers.rules import PaperKind
from traceability.papers.service import record_paper
from traceability.recalls.service import recall
from traceability.resolver.service import enter_trade_item, put_lot
from traceability.transformations.service import Outcome, transform

GTIN = "09506000134352"


@pytest.fixture
def lot(session, at):
    """A licensed lot that was sent off once, with a quality certificate."""
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        ship(make_codes(lot=lot, at=at))
        record_paper(
            consignment_number="C-2026-AAAAAAA", kind=PaperKind.QUALITY, number="ZJ-1", at=at, by=None
        )
    return lot


def ask(client, lot, **headers):
    return client.get(f"/lots/{lot.number}", headers={"Accept": "text/html"} | headers)


def test_the_page_tells_what_the_lot_is_and_where_it_comes_from(client, lot):
    page = ask(client, lot, **{"Accept-Language": "en"})
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    for told in (lot.number, "6(8)-3", "Seedling quality certificate", "/registry/licences/", lot.origin):
        assert told in text, told
    assert "ZJ-1" not in text
    assert "recalled" not in text


def test_a_page_costs_at_most_ten_statements(client, lot, count_statements):
    with count_statements() as seen:
        assert ask(client, lot).status_code == 200
    assert len(seen) <= 10, "\n".join(seen)


@pytest.mark.parametrize("accept", ["application/ld+json", "application/json"])
def test_the_same_address_answers_programs_in_json_ld(client, lot, accept):
    answer = ask(client, lot, Accept=accept)
    assert answer.content_type == "application/ld+json"
    assert "Accept" in answer.headers["Vary"]
    told = json.loads(answer.data)
    assert told == json.loads(client.get(f"/lots/{lot.number}.jsonld").data)
    assert told["@id"] == f"http://127.0.0.1:8000/lots/{lot.number}"
    assert told["gs1:hasBatchLotNumber"] == lot.number
    assert told["gs1:certificationInfo"].startswith("http://127.0.0.1:8000/registry/licences/")
    sizes = {one["name"]: one for one in told["additionalProperty"]}
    assert (sizes["height"]["minValue"], sizes["height"]["unitCode"]) == (300, "CMT")
    assert (sizes["groundDiameter"]["maxValue"], sizes["groundDiameter"]["unitCode"]) == (84, "MMT")
    assert sizes["papers"]["value"] == ["quality"]
    assert "gtin" not in told
    assert "recalled" not in sizes


def test_every_name_in_the_document_has_a_meaning(client, lot):
    told = json.loads(client.get(f"/lots/{lot.number}.jsonld").data)
    prefixes = set(told["@context"])

    def names(value):
        if isinstance(value, dict):
            for name, part in value.items():
                yield name
                yield from names(part)
        elif isinstance(value, list):
            for part in value:
                yield from names(part)

    for name in names({key: part for key, part in told.items() if key != "@context"}):
        if ":" in name:
            assert name.split(":")[0] in prefixes, name


@pytest.mark.both
def test_a_gtin_appears_when_its_grower_entered_one(client, lot, at):
    with transaction():
        enter_trade_item(GTIN, grower_id=lot.grower_id, name_zh="丹桂苗", name_en="", at=at)
        put_lot(lot.number, GTIN, grower_id=lot.grower_id)
    told = json.loads(client.get(f"/lots/{lot.number}.jsonld").data)
    assert told["gs1:gtin"] == GTIN
    assert told["sameAs"] == f"http://127.0.0.1:8000/01/{GTIN}/10/{lot.number}"


def test_a_family_is_told_in_both_directions(client, lot, at):
    with transaction():
        transform(
            StepKind.SPLIT, {lot.id: 100}, [Outcome(60), Outcome(40)], grower_id=lot.grower_id, at=at, by=None
        )
    elder = json.loads(client.get(f"/lots/{lot.number}.jsonld").data)
    children = [one["productID"] for one in elder["offspring"]]
    assert len(children) == 2
    younger = json.loads(client.get(f"/lots/{children[0]}.jsonld").data)
    assert [one["productID"] for one in younger["parents"]] == [lot.number]
    assert f"/lots/{children[0]}" in ask(client, lot).get_data(as_text=True)


def test_a_recall_is_the_first_thing_that_is_said(client, lot, at):
    with transaction():
        recall(lot.id, reason="叶枯病", at=at, by=None)
    page = ask(client, lot).get_data(as_text=True)
    assert "verdict--bad" in page
    assert "叶枯病" in page
    told = json.loads(client.get(f"/lots/{lot.number}.jsonld").data)
    assert told["gs1:recallStatus"] == told["@id"]
    assert {one["name"]: one.get("value") for one in told["additionalProperty"]}["recalled"] == "叶枯病"


@pytest.mark.both
def test_its_proof_is_checked_without_us(app, client, lot):
    sequence()
    answer = client.get(f"/lots/{lot.number}/proof")
    checked = check_proof(answer.get_data(as_text=True), this_log().verifier)
    assert (checked.kind, checked.subject) == ("lot", f"lot/{lot.number}")
    assert checked.body["quantity_recorded"] == 500
    assert f"/lots/{lot.number}/proof" in ask(client, lot).get_data(as_text=True)


def test_an_unknown_lot_is_said_to_be_unknown(client, app):
    page = client.get("/lots/L2026-NONE", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "L2026-NONE" in page.get_data(as_text=True)
    answer = client.get("/lots/L2026-NONE.jsonld", headers={"Accept": "application/ld+json"})
    assert answer.status_code == 404
    program = client.get("/lots/L2026-NONE", headers={"Accept": "application/json"})
    assert program.json["code"] == "no_such_lot"


def test_codes_and_listings_lead_to_it(client, session, at):
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        issued = make_codes(lot=lot, at=at)
        slug = make_listing(lot=lot, grower=get_grower(id=lot.grower_id), at=at).slug
    for address in (f"/C/{issued.codes[0].code}", f"/listings/{slug}"):
        assert f'href="/lots/{lot.number}"' in client.get(address).get_data(as_text=True)
