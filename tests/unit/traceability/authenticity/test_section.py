"""The report's section counts what happened in its window and nothing else."""

from datetime import date, timedelta

import pytest

from branch.api import Period, get_unit
from branch.reports.queries.evidence import gather
from core.database import transaction
from tests.factories.accounts import make_account
from tests.factories.cases import confirm_case, make_case
from tests.factories.organisation import make_membership, make_tree
from tests.factories.verification import make_scene
from traceability.authenticity.queries import counts
from traceability.authenticity.service.report_section import authenticity
from traceability.cases.queries.records import get_case
from traceability.cases.service import decisions
from traceability.cases.states import Subject

MARCH = (date(2026, 3, 1), date(2026, 4, 1))


@pytest.fixture
def town(session, at):
    """A code of a grower, looked up by two devices; one case confirmed in time, one cleared late, one open."""
    with transaction():
        scene = make_scene("shipped", at=at)
        people = [make_account(at=at).id for _ in range(2)]
        for account_id in people:
            make_membership(account_id, "secretary", "guihua-osmanthus", at)
        subject = Subject.of_code(scene.code_id)
        given = {"subject": subject, "at": at, "origin": "staff", "by": people[0]}
        first, second, third = (make_case(**given).number for _ in range(3))
        confirm_case(first, first=people[0], second=people[1], at=at)
        late = at + timedelta(days=12)
        decisions.take(second, at=late, by=people[0])
        decisions.decide(second, "genuine", note="核对", answer="正常", at=late, by=people[0])
    return scene, people, get_case(third).grower_id


def test_cases_count_in_the_window_of_the_decision(town, session, at, client):
    scene, _people, grower_id = town
    for agent in ("a phone", "a desk", "a phone"):
        client.get(f"/C/{scene.code}", headers={"User-Agent": agent})
    unit = get_unit("guihua-osmanthus")
    march = counts(*MARCH, grower_ids=[grower_id], unit_id=unit.id)
    assert march.cases_received == 3
    assert (march.decisions.decided, march.decisions.in_time) == (2, 1)
    assert (march.decisions.confirmed, march.decisions.cleared) == (1, 1)
    april = counts(date(2026, 4, 1), date(2026, 5, 1), grower_ids=[grower_id], unit_id=unit.id)
    assert (april.cases_received, april.decisions.decided) == (0, 0)


def test_reopening_does_not_change_what_was_counted(town, session, at):
    _scene, people, grower_id = town
    unit = get_unit("guihua-osmanthus")
    before = counts(*MARCH, grower_ids=[grower_id], unit_id=unit.id)
    with transaction():
        from sqlalchemy import select

        from traceability.cases.models.tables import CounterfeitCase

        decided = session.scalars(select(CounterfeitCase).where(CounterfeitCase.verdict == "genuine")).one()
        decisions.reopen(decided.number, note="新证据", at=at + timedelta(days=40), by=people[1])
    assert counts(*MARCH, grower_ids=[grower_id], unit_id=unit.id) == before


def test_another_branch_has_nothing_of_it(town, session, at):
    with transaction():
        tea = make_tree()["guihua-tea"]
    found = counts(*MARCH, grower_ids=[], unit_id=tea.id)
    assert (found.cases_received, found.devices, found.decisions.decided) == (0, 0, 0)


@pytest.mark.both
def test_a_look_up_is_one_device_for_one_code_also_after_it_was_folded(session, at, client):
    from core.clock import local_day, now
    from traceability.lookups.service.recording import fold_old_lookups, old_lookups

    with transaction():
        scene = make_scene("shipped")
        grower_id = make_case(subject=Subject.of_code(scene.code_id)).grower_id
    for agent in ("a phone", "a desk", "a phone"):
        client.get(f"/C/{scene.code}", headers={"User-Agent": agent})
    today = local_day(now())
    window = (today, today + timedelta(days=1))
    found = counts(*window, grower_ids=[grower_id], unit_id=0)
    assert (found.devices, found.codes_looked_up) == (2, 1)
    with transaction():
        later = now() + timedelta(days=91)
        assert fold_old_lookups(old_lookups(at=later), at=later) == 2
    assert counts(*window, grower_ids=[grower_id], unit_id=0) == found


@pytest.mark.both
def test_the_section_reads_as_a_sentence_and_a_table(app, town, session, at):
    with app.test_request_context():
        unit = get_unit("guihua-osmanthus")
        scope = gather(Period(2026, 3), unit, today=date(2026, 5, 20))
        section = authenticity(Period(2026, 3), scope)
    assert "2" in section.paragraphs[0]
    cells = {row.key: row.cells[1:] for row in section.table("authenticity").rows}
    assert cells["received"] == (3, 0)
    assert cells["in_time"] == (1, 0)
