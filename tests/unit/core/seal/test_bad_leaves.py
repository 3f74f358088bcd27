"""A leaf of which no entry can be made, or a witness that answers nonsense, keeps nothing else from the log."""

import pytest
from sqlalchemy import select, text, update

from core.clock import now
from core.database import transaction
from core.seal.models.leaves import SealLeaf, SealWitness
from core.seal.queries.unsealed import LEAF
from core.seal.tasks import cosigning as witnesses
from core.seal.tasks.cosigning import collect
from core.seal.tasks.sequencer import sequence
from core.work_claims import WorkClaim
from tests.bad_rows import failures, spoil
from tests.unit.core.seal.test_sequencer import append, head
from tests.unit.core.seal.test_witness import our_witness, served, witnessed_by

__all__ = ["our_witness", "witnessed_by"]


def numbers(session):
    session.rollback()
    return list(session.scalars(select(SealLeaf.number).order_by(SealLeaf.id)))


def test_a_bad_leaf_is_left_out_and_sealed_when_it_is_good(session):
    append(5)
    with transaction():
        first = session.scalar(select(SealLeaf.id).order_by(SealLeaf.id).limit(1))
        session.execute(update(SealLeaf).where(SealLeaf.id == first).values(kind="Not a kind"))
    assert sequence() == 4
    assert numbers(session) == [None, 0, 1, 2, 3]
    assert head().size == 4
    assert set(failures()) == {(LEAF, str(first))}
    before = head()
    assert sequence() == 0
    assert head() == before, "nothing is signed for a leaf that is left out"
    append(1, 5)
    assert sequence() == 1
    with transaction():
        session.execute(update(SealLeaf).where(SealLeaf.id == first).values(kind="plot"))
        session.execute(update(WorkClaim).values(available_at=now()))
    assert sequence() == 1
    assert numbers(session) == [5, 0, 1, 2, 3, 4]
    assert failures() == {}


def test_a_leaf_that_the_database_cannot_even_read_is_left_out(session):
    if session.get_bind().dialect.name == "postgresql":
        torn = "subject = repeat('x', 3), kind = 'Torn'"
    else:
        torn = "at = 'yesterday'"
    append(3)
    with transaction():
        session.execute(text(f"UPDATE seal_leaf SET {torn} WHERE id = 1"))  # noqa: S608 - the words above
    assert sequence() == 2
    assert head().size == 2


@pytest.mark.parametrize("name", ["_ask", "cosignature_time"])
def test_a_witness_that_answers_nonsense_keeps_no_other_from_cosigning(
    session, monkeypatch, tmp_path, our_witness, witnessed_by, name
):
    append(5)
    sequence()
    asked = []
    spoil(monkeypatch, witnesses, name, lambda *_given: asked.append(1) or len(asked) == 1)
    with served(our_witness) as url:
        log = witnessed_by(
            f"{url}/first#{our_witness.signer.cosigner}", f"{url}#{our_witness.signer.cosigner}"
        )
        monkeypatch.setattr(witnesses, "_http_exchange", _without("/first", witnesses._http_exchange))
        assert collect(log) == 1
    troubles = list(session.scalars(select(SealWitness.trouble).order_by(SealWitness.id)))
    assert troubles == ["BadRowError: a bad row", ""]


def _without(part, talk):
    return lambda url, body=None: talk(url.replace(part, ""), body)
