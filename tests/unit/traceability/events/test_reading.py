"""What is found: parameters, top-level resources, pages, versions, and who sees what."""

from urllib.parse import quote

import pytest

from core.database import transaction
from tests.factories.traceability import make_lot
from tests.unit.traceability.events.conftest import CONTEXT, a_document, an_event

HERE = "http://127.0.0.1:8000"
SGTIN = "urn:epc:id:sgtin:4012345.011111.9876"
LINK = "https://id.gs1.org/01/04012345111118/21/9876"
PARCEL = "urn:epc:id:sscc:4012345.0000000333"

SEEN = an_event(
    eventID="urn:uuid:00000000-0000-0000-0000-000000000001",
    disposition="in_transit",
    readPoint={"id": "urn:epc:id:sgln:4012345.00005.0"},
    bizTransactionList=[{"type": "po", "bizTransaction": "http://example.com/po/1"}],
    quantityList=[{"epcClass": "urn:epc:class:lgtin:4012345.022222.L1", "quantity": 500, "uom": "KGM"}],
    **{"example:shift": "night", "example:weight": 12.5},
)
PACKED = {
    "type": "AggregationEvent",
    "eventID": "urn:uuid:00000000-0000-0000-0000-000000000002",
    "eventTime": "2026-03-12T14:00:00.000+08:00",
    "eventTimeZoneOffset": "+08:00",
    "action": "ADD",
    "parentID": PARCEL,
    "childEPCs": [SGTIN],
    "bizStep": "packing",
    "bizLocation": {"id": "https://example.com/shed"},
    "destinationList": [{"type": "owning_party", "destination": "urn:epc:id:pgln:4012345.00000"}],
    "sensorElementList": [
        {
            "sensorReport": [
                {"type": "Temperature", "value": 4.5, "uom": "CEL", "time": "2026-03-12T05:00:00Z"}
            ]
        }
    ],
}
GRAFTED = {
    "type": "TransformationEvent",
    "eventID": "urn:uuid:00000000-0000-0000-0000-000000000003",
    "eventTime": "2026-03-12T16:00:00.000+08:00",
    "eventTimeZoneOffset": "+08:00",
    "inputQuantityList": [{"epcClass": "https://example.com/lots/1", "quantity": 50}],
    "outputEPCList": ["urn:epc:id:sgtin:4012345.033333.A"],
    "transformationID": "https://example.com/graft/1",
    "bizStep": "example:grafting",
    "persistentDisposition": {"set": ["completeness_inferred"]},
    "ilmd": {"example:grade": "I", "cbvmda:lotNumber": "L7"},
}
ALL = [SEEN, PACKED, GRAFTED]
NAMES = {SEEN["eventID"]: "seen", PACKED["eventID"]: "packed", GRAFTED["eventID"]: "grafted"}


@pytest.fixture
def reader(both):
    answer = both.send(a_document(*ALL))
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return both


