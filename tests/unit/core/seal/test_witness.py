"""Witnesses: what the server refuses with which status, and the client against it over HTTP."""

import dataclasses
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest

from core.clock import now
from core.database import transaction
from core.seal.models.leaves import SealWitness
from core.seal.models.log import this_log
from core.seal.queries.standing import SealRefused
from core.seal.queries.subjects import proof_for
from core.seal.queries.witnesses import witnesses_of
from core.seal.rules import merkle
from core.seal.rules.note import Checkpoint, Note, Signer, Verifier, cosignature_time
from core.seal.rules.proof_files import write_hashes
from core.seal.rules.witnesses import WitnessAddress
from core.seal.service import witness as witness_server
from core.seal.service.witness import SIZE, Witness, make_server
from core.seal.tasks import cosigning as witnesses
from core.seal.tasks.cosigning import collect
from core.seal.tasks.sequencer import sequence
from tests.unit.core.seal.test_sequencer import append, forget_after

LOG = Signer("log.example/log", bytes(range(32)))
HASHES = [merkle.leaf_hash(bytes([n])) for n in range(20)]


def tree(size):
    return merkle.Levels(HASHES[:size])


def request(old, new, *, signer=LOG, origin="log.example/log", proof=None, root=None):
    if proof is None:
        proof = merkle.consistency_proof(old, new, tree(new).read) if old <= new else []
    head = Checkpoint(origin, new, root or tree(new).root)
    return "\n".join([f"old {old}", *write_hashes(proof)]) + "\n\n" + head.signed(signer)


@pytest.fixture
def witness(tmp_path):
    return Witness(Signer.generate("witness.example/w1"), [LOG.verifier], tmp_path)


def test_a_log_that_grows_is_cosigned(witness):
    for old, new in ((0, 5), (5, 5), (5, 8), (8, 17)):
        body = request(old, new)
        answer = witness.add_checkpoint(body)
        assert answer.status == 200, answer
        note = Note(Checkpoint("log.example/log", new, tree(new).root).text, (answer.body,))
        assert note.signed_by([witness.signer.cosigner]) == [witness.signer.cosigner]
        assert cosignature_time(answer.body) > 1_700_000_000


def test_what_is_not_a_request_is_400(witness):
    for body in ("", "old 0", "old x\n\n", request(0, 5).replace("old 0", "old 00"), request(6, 5)):
        assert witness.add_checkpoint(body).status == 400, body


def test_an_unknown_log_is_404(witness):
    other = Signer.generate("other.example/log")
    assert witness.add_checkpoint(request(0, 5, signer=other, origin="other.example/log")).status == 404


def test_an_unknown_key_or_a_wrong_signature_is_403(witness):
    assert witness.add_checkpoint(request(0, 5, signer=Signer.generate("log.example/log"))).status == 403
    assert witness.add_checkpoint(request(0, 5).replace("\n5\n", "\n6\n")).status == 403


def test_another_old_size_is_409_and_tells_the_right_one(witness):
    assert witness.add_checkpoint(request(0, 5)).status == 200
    for old in (0, 3):
        answer = witness.add_checkpoint(request(old, 9))
        assert (answer.status, answer.body, answer.content_type) == (409, "5\n", SIZE)


def test_a_proof_that_does_not_hold_is_422_and_changes_nothing(witness):
    assert witness.add_checkpoint(request(0, 5)).status == 200
    assert witness.add_checkpoint(request(5, 9, proof=[HASHES[0]])).status == 422
    assert witness.add_checkpoint(request(5, 9, root=HASHES[1])).status == 422
    assert witness.add_checkpoint(request(5, 9)).status == 200


def test_two_roots_of_one_size_are_422(witness):
    assert witness.add_checkpoint(request(0, 5)).status == 200
    assert witness.add_checkpoint(request(5, 5, root=HASHES[1])).status == 422
    assert witness.add_checkpoint(request(5, 5)).status == 200


def test_an_empty_log_has_the_root_of_nothing(witness):
    assert witness.add_checkpoint(request(0, 0, root=HASHES[1])).status == 422
    assert witness.add_checkpoint(request(0, 0, root=merkle.EMPTY_ROOT)).status == 200
    assert witness.add_checkpoint(request(0, 5, proof=[HASHES[0]])).status == 422
    assert witness.add_checkpoint(request(0, 5)).status == 200


def test_it_remembers_over_a_restart(witness):
    assert witness.add_checkpoint(request(0, 5)).status == 200
    again = Witness(witness.signer, [LOG.verifier], witness.folder)
    assert again.add_checkpoint(request(0, 7)).status == 409
    assert again.add_checkpoint(request(5, 7)).status == 200


