"""The branch's page of rules about papers."""

import pytest

from core.database import transaction
from traceability.api import PaperKind, ensure_paper_rules, required_papers

CHANGE = {
    "province": "湖北省",
    "root": "*",
    "kind": "quality",
    "decision": "not_required",
    "reason": "省内免检",
}


@pytest.mark.both
def test_the_secretary_changes_a_rule_and_takes_it_back(login, session, at):
    with transaction():
        ensure_paper_rules(at=at)
    secretary = login(role="secretary")
    assert secretary.submit("/branch/papers", CHANGE | {"reason": ""}).status_code == 422
    assert secretary.submit("/branch/papers", CHANGE).status_code == 303
    session.rollback()
    assert PaperKind.QUALITY not in required_papers("湖北省", root="bare_root")
    assert "省内免检" in secretary.get("/branch/papers").text
    assert secretary.submit("/branch/papers", CHANGE | {"decision": "general"}).status_code == 303
    session.rollback()
    assert PaperKind.QUALITY in required_papers("湖北省", root="bare_root")
    assert (
        secretary.submit("/branch/papers", CHANGE | {"province": "*", "decision": "general"}).status_code
        == 422
    )


def test_technicians_read_and_growers_do_not_come_in(login, session):
    technician = login(role="technician")
    page = technician.get("/branch/papers")
    assert page.status_code == 200
    assert technician.submit("/branch/papers", CHANGE, form_at="/report-fake").status_code == 403
    assert login(role="grower").get("/branch/papers").status_code == 403