def found(reader, query, path="/epcis/events"):
    return [NAMES[event["eventID"]] for event in reader.events(f"{path}?{query}")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("eventType=ObjectEvent|TransformationEvent", "seen grafted"),
        ("GE_eventTime=2026-03-12T06:00:00Z", "packed grafted"),
        ("LT_eventTime=2026-03-12T14:00:00%2B08:00", "seen"),
        ("LT_eventTime=2026-03-12T14:00:00+08:00", "seen"),
        ("GE_recordTime=2020-01-01T00:00:00Z", "seen packed grafted"),
        ("LT_recordTime=2020-01-01T00:00:00Z", ""),
        ("EQ_action=ADD", "packed"),
        ("EQ_bizStep=packing|inspecting", "seen packed"),
        ("EQ_bizStep=https://ref.gs1.org/cbv/BizStep-packing", "packed"),
        ("EQ_bizStep=urn:epcglobal:cbv:bizstep:packing", "packed"),
        ("EQ_bizStep=http://ns.example.com/epcis/grafting", "grafted"),
        ("EQ_disposition=in_transit", "seen"),
        ("EQ_persistentDisposition_set=completeness_inferred", "grafted"),
        ("EQ_persistentDisposition_unset=completeness_inferred", ""),
        ("EQ_readPoint=urn:epc:id:sgln:4012345.00005.0", "seen"),
        ("EQ_readPoint=https://id.gs1.org/414/4012345000054", "seen"),
        ("EQ_bizLocation=https://example.com/shed", "packed"),
        ("EQ_transformationID=https://example.com/graft/1", "grafted"),
        (f"MATCH_epc={SGTIN}", "seen packed"),
        (f"MATCH_epc={LINK}", "seen packed"),
        (
            "MATCH_epc=https://example.com/01/04012345111118/10/L9/21/9876?linkType=all".replace("?", "%3F"),
            "seen packed",
        ),
        ("MATCH_epc=urn:epc:id:sgtin:4012345.011111.9877", ""),
        ("MATCH_epc=urn:epc:idpat:sgtin:4012345.011111.*", "seen packed"),
        ("MATCH_epc=urn:epc:idpat:sgtin:4012345.*.*", "seen packed"),
        ("MATCH_epc=urn:epc:idpat:sgtin:4012345.011112.*", ""),
        (f"MATCH_parentID={PARCEL}", "packed"),
        (f"MATCH_anyEPC={PARCEL}", "packed"),
        ("MATCH_outputEPC=urn:epc:id:sgtin:4012345.033333.A", "grafted"),
        ("MATCH_inputEPC=urn:epc:id:sgtin:4012345.033333.A", ""),
        ("MATCH_epcClass=urn:epc:class:lgtin:4012345.022222.L1", "seen"),
        ("MATCH_epcClass=https://id.gs1.org/01/04012345222227/10/L1", "seen"),
        ("MATCH_inputEPCClass=https://example.com/lots/1", "grafted"),
        ("MATCH_outputEPCClass=https://example.com/lots/1", ""),
        (
            "MATCH_anyEPCClass=https://example.com/lots/1|urn:epc:class:lgtin:4012345.022222.L1",
            "seen grafted",
        ),
        ("EQ_quantity=500", "seen"),
        ("GT_quantity=50", "seen"),
        ("GE_quantity=50", "seen grafted"),
        ("LT_quantity=50", ""),
        ("LE_quantity=50.0", "grafted"),
        ("GE_quantity_KGM=1", "seen"),
        ("EQ_eventID=urn:uuid:00000000-0000-0000-0000-000000000003", "grafted"),
        ("EXISTS_errorDeclaration=true", ""),
        ("EXISTS_sensorElementList=true", "packed"),
        ("EQ_type=Temperature", "packed"),
        ("GE_value_CEL=4", "packed"),
        ("LT_value_CEL=4", ""),
        ("GE_time=2026-03-12T05:00:00Z", "packed"),
        ("LT_time=2026-03-12T05:00:00Z", ""),
        ("EQ_bizTransaction_po=http://example.com/po/1", "seen"),
        ("EQ_bizTransaction_desadv=http://example.com/po/1", ""),
        ("EQ_destination_owning_party=https://id.gs1.org/417/4012345000009", "packed"),
        ("EQ_source_owning_party=https://id.gs1.org/417/4012345000009", ""),
        ("EQ_http://ns.example.com/epcis/shift=night", "seen"),
        ("EQ_http://ns.example.com/epcis/%23shift=night", "seen"),
        ("EQ_http://ns.example.com/epcis/shift=day", ""),
        ("GT_http://ns.example.com/epcis/weight=12", "seen"),
        ("EXISTS_http://ns.example.com/epcis/weight=true", "seen"),
        ("EQ_ILMD_http://ns.example.com/epcis/grade=I|II", "grafted"),
        ("EXISTS_ILMD_cbvmda:lotNumber=", "grafted"),
        ("EQ_ILMD_cbvmda:lotNumber=L7&EQ_bizStep=packing", ""),
        ("orderBy=eventTime", "grafted packed seen"),
        ("orderBy=eventTime&orderDirection=ASC", "seen packed grafted"),
        ("orderBy=eventTime&eventCountLimit=2", "grafted packed"),
        ("maxEventCount=3", "seen packed grafted"),
    ],
)
def test_a_parameter_finds_what_the_standard_says(reader, query, expected):
    assert found(reader, query) == expected.split()