@contextmanager
def served(witness):
    server = make_server(witness, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def witnessed_by(app, session, monkeypatch):
    def witnessed_by(*addresses):
        given = tuple(map(WitnessAddress.parse, addresses))
        monkeypatch.setitem(app.extensions, "seal", dataclasses.replace(this_log(), witnesses=given))
        return this_log()

    return witnessed_by


@pytest.fixture
def our_witness(session, tmp_path):
    return Witness(Signer.generate("county.example/w1"), [this_log().verifier], tmp_path)


def test_the_log_collects_cosignatures_and_publishes_them(session, client, our_witness, witnessed_by):
    append(5)
    sequence()
    key = our_witness.signer.cosigner
    with served(our_witness) as url:
        log = witnessed_by(f"{url}#{key}")
        assert collect(log) == 1
        assert Note.parse(log.store.checkpoint()).signed_by([log.verifier, key]) == [log.verifier, key]
        append(3, 5)
        sequence()
        assert collect(log) == 1
        assert collect(log) == 1
    session.rollback()
    view = witnesses_of(log)[0]
    assert (view.name, view.size, view.trouble) == ("county.example/w1", 8, "")
    assert view.cosigned_at is not None
    # A proof prefers the head that was witnessed.
    append(1, 8)
    sequence()
    proof = proof_for("plot/7")
    assert Note.parse(proof.checkpoint).signed_by([key]) == [key]
    page = client.get("/log").text
    assert "county.example/w1" in page
    assert "目前还没有见证方" not in page


def test_a_witness_whose_memory_is_ahead_of_ours_is_asked_again_from_there(
    session, our_witness, witnessed_by
):
    append(5)
    sequence()
    with served(our_witness) as url:
        log = witnessed_by(f"{url}#{our_witness.signer.cosigner}")
        collect(log)
        with transaction() as current:
            current.query(SealWitness).update({"size": 0})
        append(4, 5)
        sequence()
        assert collect(log) == 1


def test_the_key_of_a_witness_is_asked_once_when_it_was_not_given(session, our_witness, witnessed_by):
    append(5)
    sequence()
    with served(our_witness) as url:
        log = witnessed_by(url)
        assert collect(log) == 1
        assert Verifier.parse(session.query(SealWitness).one().vkey) == our_witness.signer.cosigner
        session.rollback()
        our_witness.signer = Signer.generate("county.example/w1")
        append(1, 5)
        sequence()
        assert collect(log) == 0
    session.rollback()
    assert "no cosignature" in witnesses_of(log)[0].trouble


@pytest.mark.both
def test_a_log_that_was_set_back_is_told_so_by_its_witness(session, our_witness, witnessed_by):
    append(9)
    sequence()
    with served(our_witness) as url:
        log = witnessed_by(f"{url}#{our_witness.signer.cosigner}")
        collect(log)
        # Everything that the operator holds is restored from one old backup: only the witness remembers.
        forget_after(0)
        log.store.publish(Checkpoint(log.origin, 0, merkle.EMPTY_ROOT).signed(log.signer))
        log.signed_head_file.path.unlink()
        append(4, 100)
        assert sequence() == 4
        assert collect(log) == 0
    session.rollback()
    assert "the log was set back" in witnesses_of(log)[0].trouble


@pytest.mark.both
def test_a_witness_that_is_away_is_trouble_and_nothing_else(session, our_witness, witnessed_by):
    append(5)
    sequence()
    with served(our_witness) as url:
        pass
    log = witnessed_by(f"{url}#{our_witness.signer.cosigner}")
    before = log.store.checkpoint()
    assert collect(log) == 0
    assert log.store.checkpoint() == before
    session.rollback()
    assert "could not be reached" in witnesses_of(log)[0].trouble
    try:
        sequence()
    except SealRefused:
        pytest.fail("a witness that is away must not stop the log")


@pytest.mark.parametrize("ahead", [timedelta(days=-1), timedelta(days=1)])
def test_no_witness_cosigns_later_than_now(session, our_witness, witnessed_by, monkeypatch, ahead):
    append(5)
    sequence()
    monkeypatch.setattr(witness_server, "now", lambda: now() + ahead)
    with served(our_witness) as url:
        log = witnessed_by(f"{url}#{our_witness.signer.cosigner}")
        assert collect(log) == 1
    session.rollback()
    told = now() + min(ahead, timedelta(0))
    assert abs(told - witnesses_of(log)[0].cosigned_at) < timedelta(hours=1)


def test_a_head_that_came_meanwhile_stays_the_published_one(session, our_witness, witnessed_by, monkeypatch):
    append(5)
    sequence()
    publish = witnesses._publish

    def after_growth(*given):
        append(3, 5)
        sequence()
        publish(*given)

    monkeypatch.setattr(witnesses, "_publish", after_growth)
    with served(our_witness) as url:
        log = witnessed_by(f"{url}#{our_witness.signer.cosigner}")
        assert collect(log) == 1
    heads = [
        Checkpoint.parse(Note.parse(note).text) for note in (log.store.checkpoint(), log.store.witnessed())
    ]
    assert [one.size for one in heads] == [8, 5]
