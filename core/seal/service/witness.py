"""A small witness (C2SP tlog-witness) that another office can run for our log, and we for theirs.

It remembers for each log it knows the newest head that it cosigned, and cosigns only what grew out of it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from core.atomic import write_durably
from core.clock import now
from core.seal.rules.merkle import EMPTY_ROOT, ProofFails, verify_consistency
from core.seal.rules.note import DECIMAL, BadNote, Checkpoint, Note, Signer, Verifier
from core.seal.rules.proof_files import read_hashes

TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"
LONGEST_REQUEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class WitnessResponse:
    """What is answered over HTTP."""

    status: int
    body: str
    content_type: str = TEXT


@dataclass(frozen=True, slots=True)
class Request:
    """An add-checkpoint request taken apart."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    head: Checkpoint

    @classmethod
    def parse(cls, body: str) -> Request:
        """Read the old size, the proof's lines, an empty line, and the checkpoint.

        Raises:
            BadNote: it is not formed so.
        """
        head, gap, rest = body.partition("\n\n")
        first, *lines = head.split("\n")
        old = first.removeprefix("old ")
        if not gap or not first.startswith("old ") or not DECIMAL.fullmatch(old):
            raise BadNote("the request does not begin with the old size")
        note = Note.parse(rest)
        return cls(int(old), read_hashes(lines), note, Checkpoint.parse(note.text))


class Witness:
    """Cosigns for the logs whose keys it was given; what it cosigned last lies in `folder`."""

    def __init__(self, signer: Signer, logs: Sequence[Verifier], folder: Path) -> None:
        self.signer = signer
        self.logs = {log.name: [key for key in logs if key.name == log.name] for log in logs}
        self.folder = folder
        self._threads = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def add_checkpoint(self, body: str) -> WitnessResponse:
        """Judge a head as the specification orders it, and cosign it when it grew out of the last one.

        C2SP tlog-witness as of July 2026 (C2SP/C2SP#280): 409 with the size cosigned last is for a stale old size alone;
        another root of the same size is 422, as any proof that does not hold.
        """
        try:
            request = Request.parse(body)
        except BadNote as error:
            return WitnessResponse(400, f"{error}\n")
        keys = self.logs.get(request.head.origin)
        if keys is None:
            return WitnessResponse(404, "this log is not known here\n")
        try:
            signed = request.note.signed_by(keys)
        except BadNote:
            signed = []
        if not signed:
            return WitnessResponse(403, "no key of this log that is known here signed this\n")
        if request.old > request.head.size:
            return WitnessResponse(400, "the old size is larger than the new one\n")
        with self._exclusive_lock():
            return self._advance(request)

    def _advance(self, request: Request) -> WitnessResponse:
        size, root = self._last(request.head.origin)
        if request.old != size:
            return WitnessResponse(409, f"{size}\n", SIZE)
        if request.head.size == 0 and request.head.root != EMPTY_ROOT:
            return WitnessResponse(422, "a log of no entries has another root\n")
        if size == request.head.size and root != request.head.root:
            return WitnessResponse(422, f"another root was cosigned at entry {size}\n")
        try:
            verify_consistency(size, request.head.size, request.proof, root, request.head.root)
        except ProofFails as error:
            return WitnessResponse(422, f"{error}\n")
        record = {"origin": request.head.origin, "size": request.head.size, "root": request.head.root.hex()}
        write_durably(self._file(request.head.origin), json.dumps(record).encode())
        return WitnessResponse(200, self.signer.cosign(request.note.text, timestamp=int(now().timestamp())))

    def _file(self, origin: str) -> Path:
        return self.folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.json"

    def _last(self, origin: str) -> tuple[int, bytes]:
        path = self._file(origin)
        if not path.exists():
            return 0, EMPTY_ROOT
        record = json.loads(path.read_text())
        return int(record["size"]), bytes.fromhex(record["root"])

    @contextmanager
    def _exclusive_lock(self) -> Iterator[None]:
        """Comparing and remembering are one step, also against another process on the same folder."""
        with self._threads, (self.folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def make_server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """An HTTP server for it; `serve_forever` runs it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > LONGEST_REQUEST:
                self.close_connection = True
                self._send(WitnessResponse(413, "the request is too long, or does not say how long it is\n"))
                return
            data = self.rfile.read(int(length))
            if self.path.rstrip("/") != "/add-checkpoint":
                self._send(WitnessResponse(404, "not found\n"))
                return
            try:
                answer = witness.add_checkpoint(data.decode())
            except UnicodeDecodeError:
                answer = WitnessResponse(400, "the request is not text\n")
            self._send(answer)

        def do_GET(self) -> None:
            is_vkey = self.path.rstrip("/") == "/vkey"
            self._send(
                WitnessResponse(200, f"{witness.signer.cosigner}\n")
                if is_vkey
                else WitnessResponse(404, "not found\n")
            )

        def _send(self, answer: WitnessResponse) -> None:
            data = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    return ThreadingHTTPServer((host, port), Handler)
