"""No check of codes stops half-way: every leaf is folded, every code is held against it, and a sample draws from all."""

import pytest
from sqlalchemy import func, select

from core.database import transaction
from core.seal.models.leaves import SealLeaf
from core.seal.tasks.sequencer import sequence
from tests.factories.traceability import make_codes
from tests.seals import behind_the_back, not_as_sealed
from traceability.codes.models import step_sealing as steps
from traceability.codes.models.tables import Code


@pytest.fixture
def batch(session, at):
    """A batch of three codes, sealed."""
    with transaction():
        issued = make_codes(at=at)
    sequence()
    return issued.batch


def bend(session, *places):
    behind_the_back(*(f"UPDATE code SET plants = 9 WHERE position = {place}" for place in places))  # noqa: S608 - our own numbers
    session.rollback()


def named(found):
    return [one.what.partition("#")[2] for one in found]


def newest(session):
    return session.scalar(select(func.max(SealLeaf.id)))


def step_on(batch, place, reason):
    with transaction() as current:
        meant = (Code.batch_id == batch.id) & (Code.position == place)
        current.execute(Code.__table__.update().where(meant).values(state_reason=reason))
        steps.seal_codes("voided", meant, {"state_reason": reason})


def always(monkeypatch, draw):
    """Let chance draw the first or the last code that there is."""

    class Chance:
        def randint(self, low, high):
            return draw(low, high)

    monkeypatch.setattr(steps, "SystemRandom", Chance)


def sample(leaf_id, *digests):
    return named(steps.sample(leaf_id, looked_up=lambda _most: list(digests)))


def test_the_last_of_many_steps_counts(session, batch):
    with transaction():
        for number in range(205):
            steps.seal_step("voided", [(batch.id, 2, {"state_reason": str(number)})])
    behind_the_back("UPDATE code SET state_reason = '204' WHERE position = 2")
    session.rollback()
    assert not_as_sealed(steps.KIND) == []


def test_each_of_a_few_codes_of_one_batch_is_looked_at(session, batch):
    bend(session, 2, 3)
    assert named(steps.audit_codes(session.scalars(select(Code.id)).all())) == ["2", "3"]


def test_of_a_batch_in_which_much_changed_every_code_is_looked_at(session, batch, monkeypatch):
    bend(session, 3)
    monkeypatch.setattr(steps, "MOST_PLACES", 2)
    assert named(steps.audit_since(0)) == ["3"]


def test_a_sample_looks_at_what_a_step_told_of_since(session, batch, monkeypatch):
    always(monkeypatch, min)
    before = newest(session)
    session.rollback()
    step_on(batch, 2, "torn")
    bend(session, 2, 3)
    assert sample(before) == ["2"]
    assert sample(newest(session)) == []


def test_a_sample_looks_at_what_was_looked_up_last(session, batch, monkeypatch):
    always(monkeypatch, min)
    bend(session, 2)
    digest = session.scalar(select(Code.digest).where(Code.position == 2))
    assert sample(newest(session)) == []
    assert sample(newest(session), digest) == ["2"]


def test_a_sample_draws_from_all_codes_up_to_the_last(session, batch, monkeypatch):
    always(monkeypatch, max)
    bend(session, 3)
    assert sample(newest(session)) == ["3"]
