"""What others send: jobs, rollback and proceed, once each, ids, error declarations, limits, tokens."""

import json
import threading

import pytest
import sqlalchemy as sa

from core.database import transaction
from core.seal.models.leaves import SealLeaf
from tests.unit.traceability.events.conftest import CONTEXT, Program, a_document, an_event
from traceability.events.models.sealing import SOURCE
from traceability.events.models.tables import EpcisEvent
from traceability.events.rules.hashing import event_hash
from traceability.events.views.answers import MAX_BYTES, MAX_EVENTS

HERE = "http://127.0.0.1:8000"
BAD = an_event(action=None)
ID = "urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8"


def stored(session):
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(EpcisEvent))


def test_one_bad_event_rolls_everything_back(both, session):
    answer = both.send(a_document(an_event(), BAD))
    assert answer.status_code == 400
    assert answer.json["errors"] == [{"pointer": "/epcisBody/eventList/1/action", "detail": "is required"}]
    assert stored(session) == 0


@pytest.mark.both
def test_proceed_stores_what_is_in_order_and_tells_the_rest(both, session):
    answer = both.send(a_document(an_event(), BAD), GS1_Capture_Error_Behaviour="proceed")
    assert answer.status_code == 202
    job = both.get(answer.headers["Location"].removeprefix(HERE)).json
    assert (job["success"], job["running"], job["captureErrorBehaviour"]) == (False, False, "proceed")
    assert [error["pointer"] for error in job["errors"]] == ["/epcisBody/eventList/1/action"]
    assert (job["eventsReceived"], job["eventsStored"]) == (2, 1)
    assert stored(session) == 1


def test_a_query_document_is_taken_too_and_the_job_keeps_what_stood_around_the_events(both):
    event = an_event(eventID=ID)
    results = {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": [event]}}
    document = {
        "@context": CONTEXT,
        "type": "EPCISQueryDocument",
        "example:sentBy": "scale 4",
        "epcisBody": {"queryResults": results},
    }
    answer = both.send(document)
    assert answer.status_code == 202
    assert answer.json["document"]["example:sentBy"] == "scale 4"
    assert both.events() == [event]


def test_the_same_event_twice_is_stored_once_and_sealed_once(both, session):
    for _ in range(2):
        answer = both.send(a_document(an_event(), an_event()))
        assert answer.json["success"]
    assert stored(session) == 1
    leaves = session.scalars(sa.select(SealLeaf).where(SealLeaf.kind == "epcis_event")).all()
    assert [(leaf.subject, json.loads(leaf.body)) for leaf in leaves] == list(SOURCE.bodies())


def test_an_event_without_an_id_gets_its_hash(both):
    event = an_event()
    both.send(a_document(event))
    assert both.events() == [{**event, "eventID": event_hash(event, CONTEXT)}]


def test_an_error_declaration_repeats_the_id_and_both_stay(both):
    original = an_event(eventID=ID)
    declared = {
        **original,
        "errorDeclaration": {"declarationTime": "2026-03-13T09:00:00+08:00", "reason": "did_not_occur"},
    }
    assert both.send(a_document(original)).json["success"]
    assert both.send(a_document(declared)).json["success"]
    assert both.events() == [original, declared]
    assert both.events("/epcis/events/urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8") == [original, declared]
    assert both.events("/epcis/events?EXISTS_errorDeclaration=true") == [declared]
    assert both.events("/epcis/events?EXISTS_errorDeclaration=false") == [original, declared]
    assert both.events("/epcis/events?EQ_errorReason=did_not_occur") == [declared]


@pytest.mark.parametrize(
    "change", [{"bizStep": "packing"}, {"certificationInfo": "https://example.com/other"}]
)
def test_an_id_cannot_be_taken_for_another_event(both, session, change):
    original = an_event(eventID=ID)
    both.send(a_document(original))
    answer = both.send(a_document(an_event(bizStep="storing"), original | change))
    assert answer.status_code == 202
    assert not answer.json["success"]
    assert answer.json["errors"][0]["pointer"] == "/epcisBody/eventList/1/eventID"
    assert stored(session) == 1
    answer = both.send(
        a_document(an_event(bizStep="storing"), original | change), GS1_Capture_Error_Behaviour="proceed"
    )
    assert not answer.json["success"]
    assert stored(session) == 2


def test_numbers_and_names_come_back_as_they_were_sent(both):
    text = json.dumps(
        a_document(an_event(**{"example:weight": "W", "example:名": "桂花"})), ensure_ascii=False
    )
    # A name must be a URI, so Chinese characters stay in the values.
    text = text.replace('"W"', "1.10").replace("example:名", "example:name")
    assert both.send(text).status_code == 202
    returned = both.get("/epcis/events").get_data(as_text=True)
    assert '"example:weight":1.10' in returned
    assert "桂花" in returned


@pytest.mark.both
def test_single_events_are_created_once(both, session):
    event = {"@context": CONTEXT, **an_event()}
    answer = both.send(event, "/epcis/events")
    assert answer.status_code == 201
    again = both.get(answer.headers["Location"].removeprefix(HERE))
    assert again.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"] == [
        {**event, "eventID": event_hash(event)}
    ]
    clash = both.send(event, "/epcis/events")
    assert (clash.status_code, clash.json["type"]) == (409, "epcisException:ResourceAlreadyExistsException")
    refused = both.send(an_event(), "/epcis/events")
    assert refused.json["errors"] == [{"pointer": "/@context", "detail": "is required"}]
    assert stored(session) == 1


