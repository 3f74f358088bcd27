"""Our side: hand bytes to the process that reads them, and take the answer or the sentence.

One process for each of ours that asks, started at the first file. At most `AT_ONCE` readings go on together; a request that
would be one more than can wait is told so at once, so that files never hold all threads of the web.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from flask import has_request_context
from flask_login import current_user

from core.intake.rules import wire
from core.intake.rules.bounds import Bounds
from core.intake.rules.wire import WireMessage
from core.intake.service.refusals import FileRefused, reader_died, too_busy

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parents[3]
AT_ONCE = 2
# Of the web's four threads one stays free for everybody else.
MOST_WAITING = 1
# Who is not signed in can be anybody, as often as he likes: one of the places is not for him, and he waits a moment only.
AT_ONCE_OF_STRANGERS = 1
STRANGERS_WAIT_S = 3.0
KEPT_ENVIRONMENT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "TZ",
    "PYTHONDONTWRITEBYTECODE",
)
START_PATIENCE_S = 20


class _Reader:
    """The process that forks for us, and the socket on which it is handed channels."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "core.intake.cli"],
                stdin=theirs.fileno(),
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
            )
        self.orders = ours
        self.owner = os.getpid()

    def hand_over(self, channel: socket.socket) -> None:
        """Give it the other end of a channel.

        Raises:
            OSError: the process is gone.
        """
        socket.send_fds(self.orders, [b"r"], [channel.fileno()])

    def end(self) -> None:
        """Let it go; it ends by itself once nothing more can come, and is ended if it does not hear that."""
        self.orders.close()
        if self.owner != os.getpid():
            return
        try:
            self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


_lock = threading.Lock()
_reader: _Reader | None = None
_going_on = threading.BoundedSemaphore(AT_ONCE)
_of_strangers = threading.BoundedSemaphore(AT_ONCE_OF_STRANGERS)
_waiting = threading.BoundedSemaphore(MOST_WAITING)


def read(parser: str, data: bytes, options: Mapping[str, Any], bounds: Bounds) -> WireMessage:
    """What the parser makes of the bytes: its facts and blobs.

    Raises:
        FileRefused: the file breaks a rule of its parser, asks for more than its bounds, or cannot be read; or, inside of
            a request, too many files are being read at this moment.
    """
    question = WireMessage(
        {"parser": parser, "options": dict(options), "bounds": bounds.as_options()}, (data,)
    )
    with _turn():
        answer = _ask(question, bounds)
    if "refused" in answer.head:
        raise FileRefused.by_parser(str(answer.head["refused"]), answer.head.get("details"))
    if "died" in answer.head:
        cause = str(answer.head["died"])
        log.warning("file_not_read", parser=parser, cause=cause, size=len(data))
        raise reader_died(cause)
    return answer


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one's turn; a worker waits as long as it takes, a request only if it is the next one."""
    stranger = has_request_context() and not current_user.is_authenticated
    if stranger:
        _take(_of_strangers, patience_s=STRANGERS_WAIT_S)
    try:
        _take(_going_on)
        try:
            yield
        finally:
            _going_on.release()
    finally:
        if stranger:
            _of_strangers.release()


def _take(places: threading.Semaphore, *, patience_s: float | None = None) -> None:
    if places.acquire(blocking=False):
        return
    in_request = has_request_context()
    if in_request and not _waiting.acquire(blocking=False):
        raise too_busy()
    try:
        if not places.acquire(timeout=patience_s):
            raise too_busy()
    finally:
        if in_request:
            _waiting.release()


def _ask(question: WireMessage, bounds: Bounds) -> WireMessage:
    ours = _opened()
    with ours:
        ours.settimeout(bounds.wall_s + START_PATIENCE_S)
        try:
            wire.send(ours, question)
            return wire.receive(ours, most_bytes=bounds.answer_bytes)
        except TimeoutError:
            return WireMessage({"died": "time"})
        except (wire.Broken, OSError):
            return WireMessage({"died": "fault"})


def _opened() -> socket.socket:
    """A channel to a fresh reader; the process is started if there is none, and once more if it was ended meanwhile."""
    global _reader  # noqa: PLW0603 - one for the process
    ours, theirs = socket.socketpair()
    with theirs, _lock:
        for last in (False, True):
            if _reader is not None and (_reader.owner != os.getpid() or _reader.process.poll() is not None):
                _reader.end()
                _reader = None
            if _reader is None:
                _reader = _Reader()
            try:
                _reader.hand_over(theirs)
            except OSError:
                if last:
                    ours.close()
                    raise
                _reader.end()
                _reader = None
            else:
                break
    return ours


@atexit.register
def stop() -> None:
    """End the process that reads; the next file starts another one."""
    global _reader
    with _lock:
        reader, _reader = _reader, None
    if reader is not None:
        reader.end()


def process_id() -> int | None:
    """The process that forks for this one, for measurements; None before the first file."""
    return None if _reader is None else _reader.process.pid
