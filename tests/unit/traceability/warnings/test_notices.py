"""The feed of warnings: what was recalled and what was confirmed, and nobody's name."""

from xml.etree import ElementTree as ET

import pytest

from core.database import transaction
from tests.factories.accounts import make_account
from tests.factories.cases import confirm_case, make_case
from tests.factories.organisation import make_membership
from tests.factories.traceability import make_lot
from traceability.cases.states import Subject
from traceability.recalls.service import recall


def items(client):
    answer = client.get("/feeds/notices.xml")
    assert answer.status_code == 200
    assert answer.mimetype == "application/rss+xml"
    channel = ET.fromstring(answer.get_data(as_text=True)).find("channel")  # noqa: S314 - our own answer
    return [{part.tag: part.text for part in item} for item in channel.findall("item")]


@pytest.mark.both
def test_nothing_to_warn_of_is_an_empty_feed(client):
    assert items(client) == []


@pytest.mark.both
def test_a_recall_stands_in_the_feed_with_its_reason(client, session, at):
    with transaction():
        lot = make_lot(at=at)
        done = recall(lot.id, reason="穗条带溃疡病 <2026>", at=at, by=None)
    (item,) = items(client)
    assert item["description"] == "穗条带溃疡病 <2026>"
    assert item["guid"] == f"recall/{done.number}"
    assert item["link"].endswith(f"/lots/{lot.number}")
    assert client.get(f"/lots/{lot.number}").status_code == 200


def test_a_case_stands_in_the_feed_once_a_fake_is_confirmed(client, session, at):
    with transaction():
        people = [make_account(at=at).id for _ in range(2)]
        for one in people:
            make_membership(one, "secretary", "guihua-osmanthus", at)
        case = make_case(at=at, contact="13800000000", subject=Subject.of_shop("某某花木店"))
    assert items(client) == []
    with transaction():
        confirm_case(case.number, first=people[0], second=people[1], at=at)
    (item,) = items(client)
    assert (item["guid"], item["description"]) == (f"fake/{case.number}", "经核实为假冒。")
    text = client.get("/feeds/notices.xml").get_data(as_text=True)
    assert "13800000000" not in text
    assert "某某花木店" not in text
