"""What witnesses of others answer, byte by byte as their published source has it, and what we make of it.

Each row of `FOREIGN` names the implementation, the file and the commit where the answer stands:

* C2SP tlog-witness in the words of July 2026 (C2SP/C2SP#280): 409 with `text/x.tlog.size` for a stale old size
  alone; another root of the same size and a proof that does not hold are both 422.
* transparency-dev/witness since its #576 of 2026-07-06, `witness/http.go` and `http_test.go` (12fb0ae): a stale size is 409
  with the size; ErrRootMismatch and ErrInvalidProof are 422 with neither body nor media type.
* the same before, and C2SP tlog-witness v1 (8d77562): another root of the same size is 409 without a size.
* litewitness of FiloSottile/torchwood, `internal/witness/witness.go` (aa3cdcf): `bad consistency proof` as
  `text/plain; charset=utf-8` with 422, for another root of the same size too; an unknown log is 403.
* sigsum's client (`TestProcessConflictResponse`) takes no size from another media type; Go's `net/http` sends a body
  whose type nobody named as `text/plain; charset=utf-8`.
"""

from __future__ import annotations

import dataclasses
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.seal.models.log import this_log
from core.seal.queries.audit import check_seal
from core.seal.queries.witnesses import witnesses_of
from core.seal.rules import merkle
from core.seal.rules.note import Checkpoint, Note, Signer
from core.seal.rules.proof_files import write_hashes
from core.seal.rules.witnesses import WitnessAddress
from core.seal.service.witness import SIZE, Witness
from core.seal.tasks.cosigning import collect
from core.seal.tasks.sequencer import sequence
from tests.unit.core.seal.test_sequencer import append

SIGNER = Signer("witness.example/w1", bytes(range(1, 33)))
STALE = ("stale", SIZE)
PLAIN = "text/plain; charset=utf-8"


@dataclasses.dataclass
class Foreign:
    """A witness of others: what it has cosigned, and with which answers (status, body, media type) it says so."""

    size: int
    stale: tuple[int, str, str | None]
    inconsistent: tuple[int, str, str | None]
    same: bool = False
    asked: list[int] = dataclasses.field(default_factory=list)

    def answer(self, body: str) -> tuple[int, str, str | None]:
        head, _gap, note = body.partition("\n\n")
        old = int(head.split("\n")[0].removeprefix("old "))
        self.asked.append(old)
        if old != self.size:
            status, text, kind = self.stale
            return status, text.format(size=self.size), kind
        if not self.same:
            status, text, kind = self.inconsistent
            return status, text.format(size=self.size), kind
        return 200, SIGNER.cosign(Note.parse(note).text, timestamp=1_760_000_000), None


SPECIFIED = (409, "{size}\n", SIZE)
FOREIGN = {
    "C2SP tlog-witness, July 2026": (SPECIFIED, (422, "", None)),
    "transparency-dev/witness since #576": (SPECIFIED, (422, "", None)),
    "transparency-dev/witness before, C2SP v1": (SPECIFIED, (409, "", None)),
    "C2SP v1, with a body in words": (SPECIFIED, (409, "root hash mismatch\n", PLAIN)),
    "ours until now: the same size again": (SPECIFIED, (409, "{size}\n", SIZE)),
    "litewitness": (SPECIFIED, (422, "bad consistency proof\n", PLAIN)),
    "a size without its media type": ((409, "{size}\n", None), (422, "", None)),
    "a size as plain text": ((409, "{size}\n", PLAIN), (422, "", None)),
}


@contextmanager
def served(foreign: Foreign):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, text, kind = foreign.answer(body)
            self.send_response(status)
            if kind is not None:
                self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def ask(app, session, monkeypatch):
    """Let the log of six entries ask a foreign witness that is thought to have seen `known` of them; the view of it."""
    append(6)
    sequence()

    def ask(foreign: Foreign, known: int = 0):
        from core.database import transaction
        from core.seal.models.leaves import SealWitness

        with served(foreign) as url:
            given = (WitnessAddress.parse(f"{url}#{SIGNER.cosigner}"),)
            monkeypatch.setitem(app.extensions, "seal", dataclasses.replace(this_log(), witnesses=given))
            with transaction() as current:
                current.add(SealWitness(url=url, vkey=str(SIGNER.cosigner), size=known, trouble=""))
            collect(this_log())
        session.rollback()
        return witnesses_of(this_log())[0]

    return ask


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("known", [0, 3, 6])
def test_a_stale_size_is_asked_again_from_there(session, ask, name, known):
    stale, inconsistent = FOREIGN[name]
    foreign = Foreign(4, stale, inconsistent, same=True)
    view = ask(foreign, known)
    assert (view.size, view.trouble, view.alarm_at) == (6, "", None)
    assert foreign.asked == [known, 4]


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("known", [0, 4])
def test_a_fork_below_the_head_is_an_alarm_whatever_it_is_said_with(session, ask, name, known):
    stale, inconsistent = FOREIGN[name]
    view = ask(Foreign(4, stale, inconsistent), known)
    if inconsistent[0] == 409:  # such a witness says 409 for the same size only; below it, its proof fails
        stale, inconsistent = FOREIGN["litewitness"]
        view = ask(Foreign(4, stale, inconsistent), known)
    assert view.alarm_at is not None
    assert "forked" in view.trouble


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("known", [0, 6])
def test_another_root_of_the_same_size_is_an_alarm_whatever_it_is_said_with(session, ask, name, known):
    stale, inconsistent = FOREIGN[name]
    view = ask(Foreign(6, stale, inconsistent), known)
    assert view.alarm_at is not None
    assert "forked" in view.trouble
    assert [one.code for one in check_seal() if one.table == "seal_witness"] == ["forked"]


