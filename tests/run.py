"""The checks and the tests in parts that run side by side, and where the time went: `python -m tests.run PLAN [...]`.

Plans: `check`, `fast` (units on SQLite), `landing` (what `make test` runs), `coverage`, `all` (both databases, every
look, every example, coverage). Further arguments go to each command. What each proves stands in docs/testing.md.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tests.parts import missing

BIN = Path(sys.executable).parent
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
WORKERS = str(max(2, min(CORES, 8)))
WAITING = str(int(WORKERS) + 1)  # many tests wait for programs that they started
WHAT_IS_TYPED = ("core", "branch", "traceability", "shop", "wsgi.py")
told = threading.Lock()


@dataclass(frozen=True)
class Part:
    """A command that stands alone; `quiet` ones are heard only when they fail."""

    name: str
    command: Sequence[str]
    quiet: bool = False


@dataclass(frozen=True)
class Done:
    part: Part
    seconds: float
    status: int


def tool(name: str, *arguments: str) -> list[str]:
    return [str(BIN / name), *arguments]


def pytest(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", *arguments]


LANDING = "--hypothesis-profile=landing"

# Longest first. The browser's client keeps an event loop running in its process, so those tests have a run of their own.
CHECKS = [
    Part("types", tool("mypy", "--no-error-summary", *WHAT_IS_TYPED)),
    Part("dependency audit", [sys.executable, "-m", "tests.audit"]),
    Part("templates", tool("djlint", "--lint", "--quiet", "templates")),
    Part("catalogues", pytest("--no-header", "tests/house/test_catalogues.py"), quiet=True),
    Part("import contracts", tool("lint-imports", "--no-cache"), quiet=True),
    Part("lint", tool("ruff", "check", "--quiet", ".")),
    Part("format", tool("ruff", "format", "--check", "--quiet", ".")),
]


SIDE_BY_SIDE = ["-n", WAITING, "--dist", "worksteal"]
COVERED = ["--cov", "--cov-report=html"]  # fails below the floor that stands in pyproject.toml


def tests(*arguments: str) -> Part:
    return Part("tests", pytest("-m", "not browser", *SIDE_BY_SIDE, *arguments))


def browser(*arguments: str) -> Part:
    return Part(
        "browser", pytest("-m", "browser", "tests/browser", "-n", WORKERS, "--dist", "loadgroup", *arguments)
    )


PLANS = {
    "check": CHECKS,
    "fast": [Part("units", pytest("-m", "not slow", *SIDE_BY_SIDE, "tests/unit"))],
    "landing": [tests("--db", "marked", LANDING), browser(LANDING)],
    "coverage": [tests(*COVERED)],
    "all": [tests("--db", "both", "--whole", *COVERED), browser("--whole")],
}


def run(part: Part) -> Done:
    """Run one part to its end; what it says is passed on line by line, under its name."""
    since = time.monotonic()
    with subprocess.Popen(
        part.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        kept = list(_heard(part, process))
    if part.quiet and process.returncode:
        tell(part, kept)
    return Done(part, time.monotonic() - since, process.returncode)


def _heard(part: Part, process: "subprocess.Popen[str]") -> Iterator[str]:
    for line in process.stdout or ():
        if not part.quiet:
            tell(part, [line])
        yield line


def tell(part: Part, lines: Sequence[str]) -> None:
    with told:
        sys.stdout.writelines(f"{part.name + ':':<10} {line}" for line in lines)
        sys.stdout.flush()


def report(done: Sequence[Done], whole_s: float) -> str:
    """Each part with its seconds, and what it came to."""
    lines = [f"{one.part.name:<20}{one.seconds:8.1f} s  {'FAILED' if one.status else 'ok'}" for one in done]
    return "\n".join([*lines, f"{'all, side by side':<20}{whole_s:8.1f} s"]) + "\n"


def main(name: str, further: Sequence[str]) -> int:
    parts = [replace(part, command=[*part.command, *further]) for part in PLANS[name]]
    if parts != CHECKS and (absent := missing()):
        sys.stderr.write("".join(sentence + "\n" for sentence in absent))
        return 1
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each program is started dozens of times
    since = time.monotonic()
    with ThreadPoolExecutor(max_workers=max(2, CORES)) as threads:
        done = list(threads.map(run, parts))
    sys.stdout.write(report(done, time.monotonic() - since))
    return 1 if any(one.status for one in done) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