def test_who_may_send(program, nobody, session):
    document = a_document(an_event())
    answers = {
        "none": nobody.send(document),
        "wrong": nobody.send(document, Authorization="Bearer gyt_wrong"),
        "basic": nobody.send(document, Authorization="Basic abc"),
        "read": program("epcis.read").send(document),
    }
    told = {name: (answer.status_code, answer.json["type"]) for name, answer in answers.items()}
    refused = "epcisException:SecurityException"
    assert told == {
        "none": (401, refused),
        "wrong": (401, refused),
        "basic": (401, refused),
        "read": (403, refused),
    }
    assert answers["none"].headers["WWW-Authenticate"].startswith("Bearer")
    assert stored(session) == 0


def test_a_signed_in_person_without_a_token_sends_nothing(login):
    answer = login(role="secretary").post(
        "/epcis/capture", data=json.dumps(a_document(an_event())), content_type="application/json"
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "kind", "status", "name"),
    [
        ("{", "application/json", 400, "ValidationException"),
        (b"\xff", "application/json", 400, "ValidationException"),
        ('{"a": NaN}', "application/json", 400, "ValidationException"),
        ('{"a": 1, "a": 2}', "application/json", 400, "ValidationException"),
        ('{"a": 1e999999999}', "application/json", 400, "ValidationException"),
        ('{"a": "\\u0000"}', "application/json", 400, "ValidationException"),
        ('{"a": "\\ud800"}', "application/json", 400, "ValidationException"),
        (f'{{"a": {"9" * 301}}}', "application/json", 400, "ValidationException"),
        ("[" * 5000, "application/json", 400, "ValidationException"),
        ("[]", "application/json", 400, "ValidationException"),
        ("<a/>", "application/xml", 415, "UnsupportedMediaTypeException"),
        (" " * (MAX_BYTES + 1), "application/json", 413, "CaptureLimitExceededException"),
    ],
)
def test_what_is_no_document_is_refused(both, body, kind, status, name):
    answer = both.send(body, Content_Type=kind)
    assert (answer.status_code, answer.json["type"]) == (status, f"epcisException:{name}")
    assert answer.content_type == "application/problem+json"


@pytest.mark.both
def test_one_id_sent_twice_at_once_with_different_words_is_one_event_and_one_clear_answer(app, both, session):
    """Eight programs at the same moment: whoever comes second is told that the id belongs to another event."""
    start, answers = threading.Barrier(8), []

    def send(step):
        client = Program(app.test_client(), None)
        client.headers = both.headers
        start.wait(timeout=30)
        answers.append(
            client.send({"@context": CONTEXT, **an_event(eventID=ID, bizStep=step)}, "/epcis/events")
        )

    steps = ["packing", "storing", "shipping", "receiving", "loading", "picking", "inspecting", "holding"]
    threads = [threading.Thread(target=send, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json["code"] == "event_exists"
    assert stored(session) == 1


@pytest.mark.parametrize("change", ["UPDATE epcis_event SET body = '{}'", "DELETE FROM epcis_event"])
def test_the_database_refuses_to_change_or_remove_an_event(both, session, change):
    both.send(a_document(an_event()))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        session.execute(sa.text(change))
    assert stored(session) == 1


def test_a_document_has_a_limit_of_events(both):
    answer = both.send(a_document(*[an_event()] * (MAX_EVENTS + 1)))
    assert (answer.status_code, answer.json["type"]) == (413, "epcisException:CaptureLimitExceededException")


def test_a_large_document_costs_few_statements(both, count_statements):
    events = [an_event(epcList=[f"urn:epc:id:sgtin:4012345.011111.{n}"]) for n in range(200)]
    with count_statements() as seen:
        assert both.send(a_document(*events)).status_code == 202
    assert len(seen) <= 14


@pytest.mark.both
def test_jobs_are_listed_for_their_sender_only(program):
    one, other = program("epcis.capture"), program("epcis.capture")
    locations = [
        one.send(a_document(an_event(bizStep=step))).headers["Location"] for step in ("packing", "storing")
    ]
    first = one.get("/epcis/capture?perPage=1")
    assert [f"{HERE}/epcis/capture/{job['captureID']}" for job in first.json] == [locations[1]]
    link = first.headers["Link"]
    second = one.get(link[1 : link.index(">")].removeprefix(HERE))
    assert [f"{HERE}/epcis/capture/{job['captureID']}" for job in second.json] == [locations[0]]
    assert "Link" not in second.headers
    assert other.get("/epcis/capture").json == []
    assert other.get(locations[0].removeprefix(HERE)).status_code == 404


def test_an_unknown_behaviour_is_refused(both):
    assert both.send(a_document(an_event()), GS1_Capture_Error_Behaviour="maybe").status_code == 400