def test_a_prefix_can_be_defined_in_the_header(reader):
    answer = reader.get(
        "/epcis/events?EQ_example:shift=night", **{"GS1-Extensions": "example=http://ns.example.com/epcis/"}
    )
    assert [
        event["eventID"] for event in answer.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    ] == [SEEN["eventID"]]


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1", "EQ_nonsense=1", "eq_action=ADD", "EQ_action=add", "EQ_action=", "EQ_action=ADD|", "WD_readPoint=a:b",
        "HASATTR_readPoint=a", "EQ_INNER_example:f=1", "EXISTS_INNER_ILMD_a:b=", "EQ_unknown:f=1", "GE_eventTime=yesterday",
        "GE_eventTime=2026-03-12", "GE_quantity=many", "GE_quantity=1|2", "orderBy=example:f", "orderDirection=UP",
        "eventCountLimit=3", "orderBy=eventTime&eventCountLimit=0", "orderBy=eventTime&eventCountLimit=1&maxEventCount=2",
        "perPage=0", "perPage=many", "nextPageToken=wrong", "EQ_action=ADD&EQ_action=OBSERVE", "EXISTS_errorDeclaration=perhaps",
        "MATCH_epc=urn:epc:idpat:sgtin:*.011111.9876", "ver=CBV2.0",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_by_name(reader, query):
    answer = reader.get(f"/epcis/events?{query}")
    assert answer.status_code == 400
    assert answer.json["type"] == "epcisException:QueryParameterException"
    assert answer.json["parameter"] in query


@pytest.mark.both
def test_more_events_than_allowed_are_an_error(reader):
    answer = reader.get("/epcis/events?maxEventCount=2")
    assert (answer.status_code, answer.json["type"]) == (413, "epcisException:QueryTooLargeException")


@pytest.mark.parametrize("query", ["", "orderBy=eventTime&", "orderBy=recordTime&orderDirection=ASC&"])
def test_pages_hold_every_event_once(reader, query):
    address, seen = f"/epcis/events?{query}perPage=2", []
    while address:
        answer = reader.get(address)
        page = answer.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert 0 < len(page) <= 2
        seen += [event["eventID"] for event in page]
        link = answer.headers.get("Link", "")
        assert bool(link) == ("GS1-Next-Page-Token-Expires" in answer.headers)
        address = link[1 : link.index(">")].removeprefix(HERE) if link else None
    assert sorted(seen) == sorted(NAMES)


def test_a_limit_holds_over_pages(reader):
    answer = reader.get("/epcis/events?orderBy=eventTime&eventCountLimit=2&perPage=1")
    link = answer.headers["Link"]
    last = reader.get(link[1 : link.index(">")].removeprefix(HERE))
    assert "Link" not in last.headers
    assert last.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"] == [PACKED]


def test_a_page_token_fits_its_own_list_only(reader):
    link = reader.get("/epcis/events?perPage=1").headers["Link"]
    token = link[link.index("nextPageToken=") : link.index(">")]
    assert reader.get(f"/epcis/events?EQ_action=ADD&perPage=1&{token}").status_code == 400


@pytest.mark.parametrize(
    ("resource", "value", "expected"),
    [
        ("eventTypes", "AggregationEvent", "packed"),
        ("epcs", SGTIN, "seen packed"),
        ("epcs", LINK, "seen packed"),
        ("bizSteps", "packing", "packed"),
        ("bizSteps", "http://ns.example.com/epcis/grafting", "grafted"),
        ("bizLocations", "https://example.com/shed", "packed"),
        ("readPoints", "urn:epc:id:sgln:4012345.00005.0", "seen"),
        ("dispositions", "in_transit", "seen"),
    ],
)
def test_top_level_resources_lead_to_their_events(reader, resource, value, expected):
    for given in (value, quote(value, safe=""), quote(quote(value, safe=""), safe="")):
        below = reader.get(f"/epcis/{resource}/{given}")
        assert below.json["member"] == ["events"]
        assert found(reader, "", f"/epcis/{resource}/{given}/events") == expected.split()
    assert found(reader, "EQ_action=DELETE", f"/epcis/{resource}/{quote(value, safe='')}/events") == []
    assert reader.get(f"/epcis/{resource}/a:nothing").status_code == 404
    members = reader.get(f"/epcis/{resource}").json["member"]
    assert members
    if value != LINK:
        assert value in members


@pytest.mark.parametrize("host", ["[", "[::1", "x]", "\u2100.example"])
def test_an_address_whose_host_nobody_can_take_apart_names_nothing(reader, nobody, both, host):
    name = f"https://{host}/01/09506000134352/21/1"
    for who in (reader, nobody):
        assert who.get(f"/epcis/epcs/{quote(name, safe='')}").status_code == 404
        assert found(who, f"MATCH_epc={quote(name, safe='')}") == []
    assert both.send(a_document(an_event(epcList=[name]))).status_code == 400


