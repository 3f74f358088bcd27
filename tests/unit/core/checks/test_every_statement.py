"""Each thing that the seal speaks of, bent with SQL: which check names it. The table of `docs/threat-model.md`."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.checks.events import FaultsFound
from core.checks.tasks import run_whole
from core.clock import now
from core.database import transaction
from core.messaging.service import enqueueing as messaging
from core.outbox import service as outbox
from core.seal.tasks.sequencer import sequence
from tests.factories.accounts import make_account
from tests.factories.cases import make_case
from tests.factories.licences import make_licence
from tests.factories.organisation import make_membership
from tests.factories.payees import make_payee
from tests.factories.traceability import approve_plot, make_codes, make_lot, make_plot, ship
from tests.seals import behind_the_back
from traceability.api import ensure_reference_data
from traceability.papers.service import ensure_paper_rules

# What is bent, by which statement, which check says so, and how its line begins.
TABLE = [
    ("a code's state", "UPDATE code SET state = 'accepted' WHERE position = 2", "codes", "code B-"),
    ("a code's lot", "UPDATE code SET lot_id = (SELECT max(id) FROM lot) WHERE position = 2", "codes", "code B-"),
    ("a code's grower", "UPDATE code SET grower_id = (SELECT max(id) FROM grower) WHERE position = 2", "codes", "code B-"),
    ("a code's plants", "UPDATE code SET plants = 9 WHERE position = 2", "codes", "code B-"),
    ("a code's parcel", "UPDATE code SET consignment_number = 'X' WHERE position = 2", "codes", "code B-"),
    ("a code itself", "UPDATE code SET digest = leaf WHERE position = 2", "codes", "code B-"),
    ("a mark's rules", "UPDATE mark_rules SET text = 'other rules'", "seal", "mark_rules mark_rules/"),
    ("a mark", "UPDATE mark SET registrant = 'somebody'", "seal", "mark mark/"),
    ("a grower's name", "UPDATE grower SET name = 'Another' WHERE id = 1", "seal", "grower grower/1"),
    ("a unit's name", "UPDATE unit SET name_zh = 'Another' WHERE id = 1", "seal", "unit unit/1"),
    ("a role", "UPDATE membership SET role = 'committee'", "seal", "membership role/"),
    ("a role given unseen", "INSERT INTO membership (account_id, role, since) VALUES (1, 'operator', '2026-01-01')", "seal", "membership role/"),
    ("a rule about papers", "DELETE FROM paper_rule WHERE id = 1", "seal", "paper_rule paper_rule/1"),
    ("an event taken out", "DELETE FROM outbox_event", "seal", "outbox_event outbox_event/"),
    ("a message taken out", "DELETE FROM message", "seal", "message message/"),
    ("a message to another", "UPDATE message SET receiver = 'b@example.org'", "seal", "message message/"),
    ("a licence", "UPDATE licence SET valid_until = '2031-01-01'", "seal", "licence licence/"),
    ("a balance of quota", "UPDATE quota_account SET balance = balance + 1 WHERE role = 'free'", "quota", "quota_account account "),
    ("whose quota it is", "UPDATE quota_account SET unit_id = (SELECT max(id) FROM unit)", "seal", "quota_move quota/"),
    ("a survey of land", "UPDATE plot_survey SET area_m2 = area_m2 * 2", "seal", "plot_survey survey/"),
    ("where buyers transfer to", "UPDATE payee_account SET account_number = '1'", "seal", "payee_account payee_account/"),
    ("a piece of evidence", "UPDATE case_evidence SET file_key = 'x', file_sha256 = 'y' WHERE position = 1", "seal", "counterfeit_case case/"),
    ("evidence taken out", "DELETE FROM case_evidence", "seal", "counterfeit_case case/"),
    ("what an event says", "UPDATE epcis_event SET biz_step = 'packing'", "seal", "epcis_event epcis/"),
    ("an event declared wrong", "UPDATE epcis_event SET error_declared_at = event_time", "seal", "epcis_event epcis/"),
    ("by what an event is found", "DELETE FROM epcis_event_key WHERE kind = 'lot'", "seal", "epcis_event epcis/"),
    ("a step of a lot", "UPDATE lot_change SET plants = plants + 1 WHERE id = 1", "seal", "lot_change lot_change/1"),
    ("a step of a case", "DELETE FROM case_change", "seal", "case_change case_change/"),
    ("the day of an approval", "UPDATE plot_survey SET approved_at = '2020-01-01 00:00:00'", "seal", "plot_survey survey_record/"),
    ("what a licence's step says", "UPDATE licence_change SET details = '{}'", "seal", "licence_change licence_step/"),
    ("who activated codes", "UPDATE code_action SET by_account_id = 1", "seal", "code_action code_action/"),
    ("where a stage of growth begins", "UPDATE growth_stage SET height_from_cm = 1", "seal", "growth_stage growth_stage/"),
    ("a leaf of the log", "DELETE FROM seal_leaf WHERE number = 3", "seal", "seal_leaf entry 3"),
]  # fmt: skip


@pytest.fixture
def town(session, at):
    """A little of everything, sealed and agreeing."""
    with transaction():
        ensure_reference_data()
        ensure_paper_rules(at=at)
        plot = make_plot(at=at)
        approve_plot(plot, at=at)
        lot = make_lot(plot=plot, quota_plants=0, at=at)
        make_licence(lot.grower_id, at=at)
        ship(make_codes(lot=lot, at=at), at=at)
        make_lot(plot=make_plot(at=at), quota_plants=0, at=at)
        account = make_account(at=at)
        make_membership(account.id, "secretary", "guihua-osmanthus", at)
        make_payee(at=at)
        make_case(at=at)
        outbox.record(FaultsFound(1, "x"), at=now() + timedelta(hours=1))
        messaging.enqueue(
            dedupe_key="x",
            to="a@example.org",
            template="account_code",
            context={"code": "1"},
            locale="en",
            at=at,
        )
    sequence()
    session.rollback()
    assert run_whole().word == "good"


APPEND_ONLY = ("case_evidence", "case_change", "epcis_event")


def without_guards(session):
    """Drop what the database itself refuses with, as an insider would."""
    if session.get_bind().dialect.name == "postgresql":
        return [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in APPEND_ONLY]
    names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    session.rollback()
    return [f"DROP TRIGGER {name}" for name in names]


@pytest.mark.parametrize(("what", "statement", "check", "line"), TABLE, ids=[row[0] for row in TABLE])
def test_what_is_changed_with_sql_is_named_by_a_check(session, town, what, statement, check, line):
    behind_the_back(*without_guards(session), statement)
    found = [f"{finding.table} {finding.what}" for name, finding in run_whole().findings if name == check]
    assert any(one.startswith(line) for one in found), (what, found)
