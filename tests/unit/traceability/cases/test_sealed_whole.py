"""Nothing of a case is bent unseen: each part of a piece of evidence, the last piece, what was decided and by whom."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import now
from core.database import transaction
from tests.factories.accounts import make_account
from tests.factories.cases import confirm_case, make_case
from tests.factories.licences import make_mark
from tests.factories.organisation import make_membership
from tests.seals import behind_the_back, not_as_sealed
from traceability.cases.models.sealing import KIND, seal_case
from traceability.cases.models.tables import CounterfeitCase
from traceability.cases.rules.evidence import Evidence, digest_of
from traceability.cases.service.opening import add_evidence
from traceability.cases.states import EvidenceKind

AT = now()
PIECE = {
    "case_number": "F-1",
    "position": 1,
    "kind": EvidenceKind.NOTE,
    "body": {"text": "x"},
    "file_sha256": "a" * 64,
    "at": AT,
    "before": "0" * 64,
}
OTHER = {
    "case_number": "F-2",
    "position": 2,
    "kind": EvidenceKind.STATEMENT,
    "body": {"text": "y"},
    "file_sha256": None,
    "at": AT + timedelta(seconds=1),
    "before": "1" * 64,
}


@pytest.mark.parametrize("part", PIECE)
def test_each_part_of_a_piece_of_evidence_is_in_its_digest(part):
    assert digest_of(**(PIECE | {part: OTHER[part]})) != digest_of(**PIECE)


@pytest.fixture
def decided(session, at):
    """A confirmed case with two pieces of evidence; a third account that has nothing to do with it."""
    with transaction():
        make_mark(at=at)
        first, second, third = (make_account(at=at).id for _ in range(3))
        for one in (first, second):
            make_membership(one, "secretary", "guihua-osmanthus", at)
        number = make_case(at=at).number
        add_evidence(number, [Evidence(EvidenceKind.NOTE, {"text": "照片可疑"})], at=at, by=first)
        confirm_case(number, first=first, second=second, at=at)
    assert not_as_sealed(KIND) == []
    return third


def test_a_shop_that_is_named_later_is_sealed_with_the_case(session, decided, at):
    with transaction() as current:
        row = current.scalars(select(CounterfeitCase)).one()
        row.shop = "https://shop36912.taobao.com"
        current.flush()
        seal_case(row)
    assert not_as_sealed("case_subject") == []


def test_the_last_piece_of_evidence_is_not_taken_out_unseen(session, decided):
    behind_the_back("DROP TRIGGER case_evidence_no_delete", "DELETE FROM case_evidence WHERE position = 2")
    session.rollback()
    assert len(not_as_sealed(KIND)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "answer = '正常'",
        "proposed_by_account_id = {third}",
        "decided_by_account_id = {third}",
        "origin = 'staff'",
        "reopened = 1",
        "due_at = opened_at",
        "decided_at = due_at",
    ],
)
def test_what_was_decided_by_whom_and_when_is_not_bent_unseen(session, decided, change):
    behind_the_back(f"UPDATE counterfeit_case SET {change.format(third=decided)}")  # noqa: S608 - our own words
    session.rollback()
    assert len(not_as_sealed(KIND)) == 1