@pytest.mark.both
def test_identifiers_are_listed_as_they_were_captured_page_by_page(reader):
    address, seen = "/epcis/epcs?perPage=1", []
    while address:
        answer = reader.get(address)
        seen += answer.json["member"]
        link = answer.headers.get("Link", "")
        address = link[1 : link.index(">")].removeprefix(HERE) if link else None
    assert seen == sorted({SGTIN, PARCEL, "urn:epc:id:sgtin:4012345.033333.A"})


def test_a_hash_id_is_found_however_it_is_written(both):
    both.send(a_document(an_event()))
    (event,) = both.events()
    assert event["eventID"].startswith("ni:///sha-256;")
    assert both.events(f"/epcis/events/{quote(event['eventID'], safe='')}") == [event]
    assert both.events(f"/epcis/events/{event['eventID']}") == [event]
    assert both.get("/epcis/events/ni:///sha-256;00?ver=CBV2.0").status_code == 404


@pytest.mark.both
def test_without_a_token_only_our_own_steps_are_seen(reader, nobody, program, session):
    with transaction():
        lot = make_lot()
    (own,) = nobody.events()
    assert own["quantityList"] == [{"epcClass": f"{HERE}/lots/{lot.number}", "quantity": 500}]
    assert nobody.events(f"/epcis/epcs/{quote(SGTIN, safe='')}/events") == []
    assert nobody.get(f"/epcis/epcs/{quote(SGTIN, safe='')}").status_code == 404
    assert nobody.get("/epcis/epcs").json["member"] == []
    assert nobody.get(f"/epcis/events/{SEEN['eventID']}").status_code == 404
    assert len(reader.events()) == 4
    assert program("epcis.capture").events() == [own]
    assert nobody.get("/epcis/events", Authorization="Bearer gone").status_code == 401


def test_events_under_different_meanings_of_a_prefix_keep_their_own(both):
    one, other = an_event(**{"example:f": "1"}), an_event(bizStep="storing", **{"example:f": "2"})
    both.send(a_document(one))
    both.send(a_document(other, context=[CONTEXT[0], {"example": "http://other.example.com/"}]))
    answer = both.get("/epcis/events").json
    first, second = answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert answer["@context"] == CONTEXT
    assert "@context" not in first
    assert second["@context"][1] == {"example": "http://other.example.com/"}


@pytest.mark.both
def test_named_queries_live_until_their_keeper_deletes_them(reader, nobody, program):
    sent = {
        "name": "packing",
        "query": {"eventType": ["AggregationEvent"], "GE_quantity": 1, "EQ_bizStep": ["packing"]},
    }
    assert reader.send(sent, "/epcis/queries").status_code == 201
    assert reader.send(sent, "/epcis/queries").json["type"] == "epcisException:ResourceAlreadyExistsException"
    assert nobody.get("/epcis/queries").json == [sent]
    assert nobody.get("/epcis/queries/packing").json == sent
    assert found(reader, "", "/epcis/queries/packing/events") == []
    sent = {"name": "all packing", "query": {"EQ_bizStep": ["packing"], "EXISTS_errorDeclaration": False}}
    answer = reader.send(sent, "/epcis/queries")
    place = answer.headers["Location"].removeprefix(HERE)
    results = reader.get(f"{place}/events").json["epcisBody"]["queryResults"]
    assert results["queryName"] == "all packing"
    assert results["resultsBody"]["eventList"] == [PACKED]
    assert reader.get(f"{place}/events?stream=true").status_code == 400
    assert program("epcis.capture").delete(place).status_code == 403
    assert nobody.delete(place).status_code == 401
    assert reader.delete(place).status_code == 204
    assert reader.delete(place).json["type"] == "epcisException:NoSuchNameException"
    assert reader.get(f"{place}/events").status_code == 404


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"name": "q", "query": {"nonsense": 1}}, "QueryParameterException"),
        ({"name": "q", "query": {"EQ_action": [{}]}}, "QueryParameterException"),
        ({"name": "q"}, "QueryValidationException"),
        ({"name": "a/b", "query": {}}, "QueryValidationException"),
        ({"name": "q", "query": []}, "QueryValidationException"),
        ("{", "QueryValidationException"),
    ],
)
@pytest.mark.both
def test_a_query_that_is_not_understood_is_not_kept(both, nobody, sent, name):
    answer = both.send(sent, "/epcis/queries")
    assert (answer.status_code, answer.json["type"]) == (400, f"epcisException:{name}")
    assert nobody.get("/epcis/queries").json == []


