"""The published EPCIS documents over HTTP: valid ones come back equal, invalid ones leave nothing."""

import json

import pytest
import sqlalchemy as sa
from jsonschema import Draft7Validator, FormatChecker

from tests.published.vectors import vectors
from tests.unit.traceability.events.conftest import both, program  # noqa: F401 - fixtures
from traceability.events.models.tables import CaptureJob, EpcisEvent


def paths(kind):
    return sorted((vectors("epcis") / kind).iterdir())


@pytest.mark.parametrize("place", range(13))
def test_a_valid_example_is_accepted_and_returned_equal(both, place):  # noqa: F811 - the fixture
    document = json.loads(paths("valid")[place].read_text())
    answer = both.send(document)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    job = both.get(answer.headers["Location"].removeprefix("http://127.0.0.1:8000")).json
    assert (job["running"], job["success"], job["errors"]) == (False, True, [])
    returned = both.get("/epcis/events").json
    assert (
        returned["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        == document["epcisBody"]["eventList"]
    )
    assert returned["@context"] == document["@context"]
    schema = json.loads((vectors("epcis") / "EPCIS-JSON-Schema.json").read_text())
    Draft7Validator(schema, format_checker=FormatChecker()).validate(returned)


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_an_invalid_document_is_refused_with_the_place_and_nothing_is_stored(both, session, place, behaviour):  # noqa: F811 - the fixture
    document = json.loads(paths("invalid")[place].read_text())
    answer = both.send(document, GS1_Capture_Error_Behaviour=behaviour)
    if behaviour == "rollback":
        assert answer.status_code == 400
        assert answer.content_type == "application/problem+json"
        problem = answer.json
        assert problem["type"] == "epcisException:ValidationException"
        errors = problem["errors"]
        assert session.scalar(sa.select(sa.func.count()).select_from(CaptureJob)) == 0
    else:
        assert answer.status_code == 202
        assert not answer.json["success"]
        errors = answer.json["errors"]
    assert errors[0]["pointer"].startswith("/epcisBody/eventList/0")
    assert session.scalar(sa.select(sa.func.count()).select_from(EpcisEvent)) == 0


def test_all_examples_together_come_back(both):  # noqa: F811 - the fixture
    sent = {}
    for path in paths("valid"):
        document = json.loads(path.read_text())
        assert both.send(document).status_code == 202
        for event in document["epcisBody"]["eventList"]:
            sent.setdefault((event["eventID"], "errorDeclaration" in event), event)
    returned, address = [], "/epcis/events?perPage=4"
    while address:
        answer = both.get(address)
        returned += answer.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        link = answer.headers.get("Link", "")
        address = link[1 : link.index(">")].removeprefix("http://127.0.0.1:8000") if link else None
    assert returned == list(sent.values())


def test_the_routes_are_those_of_the_published_description(app):
    described = json.loads((vectors("epcis") / "rest" / "openapi.json").read_text())["paths"]
    adapter = app.url_map.bind("localhost")
    for path, methods in described.items():
        example = "/epcis" + path.replace("{eventType}", "ObjectEvent").replace("{", "").replace("}", "")
        allowed = set(adapter.allowed_methods(example))
        wanted = {name.upper() for name in methods if name in {"get", "post", "delete", "options"}}
        assert wanted <= allowed, (path, wanted - allowed)
