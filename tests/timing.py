"""Where the time of a run goes: by folder and by phase, and the slowest files; printed at its end.

Seconds on the clock, and seconds of processor time of the test's own process and of the children that it has ended.
The second figure is the one to compare: it stays about the same on a machine that has other things to do.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PHASES = ("setup", "call", "teardown")
SLOWEST = 15


def processor_s() -> float:
    """User and system time of this process and of its ended children, in seconds."""
    return sum(os.times()[:4])


@dataclass
class Spent:
    """What some tests took, in seconds, by phase."""

    tests: int = 0
    clock: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PHASES, 0.0))
    processor: float = 0.0

    def add(self, report: pytest.TestReport) -> None:
        self.tests += report.when == "call"
        self.clock[report.when] += report.duration
        self.processor += getattr(report, "processor_s", 0.0)

    @property
    def total(self) -> float:
        return sum(self.clock.values())


class Timing:
    """The plugin: notes processor time with each report where the test runs, sums where the run is told."""

    def __init__(self) -> None:
        self.since = processor_s()
        self.files: dict[str, Spent] = defaultdict(Spent)
        self.tests: dict[str, float] = defaultdict(float)

    def pytest_runtest_logstart(self) -> None:
        self.since = processor_s()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Iterator[Any]:
        report = yield
        now = processor_s()
        report.processor_s, self.since = now - self.since, now
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.files[report.nodeid.split("::")[0]].add(report)
        self.tests[report.nodeid + "|" + str(report.when)] += getattr(report, "processor_s", 0.0)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if os.environ.get("TIMING_JSON"):
            Path(os.environ["TIMING_JSON"]).write_text(json.dumps(self.tests))
        if len(self.files) < 2:
            return
        terminalreporter.section("where the time went (seconds)")
        for line in self.lines():
            terminalreporter.write_line(line)

    def lines(self) -> Iterator[str]:
        yield f"{'folder':<42}{'tests':>7}{'setup':>8}{'call':>8}{'end':>8}{'all':>8}{'processor':>11}"
        folders: dict[str, Spent] = defaultdict(Spent)
        for name, spent in self.files.items():
            for folder in (folder_of(name), "all"):
                whole = folders[folder]
                whole.tests += spent.tests
                whole.processor += spent.processor
                for phase in PHASES:
                    whole.clock[phase] += spent.clock[phase]
        for folder, spent in sorted(folders.items(), key=lambda pair: -pair[1].total):
            yield line_of(folder, spent)
        yield f"the {SLOWEST} slowest files"
        for name, spent in sorted(self.files.items(), key=lambda pair: -pair[1].total)[:SLOWEST]:
            yield line_of(name, spent)


def folder_of(name: str) -> str:
    parts = name.split("/")
    return "/".join(parts[: 3 if parts[1:2] == ["unit"] else 2])


def line_of(name: str, spent: Spent) -> str:
    phases = "".join(f"{spent.clock[phase]:8.1f}" for phase in PHASES)
    return f"{name[-42:]:<42}{spent.tests:>7}{phases}{spent.total:8.1f}{spent.processor:11.1f}"
