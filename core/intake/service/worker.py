"""One reading, in the process that does it: limits are set, then the parser is called, then the answer is written."""

from __future__ import annotations

import importlib
import os
import resource
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from core.intake.rules import wire
from core.intake.rules.wire import Refused, WireMessage

# What may be asked for; the modules are loaded before the fork, so that each reading finds them there.
PARSERS = {
    "picture": "core.intake.rules.pictures",
    "table": "core.intake.rules.tables",
    "paper": "core.intake.rules.papers",
}
LARGEST_QUESTION = 80 * 1024 * 1024
PATIENCE_S = 30.0
# How the guard tells what the reader died of.
TIME, MEMORY, FAULT = "time", "memory", "fault"
OUT_OF_TIME = {signal.SIGXCPU, signal.SIGALRM}
OUT_OF_MEMORY = {signal.SIGABRT, signal.SIGKILL}


def load_parsers() -> None:
    """Import every parser once."""
    for module in PARSERS.values():
        importlib.import_module(module)


def guard_reading(channel: socket.socket) -> NoReturn:
    """Guard one reading: read the question here, have a fork answer it, and say what the fork died of. Ends the process."""
    channel.settimeout(PATIENCE_S)
    question = wire.receive(channel, most_bytes=LARGEST_QUESTION)
    bounds = question.head["bounds"]
    reader = os.fork()
    if reader == 0:
        _read(channel, question, bounds)
    question = WireMessage({})  # the bytes are the reader's; the guard keeps nothing of them
    killed = _kill_after(reader, bounds["wall_s"] + 1)
    _, status = os.waitpid(reader, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    if status != 0:
        died_of = TIME if killed else _cause(status)
        wire.send(channel, WireMessage({"died": died_of}))
    os._exit(0)


def _kill_after(reader: int, seconds: float) -> list[bool]:
    """Kill the reader when its own alarm did not; the list is filled then."""
    killed: list[bool] = []

    def end_it(_number: int, _frame: object) -> None:
        killed.append(True)
        os.kill(reader, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end_it)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    return killed


def _cause(status: int) -> str:
    if not os.WIFSIGNALED(status):
        return FAULT
    number = os.WTERMSIG(status)
    if number in OUT_OF_TIME:
        return TIME
    return MEMORY if number in OUT_OF_MEMORY else FAULT


def _read(channel: socket.socket, question: WireMessage, bounds: dict[str, int]) -> NoReturn:
    """Parse under limits and answer; whatever happens, this process ends here."""
    code = 1
    try:
        limit(bounds)
        try:
            answer = _parsed(question)
        except Refused as refused:
            answer = WireMessage({"refused": refused.code, "details": refused.details})
        except MemoryError:
            answer = WireMessage({"died": MEMORY})
        except Exception:  # noqa: BLE001 - whatever a parser stumbles over lies in the file
            answer = WireMessage({"died": FAULT})
        wire.send(channel, answer)
        code = 0
    finally:
        os._exit(code)


def _parsed(question: WireMessage) -> WireMessage:
    module = importlib.import_module(PARSERS[question.head["parser"]])
    answer: WireMessage = module.parse(question.blobs[0], question.head["options"])
    return answer


def limit(bounds: dict[str, int]) -> None:
    """Bound this process for good: memory, processor and wall time, no files, no further processes."""
    with suppress(OSError):  # a container may close it; the limits below stand all the same
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    for what, most in (
        (resource.RLIMIT_AS, now + bounds["memory_bytes"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))
    # The lower bound sends SIGXCPU, by which time is told from memory; the upper one kills.
    cpu_s = spent + bounds["cpu_s"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, bounds["wall_s"])