def test_every_address_tells_its_methods_and_versions(client):
    expected = {
        "/epcis/": {"GET"},
        "/epcis/capture": {"GET", "POST"},
        "/epcis/capture/x": {"GET"},
        "/epcis/events": {"GET", "POST"},
        "/epcis/events/urn:x:y": {"GET"},
        "/epcis/eventTypes": {"GET"},
        "/epcis/epcs/urn:x:y": {"GET"},
        "/epcis/bizSteps/packing/events": {"GET"},
        "/epcis/queries": {"GET", "POST"},
        "/epcis/queries/x": {"GET", "DELETE"},
        "/epcis/queries/x/events": {"GET"},
    }
    for path, methods in expected.items():
        answer = client.options(path)
        assert answer.status_code == 204, path
        assert set(answer.headers["Allow"].split(", ")) == methods | {"OPTIONS"}, path
        assert answer.headers["GS1-EPCIS-Version"] == answer.headers["GS1-CBV-Version"] == "2.0.0"
        assert answer.headers["GS1-EPC-Format"] == "Never_Translates"
        assert ("GS1-EPCIS-Capture-Limit" in answer.headers) == (path in {"/epcis/capture", "/epcis/events"})
    assert client.get("/epcis/events").headers["GS1-EPCIS-Version"] == "2.0.0"


@pytest.mark.parametrize(
    ("path", "headers", "status", "name"),
    [
        ("/epcis/events", {"Accept": "application/xml"}, 406, "NotAcceptableException"),
        ("/epcis/events", {"GS1-EPCIS-Min": "2.1.0"}, 406, "NotAcceptableException"),
        ("/epcis/events", {"GS1-EPCIS-Max": "1.2"}, 406, "NotAcceptableException"),
        ("/epcis/events", {"GS1-CBV-Min": "x"}, 406, "NotAcceptableException"),
        ("/epcis/events", {"GS1-EPC-Format": "Always_EPC_URN"}, 406, "NotAcceptableException"),
        ("/epcis/events?EQ_eventID=" + "a" * 9000, {}, 414, "URITooLongException"),
        ("/epcis/events?EQ_action=%00", {}, 400, "QueryParameterException"),
        ("/epcis/epcs/a:%00", {}, 404, "NoSuchResourceException"),
        ("/epcis/nothing", {}, 404, "NoSuchResourceException"),
        ("/epcis/queries/x/subscriptions", {}, 501, "ImplementationException"),
        ("/epcis/eventTypes?x=1", {}, 400, "QueryParameterException"),
        ("/epcis/?x=1", {}, 400, "QueryParameterException"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_the_name_of_the_binding(
    nobody, path, headers, status, name
):
    answer = nobody.get(path, **headers)
    assert (answer.status_code, answer.json["type"]) == (status, f"epcisException:{name}")
    assert answer.content_type == "application/problem+json"


def test_what_the_standard_allows_to_ask_is_answered(nobody):
    for headers in (
        {"Accept": "application/ld+json"},
        {"Accept": "*/*"},
        {"GS1-EPCIS-Min": "1.2", "GS1-EPCIS-Max": "2.0.0", "GS1-CBV-Min": "2.0.0"},
        {"GS1-EPC-Format": "No_Preference"},
    ):
        assert nobody.get("/epcis/events", **headers).status_code == 200
    assert nobody.get("/epcis/events", Accept="application/ld+json").content_type == "application/ld+json"


def test_a_wrong_method_is_told_with_the_right_ones(client):
    answer = client.put("/epcis/events")
    assert answer.status_code == 405
    assert answer.json["type"] == "epcisException:ImplementationException"
    assert "POST" in answer.headers["Allow"]


def test_the_root_says_what_is_not_offered(nobody):
    root = nobody.get("/epcis/").json
    assert set(root["member"]) == {
        "events", "eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions", "capture", "queries",
    }  # fmt: skip
    assert any("XML" in one for one in root["notOffered"])
    assert f"{HERE}/epcis/terms/cultivar" in nobody.get("/epcis/terms/").json


def test_a_page_of_events_costs_few_statements(reader, count_statements):
    with count_statements() as seen:
        reader.events("/epcis/events?EQ_bizStep=packing&GE_quantity=0&MATCH_anyEPC=a:b")
    assert len(seen) <= 6
