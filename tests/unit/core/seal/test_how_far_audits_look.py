"""Neither sealing nor the audit stops after the first rows: what is done by portions is done to the end."""

import dataclasses
import json

from sqlalchemy import delete, select, update

from core.clock import now
from core.database import changed, transaction
from core.messaging.models import Message
from core.messaging.service import enqueueing as messaging
from core.seal.models.leaves import SealLeaf, SealWitness
from core.seal.models.log import this_log
from core.seal.queries.audit import CHUNK, check_seal
from core.seal.rules.witnesses import WitnessAddress
from core.seal.service import sealed_rows as rows
from tests.seals import behind_the_back, not_as_sealed
from traceability.papers.models.tables import PaperRuleRow


def rules(count):
    with transaction() as current:
        current.add_all(
            PaperRuleRow(
                province=f"p{n}", root="*", kind="plant_quarantine", required=False, changed_at=now()
            )
            for n in range(count)
        )


def sealed(session, kind):
    session.rollback()
    query = select(SealLeaf.body).where(SealLeaf.kind == kind).order_by(SealLeaf.id)
    return [json.loads(body) for body in session.scalars(query)]


def test_a_statement_seals_the_last_row_that_it_wrote_as_well(session, monkeypatch):
    monkeypatch.setattr(rows, "AT_A_TIME", 2)
    rules(5)
    with transaction():
        changed(update(PaperRuleRow).values(required=True))
    assert [body["required"] for body in sealed(session, "paper_rule")[5:]] == [True] * 5
    assert not_as_sealed("paper_rule") == []


def test_what_is_sealed_once_is_sealed_again_when_a_statement_removes_it(session, at):
    with transaction():
        for number in range(2):
            messaging.enqueue(
                dedupe_key=f"{number}",
                to="a@example.org",
                template="account_code",
                context={"code": "1"},
                locale="en",
                at=at,
            )
    with transaction():
        changed(delete(Message))
    assert sealed(session, "message")[2:] == [{"removed": True}] * 2
    assert not_as_sealed("message") == []


def test_the_audit_compares_the_last_of_many_rows(session):
    rules(CHUNK + 1)
    behind_the_back(f"UPDATE paper_rule SET required = true WHERE province = 'p{CHUNK}'")  # noqa: S608 - our own number
    session.rollback()
    assert ["required is true, sealed as false" in one for one in not_as_sealed("paper_rule")] == [True]


def test_a_fork_that_a_witness_saw_is_a_finding_until_it_cosigns(app, session, monkeypatch):
    address = WitnessAddress.parse("http://127.0.0.1:9/w1")
    monkeypatch.setitem(app.extensions, "seal", dataclasses.replace(this_log(), witnesses=(address,)))
    with transaction() as current:
        row = SealWitness(url=address.url, vkey="", size=0, trouble="another root", alarm_at=now())
        current.add(row)
    found = [(one.code, one.what, one.text) for one in check_seal()]
    assert found == [("forked", "witness 127.0.0.1:9", "another root")]
    with transaction() as current:
        current.get_one(SealWitness, row.id).alarm_at = None
    assert list(check_seal()) == []