@pytest.mark.parametrize("name", FOREIGN)
def test_a_size_beyond_ours_is_an_alarm(session, ask, name):
    stale, inconsistent = FOREIGN[name]
    view = ask(Foreign(9, stale, inconsistent), 6)
    assert view.alarm_at is not None
    assert "the log was set back" in view.trouble


def test_a_conflict_that_tells_no_size_is_asked_from_nothing_before_it_is_believed(session, ask):
    foreign = Foreign(4, (409, "", None), (422, "", None))
    view = ask(foreign, 3)
    assert foreign.asked == [3, 0]
    assert view.alarm_at is not None


def test_a_first_head_that_is_refused_is_no_fork(session, ask):
    view = ask(Foreign(0, SPECIFIED, (422, "", None)))
    assert view.alarm_at is None
    assert "422" in view.trouble


@pytest.mark.parametrize(
    ("status", "body"), [(403, "unknown log\n"), (404, ""), (429, ""), (500, "x"), (413, "")]
)
def test_what_is_no_conflict_is_trouble_and_no_alarm(session, ask, status, body):
    view = ask(Foreign(4, (status, body, None), (status, body, None)))
    assert view.alarm_at is None
    assert str(status) in view.trouble


def test_an_alarm_stands_while_the_witness_is_away_and_ends_when_it_cosigns(session, ask):
    from core.seal.tasks.cosigning import _remember

    view = ask(Foreign(6, *FOREIGN["litewitness"]), 6)
    assert view.alarm_at is not None
    _remember(view.url, str(SIGNER.cosigner), 6, None, "it could not be reached")
    session.rollback()
    assert witnesses_of(this_log())[0].alarm_at == view.alarm_at
    _remember(view.url, str(SIGNER.cosigner), 6, None, "another root", alarm=True)
    session.rollback()
    assert witnesses_of(this_log())[0].alarm_at == view.alarm_at, "since when it says so"
    _remember(view.url, str(SIGNER.cosigner), 6, view.alarm_at, "")
    session.rollback()
    assert witnesses_of(this_log())[0].alarm_at is None


# What the published clients read: Tessera (`witness.go`) and transparency-dev/witness (`client/http/witness_client.go`) take a
# size only with the exact media type; Sigsum wants one decimal without leading zeroes and the newline after it.
LOG = Signer("log.example/log", bytes(range(32)))
HASHES = [merkle.leaf_hash(bytes([n])) for n in range(12)]


def request(old: int, new: int, *, root: bytes | None = None) -> str:
    tree = merkle.Levels(HASHES[:new])
    proof = merkle.consistency_proof(old, new, tree.read) if old <= new else []
    head = Checkpoint("log.example/log", new, root or tree.root)
    return "\n".join([f"old {old}", *write_hashes(proof)]) + "\n\n" + head.signed(LOG)


def test_ours_answers_foreign_clients_as_they_read_it(tmp_path):
    ours = Witness(Signer.generate("ours.example/w1"), [LOG.verifier], tmp_path)
    assert ours.add_checkpoint(request(0, 5)).status == 200
    stale = ours.add_checkpoint(request(3, 8))
    assert (stale.status, stale.content_type, stale.body) == (409, "text/x.tlog.size", "5\n")
    for body in (request(5, 5, root=HASHES[0]), request(5, 8, root=HASHES[0])):
        refused = ours.add_checkpoint(body)
        assert refused.status == 422
        assert refused.content_type != "text/x.tlog.size"
    assert ours.add_checkpoint(request(8, 5)).status == 400
