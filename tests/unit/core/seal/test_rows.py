"""Tables that seal themselves: each row as it is added, changed and removed, by the session or by a statement over many."""

import json

import pytest
from sqlalchemy import delete, select, update

from branch.organisation.models.tables import Membership, MembershipChange, Unit
from core.checks.events import FaultsFound
from core.clock import now
from core.database import changed, transaction
from core.messaging import tasks as messaging_tasks
from core.messaging.models import Message
from core.messaging.service import enqueueing as messaging
from core.outbox import service as outbox
from core.outbox.models import OutboxEvent
from core.seal.models.leaves import SealLeaf
from core.seal.queries.sources import sources
from core.seal.tasks.repair import seal_unsealed_rows
from tests.factories.accounts import make_account
from tests.factories.organisation import make_tree
from tests.seals import NotSealed, behind_the_back, not_as_sealed
from traceability.papers.models.tables import PaperRuleRow


def leaves(session, kind):
    session.rollback()
    rows = session.execute(
        select(SealLeaf.subject, SealLeaf.body).where(SealLeaf.kind == kind).order_by(SealLeaf.id)
    )
    return [(subject, json.loads(body)) for subject, body in rows]


@pytest.mark.both
def test_a_row_is_sealed_as_it_is_added_changed_and_removed(session, at):
    with transaction() as current:
        row = PaperRuleRow(province="浙江省", root="*", kind="plant_quarantine", required=True, changed_at=at)
        current.add(row)
        current.flush()
        row_id = row.id
    with transaction() as current:
        current.get_one(PaperRuleRow, row_id).required = False
    with transaction() as current:
        current.delete(current.get_one(PaperRuleRow, row_id))
    found = leaves(session, "paper_rule")
    assert [subject for subject, _body in found] == [f"paper_rule/{row_id}"] * 3
    assert [body.get("required", body) for _subject, body in found] == [True, False, {"removed": True}]
    assert found[0][1]["province"] == "浙江省"
    assert not_as_sealed("paper_rule") == []


@pytest.mark.both
def test_a_statement_over_many_rows_seals_those_that_it_wrote(session, at):
    with transaction() as current:
        rows = [
            PaperRuleRow(
                province=name, root="*", kind="plant_quarantine", required=name == "a", changed_at=at
            )
            for name in ("a", "b", "c")
        ]
        current.add_all(rows)
        current.flush()
        ids = [row.id for row in rows]
    with transaction():
        changed(update(PaperRuleRow).where(PaperRuleRow.province != "c").values(required=True))
        changed(delete(PaperRuleRow).where(PaperRuleRow.province == "c"))
    found = leaves(session, "paper_rule")[3:]
    assert [(subject, body.get("required")) for subject, body in found] == [
        (f"paper_rule/{ids[0]}", True),
        (f"paper_rule/{ids[1]}", True),
        (f"paper_rule/{ids[2]}", None),
    ]
    assert not_as_sealed("paper_rule") == []


def test_what_is_not_sealed_of_a_row_changes_without_a_leaf(session, at):
    with transaction():
        messaging.enqueue(
            dedupe_key="x",
            to="a@example.org",
            template="account_code",
            context={"code": "1"},
            locale="en",
            at=at,
        )
    assert messaging_tasks.send_waiting() == 1
    assert len(leaves(session, "message")) == 1
    assert "example.org" not in json.dumps(leaves(session, "message"))
    assert not_as_sealed("message") == []


def test_a_row_that_is_written_past_the_session_does_not_commit_in_tests(session, at):
    with transaction():
        unit = next(iter(make_tree().values()))
    with pytest.raises(NotSealed, match="unit was written"), transaction() as current:
        current.execute(Unit.__table__.update().where(Unit.__table__.c.code == unit.code).values(name_zh="x"))


@pytest.mark.both
def test_what_was_changed_added_or_taken_out_behind_the_back_is_named(session, at):
    with transaction() as current:
        account = make_account(at=at)
        unit_id = next(iter(make_tree().values())).id
        current.add(Membership(account_id=account.id, unit_id=unit_id, role="secretary", since=at))
        current.add(
            MembershipChange(
                account_id=account.id, unit_id=unit_id, role="secretary", action="given", reason="x", at=at
            )
        )
        outbox.record(FaultsFound(1, "code x"), at=now())
        messaging.enqueue(
            dedupe_key="x",
            to="a@example.org",
            template="account_code",
            context={"code": "1"},
            locale="en",
            at=at,
        )
    session.rollback()
    event = session.scalars(select(OutboxEvent.id)).one()
    message = session.scalars(select(Message.id)).one()
    session.rollback()
    behind_the_back(
        "UPDATE membership SET role = 'committee'",
        "UPDATE membership_change SET reason = 'another'",
        "DELETE FROM outbox_event",
        "DELETE FROM message",
        "INSERT INTO unit (code, name_zh, name_en, kind, path) VALUES ('x', 'x', 'x', 'committee', 'x/')",
    )
    found = not_as_sealed("role", "role_change", "outbox_event", "message", "unit")
    assert any('role is "committee", sealed as "secretary"' in one for one in found)
    assert any(one.startswith("role_change/") and "reason is" in one for one in found)
    assert any(one.startswith(f"outbox_event/{event}: it was sealed") for one in found)
    assert any(one.startswith(f"message/{message}: it was sealed") for one in found)
    assert sum("but was never sealed" in one for one in found) == 1
    assert len(found) == 5


def test_an_older_installation_is_told_once_a_table_until_its_rows_are_taken_in(session, at):
    with transaction() as current:
        make_tree()
        current.execute(SealLeaf.__table__.delete())
    session.rollback()
    assert [one.partition(":")[0] for one in not_as_sealed()] == ["every unit"]
    assert seal_unsealed_rows(sources())["unit"] >= 1
    session.rollback()
    assert not_as_sealed() == []
