"""Processes that are started again when they die: each by itself, with back-off, named in the log and in `/readyz`.

python -m core.supervisor worker-fast worker-slow      # what `flask jobs worker` becomes
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import structlog

from core import heartbeats as parts
from core.logs import configure_logging
from core.settings import Settings, load_settings

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parents[1]
STOP_AFTER_S = 15.0
LOOK_EVERY_S = 0.25
# How a part ends that only wants to be started again; no death (`EX_TEMPFAIL` of sysexits.h).
BEGINS_ANEW = 75
# Each thread would keep a heap of its own that it gives back to nobody.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
# Waiting times before the first, second, ... start again; whoever lives for `STEADY_AFTER_S` begins at the first.
BACK_OFF_S = (0.5, 1.0, 2.0, 4.0)
STEADY_AFTER_S = 60.0
MANY_DEATHS = 5
WITHIN_S = 60.0
LONG_BACK_OFF_S = 30.0


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """A process in a session of its own: Ctrl-C reaches us alone, and we end each part in order.

    Should we be ended by force, Linux ends it too: nobody would look after it, and it would hold the port.
    """
    return subprocess.Popen(  # noqa: S603 - our own commands
        command,
        cwd=ROOT,
        env=ENVIRONMENT | os.environ,
        start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - this process has one thread
    )


_libc = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Part:
    """One process and its history; times are of the monotonic clock."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    since: float = 0.0
    start_at: float = 0.0
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MANY_DEATHS))

    def recent_deaths(self, at: float) -> int:
        """How often it died within the last `WITHIN_S` seconds."""
        return sum(1 for death in self.deaths if at - death < WITHIN_S)

    def state(self, at: float) -> dict[str, Any]:
        """What `core.heartbeats` keeps of it."""
        state = "running" if self.process else "waiting"
        if self.recent_deaths(at) >= MANY_DEATHS:
            state = "unsteady"
        return {"state": state, "since": self.since, "deaths": self.recent_deaths(at)}

    def wait_after_death(self, at: float) -> float:
        """Note a death; seconds until the next start."""
        if at - self.began > STEADY_AFTER_S:
            self.deaths.clear()
        self.deaths.append(at)
        recent = self.recent_deaths(at)
        return LONG_BACK_OFF_S if recent >= MANY_DEATHS else BACK_OFF_S[recent - 1]


class Supervisor:
    """Keeps the processes of `commands` running until `stop` is asked for."""

    def __init__(self, settings: Settings, commands: Mapping[str, list[str]]) -> None:
        self.folder = parts.folder(settings)
        self.parts = {name: Part(name, command) for name, command in commands.items()}
        self.asked_to_stop = threading.Event()
        self._told = 0.0
        parts.forget_launched(self.folder)

    def listen_for_signals(self) -> None:
        """From here on Ctrl-C and SIGTERM ask to stop; nothing is interrupted between a start and its record."""

        def ask(_number: int, _frame: FrameType | None) -> None:
            self.asked_to_stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, ask)

    def start(self, name: str) -> None:
        """Start one part now."""
        part = self.parts[name]
        parts.forget(self.folder, name)
        part.began, part.since = time.monotonic(), time.time()
        part.process = start(part.command)
        self._report_parts()

    def run(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Start what is due and start again what died, until asked to stop or `until` answers True."""
        while not (self.asked_to_stop.is_set() or until()):
            for part in self.parts.values():
                self._look_after(part)
            if time.monotonic() - self._told > parts.BEAT_EVERY_S:
                self._report_parts()
            self.asked_to_stop.wait(LOOK_EVERY_S)

    def _look_after(self, part: Part) -> None:
        at = time.monotonic()
        if part.process is not None:
            code = part.process.poll()
            if code == BEGINS_ANEW:
                log.info("part_begins_anew", part=part.name)
                _end_orphans(part.process)
                self.start(part.name)
            elif code is not None:
                self._note_death(part, code, at)
        elif at >= part.start_at:
            again = bool(part.deaths)
            try:
                self.start(part.name)
            except OSError as error:
                self._note_death(part, str(error), at)
                return
            if again:
                log.warning("part_started_again", part=part.name)

    def _note_death(self, part: Part, code: int | str, at: float) -> None:
        if part.process is not None:
            _end_orphans(part.process)
        part.process = None
        wait_s = part.wait_after_death(at)
        part.start_at = at + wait_s
        parts.forget(self.folder, part.name)
        log.error("part_died", part=part.name, code=code, starts_again_in_s=wait_s)
        if part.recent_deaths(at) >= MANY_DEATHS:
            log.error("part_keeps_dying", part=part.name, deaths=MANY_DEATHS, within_s=WITHIN_S)
        self._report_parts()

    def _report_parts(self) -> None:
        self._told = time.monotonic()
        parts.tell_launched(self.folder, {name: part.state(self._told) for name, part in self.parts.items()})

    def stop(self) -> None:
        """End what was started here: politely first, by force after a while."""
        running = {part.name: part.process for part in self.parts.values() if part.process is not None}
        end_all(running)
        for part in self.parts.values():
            part.process = None
            parts.forget(self.folder, part.name)
        parts.forget_launched(self.folder)


def _end_orphans(process: subprocess.Popen[bytes]) -> None:
    """End what a dead part started itself: it would hold the port, or work beside the next one."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def end_all(running: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """End these processes together: politely first, by force after `STOP_AFTER_S`."""
    for process in running.values():
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    until = time.monotonic() + STOP_AFTER_S
    for name, process in running.items():
        try:
            process.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("part_ended_by_force", part=name)
            process.kill()
            process.wait()
        _end_orphans(process)


def commands(settings: Settings) -> dict[str, list[str]]:
    """The commands that make up one running system, by the name of the part."""
    flask_command = [sys.executable, "-m", "flask", "jobs"]
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "wsgi:create_app",
        "--host", "127.0.0.1", "--port", str(settings.port), "--workers", "1", "--blocking-threads", "4",
        "--log-level", "warning", "--no-access-log", "--no-ws",
    ]  # fmt: skip
    return {
        "web": web,
        "worker-fast": [*flask_command, "worker", "--queues", "fast"],
        "worker-slow": [*flask_command, "worker", "--queues", "slow"],
        "scheduler": scheduler_command(),
    }


def scheduler_command() -> list[str]:
    """What `flask jobs scheduler` becomes."""
    return [sys.executable, "-m", "core.scheduler", "wsgi"]


def main(names: list[str]) -> int:
    """Run the named parts until asked to stop."""
    settings = load_settings()
    configure_logging(settings.log_level)
    known = commands(settings)
    supervisor = Supervisor(settings, {name: known[name] for name in names})
    supervisor.listen_for_signals()
    try:
        supervisor.run()
    finally:
        supervisor.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
