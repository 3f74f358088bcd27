"""The branch looks at its alarms, doubts a code or clears it, and changes the thresholds."""

from datetime import timedelta

import pytest

from core.clock import now
from core.database import transaction
from tests.factories.lookups import make_lookup, make_visitor
from tests.factories.verification import make_scene
from traceability.alarms import tasks
from traceability.alarms.models.tables import Alarm
from traceability.alarms.service import judging as service
from traceability.codes.rules.notation import new_code

PLACES = ("广东省", "四川省", "北京市", "山东省", "河南省")


@pytest.fixture
def alarm(app, session):
    at = now() - timedelta(days=10)
    with transaction():
        scene = make_scene("shipped", at=at)
    for day, place in enumerate(PLACES, start=1):
        with transaction():
            make_lookup(scene.code, make_visitor(f"buyer {day}", place), at + timedelta(days=day))
    with transaction():
        service.judge_codes([scene.code_id], at=now())
    number = session.query(Alarm.number).scalar()
    session.rollback()
    return scene, number


@pytest.mark.both
def test_a_secretary_reads_why_and_has_the_page_warn(alarm, login, client):
    scene, number = alarm
    secretary = login(role="secretary")
    listed = secretary.get("/branch/alarms").text
    assert number in listed
    assert "与发往地不符" in listed
    page = secretary.get(f"/branch/alarms/{number}").text
    for words in ("发往浙江省，却有 5 方在以下地区查询", *PLACES, "阈值第 1 版"):
        assert words in page
    done = secretary.submit(f"/branch/alarms/{number}", {"step": "doubt", "note": "the shop is not ours"})
    assert done.status_code == 303
    assert client.get(f"/api/v1/codes/{scene.code}").json["verdict"] == "suspect"
    assert secretary.submit(f"/branch/alarms/{number}", {"step": "doubt", "note": "again"}).status_code == 422
    assert (
        secretary.submit(f"/branch/alarms/{number}", {"step": "clear", "note": "it was ours"}).status_code
        == 303
    )
    assert client.get(f"/api/v1/codes/{scene.code}").json["verdict"] == "shipped"
    assert number in secretary.get("/branch/alarms?folder=cleared").text
    history = secretary.get(f"/branch/alarms/{number}").text
    assert history.count("（支部书记） · ") == 2


def test_the_code_s_page_says_nothing_of_what_only_rules_noticed(alarm, client):
    scene, _number = alarm
    document = client.get(f"/api/v1/codes/{scene.code}").json
    assert document["verdict"] == "shipped"
    assert document["notices"] == []


@pytest.mark.both
def test_a_technician_reads_but_does_not_decide_and_others_see_nothing(alarm, login, client):
    _scene, number = alarm
    technician = login(role="technician")
    page = technician.get(f"/branch/alarms/{number}").text
    assert 'name="step"' not in page
    form = {"step": "clear", "note": "x"}
    assert technician.submit(f"/branch/alarms/{number}", form, form_at="/verify").status_code == 403
    assert technician.get("/branch/alarms/thresholds").status_code == 403
    assert login(role="grower").get("/branch/alarms").status_code == 403
    assert client.get("/branch/alarms").status_code in {302, 401, 403}


def test_an_alarm_about_a_network_is_no_unit_s(app, session, login):
    at = now() - timedelta(minutes=20)
    with transaction():
        for n in range(60):
            moment = at + timedelta(seconds=5 * n)
            make_lookup(new_code(), make_visitor(f"address {n}", network="one"), moment)
    assert tasks.sweep_recent(at=at + timedelta(minutes=5)) == 1
    number = session.query(Alarm.number).scalar()
    session.rollback()
    secretary, operator = login(role="secretary"), login(role="operator")
    page, form = f"/branch/alarms/{number}", {"step": "clear", "note": "a class of pupils"}
    assert 'name="step"' not in secretary.get(page).text
    assert secretary.submit(page, form, form_at="/verify").status_code == 403
    assert secretary.submit(f"/operations/alarms/{number}", form, form_at="/verify").status_code == 403
    assert operator.submit(f"/operations/alarms/{number}", form, form_at=page).status_code == 303


@pytest.mark.both
def test_thresholds_change_with_a_reason_as_a_new_version(app, login):
    operator = login(role="operator")
    path = "/branch/alarms/thresholds"
    for form, status in (
        ({"elsewhere_points": "30"}, 422),
        ({"elsewhere_points": "30", "reason": " "}, 422),
        ({"elsewhere_points": "101", "reason": "fair"}, 422),
        ({"elsewhere_points": "many", "reason": "fair"}, 422),
        ({"reason": "nothing"}, 422),
        ({"elsewhere_points": "30", "reason": "fair in Canton"}, 303),
    ):
        assert operator.submit(path, form).status_code == status, form
    page = operator.get(path).text
    assert "现行为第 2 版" in page
    assert "fair in Canton" in page
    assert 'value="30"' in page
    secretary = login(role="secretary")
    page = secretary.get(path).text
    assert "fair in Canton" in page
    assert 'name="reason"' not in page
    form = {"elsewhere_points": "15", "reason": "kinder"}
    assert secretary.submit(path, form, form_at="/verify").status_code == 403
