"""Who takes an earlier step decides nothing; who decides, when and what stands on the row before it is sealed."""

from types import SimpleNamespace

import pytest

from branch.two_persons.service import TwoPersons
from core.errors import Conflict, Forbidden
from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower

OWN = TwoPersons(own=lambda: Conflict("your own", code="own"))
STEPS = TwoPersons(own=OWN.own, earlier=lambda row: [row.measured_by, row.agreed_by])


@pytest.fixture
def people(session, at):
    emails = ("wang@example.org", "wang+2@example.org", "zhao@example.org")
    return [make_account(email=email, at=at).id for email in emails]


def test_whoever_proposed_decides_by_no_account_of_his(people):
    first, again, other = people
    row = SimpleNamespace(proposed_by_account_id=first)
    with pytest.raises(Conflict) as refused:
        OWN.require_another(row, first)
    assert refused.value.code == "own"
    with pytest.raises(Forbidden) as refused:
        OWN.require_another(row, again)
    assert refused.value.code == "same_person"
    OWN.require_another(row, other)


@pytest.mark.parametrize("step", ["measured_by", "agreed_by"])
def test_every_earlier_step_counts_and_one_that_nobody_took_does_not(people, step):
    first, _again, other = people
    row = SimpleNamespace(measured_by=None, agreed_by=None)
    STEPS.require_another(row, first)
    setattr(row, step, first)
    with pytest.raises(Conflict):
        STEPS.require_another(row, first)
    STEPS.require_another(row, other)


def test_whoever_works_for_the_grower_concerned_decides_nothing(session, people, at):
    first, _again, other = people
    grower = make_grower(account_id=other, at=at)
    with pytest.raises(Forbidden) as refused:
        OWN.require_another(SimpleNamespace(proposed_by_account_id=first), other, grower_id=grower.id)
    assert refused.value.code == "own_grower"


def test_the_decision_stands_on_the_row_when_it_is_sealed(session, at):
    sealed = []
    kind = TwoPersons(own=OWN.own, seal=lambda row: sealed.append(dict(vars(row))))
    row = SimpleNamespace(state="open")
    kind.sign(row, at=at, by=7, state="done")
    kind.sign(row, "withdrawn", at=at, by=8, withdrawn_reason="wrong")
    decided = {"state": "done", "decided_by_account_id": 7, "decided_at": at}
    withdrawn = {"withdrawn_by_account_id": 8, "withdrawn_at": at, "withdrawn_reason": "wrong"}
    assert sealed == [decided, decided | withdrawn]
