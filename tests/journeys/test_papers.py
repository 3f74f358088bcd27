"""Rules about papers: everybody's, which the operator changes with the law, and a unit's own, which ask for more."""

import pytest

from core.database import transaction
from tests.factories.organisation import make_grower
from traceability.api import PaperKind, ensure_paper_rules, required_papers

CHANGE = {
    "province": "湖北省",
    "root": "*",
    "kind": "quality",
    "decision": "not_required",
    "reason": "省内免检",
}
ORIGIN = CHANGE | {"kind": "origin_quarantine", "decision": "required", "reason": "县里要求"}
EVERYBODY, MINE = "/branch/papers", "/branch/papers?unit=guihua-osmanthus"


@pytest.fixture
def growers(session, at):
    with transaction():
        ensure_paper_rules(at=at)
        ours, theirs = make_grower(at=at), make_grower(at=at, unit="guihua-hill")
    return ours.id, theirs.id


def needed(session, grower_id=None, province="湖北省"):
    session.rollback()
    return set(required_papers(province, root="bare_root", grower_id=grower_id))


@pytest.mark.both
def test_the_operator_changes_everybody_s_rules_and_takes_it_back(login, session, growers):
    operator = login(role="operator")
    send = {"form_at": EVERYBODY}
    assert operator.submit("/operations/papers", CHANGE | {"reason": ""}, **send).status_code == 422
    assert operator.submit("/operations/papers", CHANGE, **send).status_code == 303
    assert PaperKind.QUALITY not in needed(session)
    assert "省内免检" in operator.get(EVERYBODY).text
    assert operator.submit("/operations/papers", CHANGE | {"decision": "general"}, **send).status_code == 303
    assert PaperKind.QUALITY in needed(session)
    gone = CHANGE | {"province": "*", "decision": "general"}
    assert operator.submit("/operations/papers", gone, **send).status_code == 422


@pytest.mark.both
def test_a_secretary_asks_his_own_growers_for_more_and_for_no_less(login, session, growers):
    ours, theirs = growers
    secretary = login(role="secretary")
    assert secretary.submit(MINE, ORIGIN).status_code == 303
    assert PaperKind.ORIGIN_QUARANTINE in needed(session, ours)
    assert PaperKind.ORIGIN_QUARANTINE not in needed(session, theirs)
    assert PaperKind.ORIGIN_QUARANTINE not in needed(session, ours, "浙江省")
    for kind in ("plant_quarantine", "quality"):
        refused = secretary.submit(MINE, CHANGE | {"kind": kind, "province": "*"})
        assert refused.status_code == 422
        assert "只可增加" in refused.text
    assert PaperKind.PLANT_QUARANTINE in needed(session, ours)
    assert secretary.submit(MINE, ORIGIN | {"decision": "general"}).status_code == 303
    assert PaperKind.ORIGIN_QUARANTINE not in needed(session, ours)


def test_nobody_decides_for_another_unit_or_for_everybody(login, session, growers):
    secretary = login(role="secretary")
    assert 'name="reason"' not in secretary.get(EVERYBODY).text
    assert secretary.get("/branch/papers?unit=guihua-tea").status_code == 403
    for path in ("/branch/papers?unit=guihua-tea", "/branch/papers?unit=guihua", "/operations/papers"):
        assert secretary.submit(path, ORIGIN, form_at="/verify").status_code == 403, path
    assert secretary.submit(EVERYBODY, ORIGIN, form_at="/verify").status_code == 404
    assert login(role="operator").submit(MINE, ORIGIN, form_at="/verify").status_code == 403


def test_technicians_read_and_growers_do_not_come_in(login, session):
    technician = login(role="technician")
    page = technician.get("/branch/papers")
    assert page.status_code == 200
    assert technician.submit(MINE, CHANGE, form_at="/report-fake").status_code == 403
    assert login(role="grower").get("/branch/papers").status_code == 403
