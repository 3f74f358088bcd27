"""A machine with nothing set: a clone in a folder of its own, commands typed there, services kept running."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.settings import Settings
from tests.fresh.blocks import Block
from tests.running import ask, free_port

READY_WITHIN_S = 900  # `make run` begins with installing
STOPS_WITHIN_S = 60
OUR_OWN = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}


@dataclass(frozen=True)
class Typed:
    """One row of the table."""

    where: str
    line: str
    seconds: float
    problem: str


class Failed(Exception):
    """A line did not do what the documentation says; the table holds it."""


def bare_environment(**given: str) -> dict[str, str]:
    """That of a person who has just signed in: none of our settings, no environment of Python entered."""
    ours = {name.upper() for name in Settings.model_fields} | OUR_OWN
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() not in ours and not name.startswith("GUIYUAN_")
    }
    entered = str(Path(sys.executable).parent)
    kept["PATH"] = os.pathsep.join(part for part in kept["PATH"].split(os.pathsep) if part != entered)
    return kept | given


@dataclass
class Machine:
    """`folder` is where people type; `settings` is what they have exported so far, with `given` for the examples' values."""

    name: str
    folder: Path
    rows: list[Typed]
    given: dict[str, str]
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.logs = self.folder.with_name(f"{self.folder.name}-logs")
        self.logs.mkdir(parents=True, exist_ok=True)
        self.services: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def environ(self) -> dict[str, str]:
        """The port is the one thing that is not the default: the machine may have another Guiyuan on it."""
        return bare_environment(PORT=str(self.port), GRANIAN_PORT=str(self.port), **self.settings)

    def follow(self, block: Block, *, instead: dict[str, str] | None = None) -> None:
        """Do what a block says; `instead` maps a line to the one that is typed in its place."""
        if block.kind == "settings":
            self._export(block)
        elif block.kind == "steps":
            for line in block.lines:
                self.type((instead or {}).get(line, line))
        elif block.kind == "services":
            self.serve(block)

    def _export(self, block: Block) -> None:
        for line in block.lines:
            name, _, value = line.removeprefix("export ").partition("=")
            self.settings[name] = self.given.get(name, shlex.split(value)[0])

    def type(self, line: str) -> None:
        """Run one line to its end."""
        log = self._log()
        self._tell(line)
        began = time.monotonic()
        with log.open("wb") as output:
            done = subprocess.run(
                ["bash", "-c", line], cwd=self.folder, env=self.environ, stdout=output, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        self._row(line, began, "" if done.returncode == 0 else f"ended with {done.returncode}", log)

    def serve(self, block: Block) -> None:
        """Start the lines of a block side by side and wait until `/readyz` is content with every part."""
        began = time.monotonic()
        for line in block.lines:
            log = self._log()
            self._tell(line)
            with log.open("wb") as output:
                self.services[line] = subprocess.Popen(
                    ["bash", "-c", f"exec {line}"], cwd=self.folder, env=self.environ, stdout=output,
                    stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
        problem = self._wait_until_ready()
        for line in block.lines:
            self._row(line, began, problem, log)
        for path in ("/", "/verify", "/search?q=dangui", "/log", "/account/sign-in"):
            began = time.monotonic()
            status = ask(self.port, "GET", path, headers=self._forwarded())[0]
            self._row(f"GET {path}", began, "" if status == 200 else f"answered {status}", log)

    def content(self) -> Any:
        """What visitors can buy, as the JSON API tells it."""
        return json.loads(ask(self.port, "GET", "/api/v1/listings", headers=self._forwarded())[1])["items"]

    def expect(self, what: str, holds: bool) -> None:
        self._row(f"({what})", time.monotonic(), "" if holds else "no", None)

    def stop(self) -> None:
        """Ask everything to end: by Ctrl-C what a person runs, by SIGTERM what a service manager runs."""
        running, self.services = self.services, {}
        for line, process in running.items():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT if line.startswith("make ") else signal.SIGTERM)
        for line, process in running.items():
            began, problem = time.monotonic(), ""
            try:
                process.wait(timeout=STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                problem = "did not end when asked to"
            self.rows.append(Typed(self.name, f"(stopped) {line}", time.monotonic() - began, problem))
        for pid in self._left_behind() if running else ():
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            self.rows.append(Typed(self.name, "(stopped)", 0, f"left behind: {command}"))
            os.kill(pid, signal.SIGKILL)

    def _left_behind(self) -> list[int]:
        """Processes that still run in this folder a moment after everything was asked to end."""
        until = time.monotonic() + STOPS_WITHIN_S / 6
        while (found := _processes_in(self.folder)) and time.monotonic() < until:
            time.sleep(0.2)
        return found

    def _wait_until_ready(self) -> str:
        """An empty text once ready, otherwise what was wrong at last."""
        until, told = time.monotonic() + READY_WITHIN_S, "nothing answers"
        while time.monotonic() < until:
            ended = [line for line, process in self.services.items() if process.poll() is not None]
            if ended:
                return f"ended by itself: {ended[0]}"
            try:
                status, text = ask(self.port, "GET", "/readyz")
                told = f"/readyz: {status} {text.strip()}"
                if status == 200 and json.loads(text)["status"] == "ok":
                    return ""
            except OSError:
                pass
            time.sleep(0.2)
        return told

    def _forwarded(self) -> dict[str, str]:
        """What the proxy in front would say, where the address is one of the outside."""
        return (
            {"Host": self.settings["PUBLIC_URL"].partition("//")[2]} if "PUBLIC_URL" in self.settings else {}
        )

    def _log(self) -> Path:
        return self.logs / f"{len(self.rows):03}-{len(self.services)}.txt"

    def _tell(self, line: str) -> None:
        sys.stderr.write(f"  {self.name}: {line}\n")

    def _row(self, line: str, began: float, problem: str, log: Path | None) -> None:
        self.rows.append(Typed(self.name, line, time.monotonic() - began, problem))
        if problem:
            sys.stderr.write((log.read_text(errors="replace")[-4000:] if log else problem) + "\n")
            raise Failed(line)


def _processes_in(folder: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
        except OSError:
            continue
    return found
