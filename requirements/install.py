"""Install what a lock names, and nothing else: `python3 requirements/install.py [base | dev]`.

A lock is complete, so it is installed and not resolved (`--no-deps`): a release that came out after it cannot change
or break anything. `pip check` then asks whether what stands there fits together. `build.txt` comes first: pip itself,
and what the one package without a wheel is built with.

`.venv/installed-*.txt` are copies of the locks that were installed. They tell what is up to date, and which packages
of an older lock have to go. What was interrupted is begun afresh. Python 3.11 is all that is needed.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LOCKS = ("build", "base", "dev")
NEEDS_MIB = 600  # what the application needs, installed
NEEDS = {"base": "what the application needs", "dev": "what tests and checks need"}
# Published as source only; it is built with the setuptools of build.txt, without asking an index for another.
WITHOUT_WHEEL = "flask-principal"
INSTALL = [
    "install", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-binary", WITHOUT_WHEEL,
    "--no-build-isolation", "--no-input", "--no-compile", "-r",
]  # fmt: skip
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", re.MULTILINE)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Environment:
    """The virtual environment in `folder`, filled from the locks in `locks`."""

    def __init__(self, folder: Path, locks: Path) -> None:
        self.folder = folder
        self.locks = locks
        self.python = folder / "bin" / "python"
        self.begun = folder / "installing"

    def is_usable(self) -> bool:
        """Whether its Python still finds what was installed for it, and pip was not interrupted while it changed that."""
        if self.begun.exists() or not self.python.exists():
            return False
        asked = subprocess.run([self.python, "-c", "import pip"], capture_output=True, check=False)  # noqa: S603
        return asked.returncode == 0

    def make(self) -> None:
        say(f"[1/3] making a virtual environment in {self.folder}")
        command = [sys.executable, "-m", "venv", "--clear", self.folder]
        with _started(command, end_with=signal.SIGTERM) as process:
            process.wait()
        if process.returncode:
            sys.exit(f"The virtual environment could not be made{self._why_not()}")

    def _why_not(self) -> str:
        """What most often stands in the way, as far as it can be seen from here."""
        parent = self.folder.absolute().parent
        if find_spec("ensurepip") is None:
            return ": Python's own part for it is missing (Debian and Ubuntu: apt-get install python3-venv)."
        if not os.access(parent, os.W_OK | os.X_OK):
            return f": {parent} is closed to writing for this user."
        free_mib = shutil.disk_usage(parent).free // 2**20
        if free_mib < NEEDS_MIB:
            return f": {free_mib} MiB are free in {parent}; {NEEDS_MIB} are needed."
        return " (see above)."

    def installed(self, name: str) -> str:
        """The lock `name` as it was installed here; empty when it never was."""
        path = self._copy(name)
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def wanted(self, name: str) -> str:
        return (self.locks / f"{name}.txt").read_text(encoding="utf-8")

    def is_current(self, names: list[str]) -> bool:
        return self.is_usable() and all(self.installed(name) == self.wanted(name) for name in names)

    def bring_up(self, names: list[str]) -> None:
        """Install these locks, take away what only an older one named, and see that it all fits together."""
        before = {name: self.installed(name) for name in LOCKS}
        names = [name for name in LOCKS if name in names or before[name]]
        for step, name in enumerate(names, start=1):
            if name in NEEDS:
                say(f"[{step}/3] installing {NEEDS[name]} (pinned, by hash); a first time takes some minutes")
            self._pip_install(name)
        gone = _names(*before.values()) - _names(*(self.wanted(name) for name in names))
        if gone:
            self._pip("uninstall", "--yes", "--quiet", *sorted(gone))
        self._compile()
        self._pip("check")
        for name in names:
            self._copy(name).write_text(self.wanted(name), encoding="utf-8")

    def _copy(self, name: str) -> Path:
        return self.folder / f"installed-{name}.txt"

    def _pip_install(self, name: str) -> None:
        """Run pip on one lock and count what it has fetched. From its first change on it must come to its end."""
        of, seen, said = len(PIN.findall(self.wanted(name))), 0, 0
        command = [*self._command(), *INSTALL, self.locks / f"{name}.txt"]
        flushed = os.environ | {"PYTHONUNBUFFERED": "1"}
        with _started(command, stdout=subprocess.PIPE, env=flushed) as process:
            for line in process.stdout or ():
                if line.startswith("Installing collected packages: "):
                    self.begun.touch()
                seen += line.startswith(("Collecting ", "Requirement already satisfied: "))
                if seen >= said + 20:
                    said = seen
                    say(f"      {seen} of {of}")
        self._must(process.returncode)
        self.begun.unlink(missing_ok=True)

    def _compile(self) -> None:
        """What pip would do file by file, on every core; what cannot be compiled says so when it is imported."""
        command = [self.python, "-m", "compileall", "-qq", "-j", "0", self.folder / "lib"]
        with _started(command) as process:
            process.wait()

    def _pip(self, *arguments: str) -> None:
        with _started([*self._command(), *arguments], stdout=subprocess.PIPE) as process:
            told = process.stdout.read() if process.stdout else ""
        if process.returncode:
            say(told)
        self._must(process.returncode)

    def _command(self) -> list[str | Path]:
        return [self.python, "-m", "pip", "--disable-pip-version-check"]

    def _must(self, code: int) -> None:
        if code:
            sys.exit(f"{self.folder} could not be filled (see above). The same command begins afresh.")


@contextmanager
def _started(
    command: list[str | Path], *, end_with: signal.Signals = signal.SIGINT, **options: Any
) -> Iterator[subprocess.Popen[str]]:
    """A process that Ctrl-C reaches through us alone: we end it, let it clear away, and it does not stumble aloud."""
    process = subprocess.Popen(command, text=True, start_new_session=True, **options)  # noqa: S603 - our own commands
    try:
        yield process
        process.wait()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, end_with)
        process.communicate()


def _names(*locks: str) -> set[str]:
    return {re.sub(r"[-_.]+", "-", name).lower() for lock in locks for name in PIN.findall(lock)} - {"pip"}


def _interrupted(*_given: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - older ones come here to be told
        sys.exit("Guiyuan needs Python 3.11 or newer; set PYTHON=/path/to/it")
    parser = argparse.ArgumentParser(description="Install a complete lock into a virtual environment.")
    parser.add_argument("lock", nargs="?", choices=LOCKS[1:], default="base", help="dev contains base")
    parser.add_argument("--venv", type=Path, default=HERE.parent / ".venv", metavar="FOLDER")
    parser.add_argument(
        "--locks", type=Path, default=HERE, metavar="FOLDER", help="where build.txt, base.txt, dev.txt are"
    )
    given = parser.parse_args()
    names = list(LOCKS[: LOCKS.index(given.lock) + 1])
    environment = Environment(given.venv, given.locks)
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, _interrupted)  # as Ctrl-C does: what we started ends before we do
    with Path(
        __file__
    ).open() as turn:  # one at a time: `make run` and `make test` may be started side by side
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            if environment.is_current(names):
                return
            if not environment.is_usable():
                environment.make()
            environment.bring_up(names)
        except KeyboardInterrupt:
            sys.exit("interrupted; the same command begins afresh")
        except OSError as error:
            sys.exit(f"{environment.folder} cannot be filled: {error}")


if __name__ == "__main__":
    main()
