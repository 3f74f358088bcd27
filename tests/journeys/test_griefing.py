"""What strangers can do to a genuine label, and the same strength of evidence for a real copy.

Each row of `TABLE` is one state of affairs: what was done, what the public page says (verdict, warnings), and how many
cases and alarms the branch has to look at. `pytest -s` prints it.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import now
from core.database import session as db_session
from core.database import transaction
from tests.factories.accounts import make_account
from tests.factories.licences import make_licence, make_mark
from tests.factories.lookups import make_lookup, make_visitor
from tests.factories.organisation import make_membership
from tests.factories.traceability import make_lot, ship
from traceability.alarms.models.tables import Alarm
from traceability.alarms.service import judging as alarms
from traceability.alarms.states import AlarmStep
from traceability.alarms.tasks import sweep_recent
from traceability.api import issue_codes
from traceability.cases.models.tables import CaseReport, CounterfeitCase
from traceability.cases.queries.records import strength_of
from traceability.cases.service import decisions
from traceability.codes.models.tables import Code
from traceability.codes.service.inner_codes import Entrant, enter_inner

PLACES = ("广东省", "四川省", "北京市", "山东省", "河南省")


@dataclass(frozen=True)
class Row:
    """What the public page says, and what waits for the branch."""

    verdict: str
    warnings: int
    cases: int
    alarms: int


@pytest.fixture
def label(session, at):
    """A genuine label with an inner code, sent with an order a month ago."""
    ago = now() - timedelta(days=40)
    with transaction():
        lot = make_lot(at=ago)
        make_licence(lot.grower_id, at=ago)
        issued = issue_codes(lot.id, "unit", 1, at=ago, by=None, inner=True)
        ship(issued, consignment="C-1", at=ago)
    return issued.codes[0]


@pytest.fixture
def staff(session, at):
    with transaction():
        make_mark(at=at)
        people = [make_account(at=at).id for _ in range(2)]
        for one in people:
            make_membership(one, "secretary", "guihua-osmanthus", at)
        return people


def row(client, label):
    db_session.rollback()
    page = client.get(f"/api/v1/codes/{label.code}").json
    cases = db_session.scalar(select(func.count()).select_from(CounterfeitCase))
    raised = db_session.scalar(select(func.count()).select_from(Alarm))
    db_session.rollback()
    return Row(page["verdict"], len(page["notices"]), cases, raised)


def judge(at):
    sweep_recent(at=at)
    sweep_recent(at=at + timedelta(seconds=10))


def report(client, about, network, **values):
    given = {"what": "假的，不要买", "about": about}
    answer = client.post(
        "/report-fake",
        json=given | values,
        headers={"Accept": "application/json"},
        environ_base={"REMOTE_ADDR": f"198.{network // 250}.{network % 250}.7"},
    )
    assert answer.status_code == 201, answer.text
    return answer.json["number"]


def about(client, label):
    text = client.get(f"/C/{label.code}").text
    return text.split("/report-fake?about=")[1].split('"')[0]


def look(label, name, at, *, place=None, network=""):
    with transaction():
        make_lookup(label.code, make_visitor(name, place, network=network), at)


def enter(label, name, at, *, inner="ZZZZZZZZ"):
    who = make_visitor(name)
    with transaction():
        return enter_inner(
            label.code, inner, entrant=Entrant(who.device, who.network, who.agent), at=at
        ).result


TABLE: list[tuple[str, Row]] = []


def keep(what, found, expected):
    TABLE.append((what, found))
    print(f"{what:<64} {found}")  # noqa: T201 - the table that this file keeps
    assert found == expected, what


def test_a_hundred_reports_by_strangers_are_one_case_and_change_no_page(client, label):
    word = about(client, label)
    numbers = {report(client, word, network) for network in range(100)}
    judge(now())
    assert len(numbers) == 1
    keep("genuine: 100 reports from 100 networks in a day", row(client, label), Row("shipped", 0, 1, 1))
    assert db_session.scalars(select(Alarm.alert)).all() == ["notice"]
    case_id = db_session.scalars(select(CounterfeitCase.id)).one()
    strength = strength_of(case_id)
    assert (strength.reports, strength.networks, strength.days, strength.proven) == (100, 100, 1, 0)
    db_session.rollback()
    assert report(client, word, 200) in numbers, "beyond the hundred: answered, and not kept"
    assert db_session.scalar(select(func.count()).select_from(CaseReport)) == 100


def test_one_network_that_reports_again_is_answered_with_its_case(client, label):
    word = about(client, label)
    assert len({report(client, word, 1) for _ in range(7)}) == 1
    assert db_session.scalar(select(func.count()).select_from(CaseReport)) == 3


def test_one_contact_does_not_report_the_whole_town(client):
    for number, contact in enumerate(
        ["138 0013 8000", "１３８００１３８０００", "+86 138-0013-8000", "0086 13800138000", "(138)00138000"]
    ):
        report(client, "", number, shop=f"shop{number}111.taobao.com", contact=contact)
    again = client.post(
        "/report-fake",
        headers={"Accept": "application/json"},
        json={"what": "x", "shop": "shop9111.taobao.com", "contact": "13800138000"},
    )
    assert again.status_code == 422
    assert "contact" in again.json["fields"]


def test_a_thousand_devices_change_no_page(client, label, monkeypatch):
    start = now() - timedelta(days=20)
    for number in range(1_000):
        look(label, f"device {number}", start + timedelta(seconds=number), network="one address")
    judge(start + timedelta(hours=3))
    keep("genuine: 1,000 devices behind one address", row(client, label), Row("shipped", 0, 0, 0))
    for number in range(1_000):
        look(label, f"host {number}", start + timedelta(days=2, seconds=3 * number), place=PLACES[number % 5])
    judge(start + timedelta(days=2, hours=4))
    keep(
        "genuine: 1,000 devices in 1,000 networks within an hour", row(client, label), Row("shipped", 0, 0, 0)
    )
    assert client.get(f"/api/v1/codes/{label.code}").json["history"]["checks"] > 1_000


def test_a_crowd_spread_over_weeks_tells_the_branch_once_and_no_page(client, label):
    start = now() - timedelta(hours=11 * 60)
    for number in range(60):
        look(label, f"host {number}", start + timedelta(hours=11 * number), place=PLACES[number % 5])
    judge(now())
    keep("genuine: 60 networks over four weeks, all provinces", row(client, label), Row("shipped", 0, 1, 1))


def test_whoever_guesses_inner_codes_changes_no_page_and_does_not_stop_the_holder(client, label):
    at = now() - timedelta(hours=5)
    for number in range(3):
        for minute in range(20):
            enter(label, f"guesser {number}", at + timedelta(minutes=minute))
    judge(at + timedelta(hours=1))
    keep("genuine: inner codes guessed from 3 networks", row(client, label), Row("shipped", 0, 0, 0))
    for number in range(9):
        enter(label, f"botnet {number}", at + timedelta(hours=2))
    judge(at + timedelta(hours=3))
    keep("genuine: inner codes guessed from 12 networks", row(client, label), Row("shipped", 0, 1, 1))
    assert enter(label, "the holder", at + timedelta(hours=4), inner=label.inner) == "accepted"


def test_the_same_evidence_for_a_real_copy_is_public_after_people_looked(client, label, staff):
    start = now() - timedelta(hours=11 * 60)
    for number in range(60):
        look(label, f"victim {number}", start + timedelta(hours=11 * number), place=PLACES[number % 5])
    word = about(client, label)
    for network in range(100):
        report(client, word, network)
    judge(now())
    keep("copy: 60 networks over four weeks and 100 reports", row(client, label), Row("shipped", 0, 1, 1))
    alarm, number = db_session.execute(select(Alarm.number, Alarm.case_number)).one()
    db_session.rollback()
    with transaction():
        alarms.decide(alarm, AlarmStep.DOUBT, note="照片与标签不符", at=now(), by=staff[0])
    keep("copy: after one person of the branch, with a reason", row(client, label), Row("suspect", 0, 1, 1))
    with transaction():
        decisions.take(number, at=now(), by=staff[0])
        decisions.propose(number, note="两家都在用", answer="经核实为假冒", at=now(), by=staff[0])
    with transaction():
        decisions.confirm(number, note="同意", at=now(), by=staff[1])
    with transaction():
        alarms.decide(alarm, AlarmStep.CLEAR, note="案件已认定", at=now(), by=staff[0])
    keep("copy: after two persons, and the alarm cleared", row(client, label), Row("suspect", 0, 1, 1))


def test_a_copy_whose_inner_code_was_copied_too_says_so_at_once(client, label):
    at = now() - timedelta(days=10)
    assert enter(label, "the buyer", at, inner=label.inner) == "accepted"
    keep("copy: right inner code by 1 buyer", row(client, label), Row("accepted", 0, 0, 0))
    enter(label, "a victim", at + timedelta(days=1), inner=label.inner)
    judge(at + timedelta(days=1, hours=1))
    keep("copy: right inner code from 2 networks", row(client, label), Row("accepted", 1, 1, 1))
    enter(label, "another victim", at + timedelta(days=2), inner=label.inner)
    keep(
        "copy: right inner code from 3 networks, nobody looked yet",
        row(client, label),
        Row("suspect", 1, 1, 1),
    )


def test_buyers_with_proof_reach_a_suspicion_where_strangers_do_not(client, label):
    word = about(client, label)
    order = db_session.scalars(select(Code.order_number)).one() or ""
    db_session.rollback()
    for network in range(2):
        report(client, word, network, order=order.lower())
    judge(now())
    assert db_session.scalars(select(Alarm.alert)).all() == ["suspect"]
    keep(
        "genuine or copy: 2 reports by who knows the order's number",
        row(client, label),
        Row("shipped", 0, 1, 1),
    )
