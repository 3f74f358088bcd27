"""A case is opened with evidence that nobody changes afterwards, the database included."""

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from core.database import transaction
from core.errors import Invalid
from tests.factories.cases import make_case
from tests.factories.verification import make_scene
from tests.seals import behind_the_back, not_as_sealed
from traceability.cases.models.sealing import evidence_of
from traceability.cases.models.tables import CaseChange, CaseEvidence, CounterfeitCase
from traceability.cases.queries.records import get_case
from traceability.cases.rules.evidence import Evidence, first_break
from traceability.cases.service.opening import add_evidence, open_case
from traceability.cases.states import CaseState, EvidenceKind, Subject
from traceability.codes.models.tables import Code

WORDS = Evidence(EvidenceKind.STATEMENT, {"text": "树不是朱砂丹桂"})
RULE = Evidence.of_rule("voided_code_seen", version=1, facts={"province": "广东省"})


def test_a_case_about_a_code_belongs_to_its_growers_area(session, at):
    with transaction():
        scene = make_scene("shipped", at=at)
        case = open_case("public", subject=Subject.of_code(scene.code_id), evidence=[WORDS], at=at, by=None)
    code = session.scalars(select(Code)).one()
    assert (case.grower_id, case.lot_id) == (code.grower_id, code.lot_id)
    assert case.unit_id is not None
    assert case.state is CaseState.RECEIVED
    assert case.due_at == at + timedelta(days=10)
    assert case.evidence_count == 1


def test_a_case_about_nothing_of_ours_has_no_area_yet(session, at):
    with transaction():
        case = open_case(
            "public", subject=Subject.of_shop("shop9.taobao.com"), evidence=[WORDS], at=at, by=None
        )
    assert (case.unit_id, case.grower_id, case.shop) == (None, None, "shop9.taobao.com")


def test_a_case_without_evidence_is_refused(session, at):
    with transaction(), pytest.raises(Invalid):
        open_case("public", subject=Subject.other(), evidence=[], at=at, by=None)


def test_a_rule_that_fires_again_adds_to_the_open_case(session, at):
    with transaction():
        scene = make_scene("voided", at=at)
        first = open_case("rule", subject=Subject.of_code(scene.code_id), evidence=[RULE], at=at, by=None)
    with transaction():
        later = open_case(
            "rule",
            subject=Subject.of_code(scene.code_id),
            evidence=[RULE],
            at=at + timedelta(hours=1),
            by=None,
        )
    assert later.number == first.number
    assert later.evidence_count == 2
    assert session.scalar(select(sa.func.count()).select_from(CounterfeitCase)) == 1


def test_what_rules_and_visitors_say_of_one_code_is_one_case_and_what_staff_found_its_own(session, at):
    with transaction():
        scene = make_scene("voided", at=at)
        subject = Subject.of_code(scene.code_id)
        numbers = [
            open_case(origin, subject=subject, evidence=[WORDS], at=at, by=None).number
            for origin in ("public", "rule", "public", "staff")
        ]
    assert len(set(numbers[:3])) == 1
    assert numbers[3] not in numbers[:3]


def test_the_evidence_is_a_chain_that_shows_a_change(session, at):
    with transaction():
        case = open_case("public", subject=Subject.other(), evidence=[WORDS, RULE], at=at, by=None)
    with transaction():
        digest = hashlib.sha256(b"photo").hexdigest()
        photo = Evidence(EvidenceKind.PHOTO, {}, "private/fake_report/aa/bb.jpg", digest)
        add_evidence(case.number, [photo], at=at + timedelta(minutes=5), by=None)
    pieces = evidence_of(case.id)
    assert first_break(case.number, pieces) is None
    assert pieces[-1].digest == get_case(case.number).evidence_head
    assert first_break("F-2026-0000000", pieces) == 1
    assert first_break(case.number, [pieces[0], *pieces[2:]]) == 2
    assert first_break(case.number, [pieces[1], pieces[0]]) == 1


@pytest.mark.parametrize("table", [CaseEvidence.__table__, CaseChange.__table__])
@pytest.mark.parametrize("verb", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_the_database_refuses_to_change_evidence_and_steps(session, at, table, verb):
    with transaction():
        open_case("public", subject=Subject.other(), evidence=[WORDS], at=at, by=None)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        session.execute(sa.text(verb.format(table.name)))


@pytest.mark.both
def test_evidence_that_does_not_follow_is_no_longer_what_was_sealed(session, at):
    with transaction():
        case = make_case(at=at)
    session.rollback()
    assert not_as_sealed("case_verdict") == []
    off = ["DROP TRIGGER case_evidence_no_delete"]
    if session.get_bind().dialect.name == "postgresql":
        off = ["ALTER TABLE case_evidence DISABLE TRIGGER ALL"]
    session.rollback()
    behind_the_back(*off, "DELETE FROM case_evidence")
    assert f"case/{case.number}: evidence_broken_at is 1, sealed as null" in not_as_sealed("case_verdict")[0]
