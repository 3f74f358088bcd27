"""Which functions of ours speak SQL, and on which database a run heard each of them.

A landing runs on PostgreSQL only the tests marked `both` (`--db marked`). That is enough as long as every function
that sends SQL anywhere in the suite is among what those run: this plugin writes them down per engine, and a whole run
that knows one of them from SQLite alone fails and names it. Without the published cases no run is whole.
"""

import inspect
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.published.vectors import all_cases

ROOT = str(Path(__file__).resolve().parents[1])
ROOMS = tuple(f"{ROOT}/{room}/" for room in ("core", "branch", "traceability", "shop"))
# What others say: ours, or a library's.
PASSES_ON = tuple(
    f"{ROOT}/core/{one}.py" for one in ("database", "safe_methods", "transitions", "seal/views/log_files")
)

# What may stay unheard on PostgreSQL, with the reason.
SQLITE_ONLY = {
    "core/engine.py:_configure_sqlite.<locals>.on_begin": "begins what only SQLite lets an application begin",
}

heard: dict[str, set[str]] = defaultdict(set)


def listen(engine: sa.Engine) -> None:
    """Note from now on which function of ours each statement on `engine` comes from."""
    known = heard[engine.dialect.name]

    def note(*_rest: Any) -> None:
        if function := speaker():
            known.add(function)

    sa.event.listen(engine, "before_cursor_execute", note)


def speaker() -> str:
    """Which function of ours sends what is about to be sent; empty when none does."""
    frame: Any = inspect.currentframe()
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(ROOMS) and path not in PASSES_ON:
            return f"{path[len(ROOT) + 1 :]}:{frame.f_code.co_qualname}"
        frame = frame.f_back
    return ""


def unheard(known: dict[str, Iterable[str]]) -> list[str]:
    """The functions that SQLite heard and PostgreSQL did not, where both were at work."""
    if not known.get("postgresql") or not known.get("sqlite"):
        return []
    return sorted(set(known["sqlite"]) - set(known["postgresql"]) - set(SQLITE_ONLY))


class Dialects:
    """The plugin: gathers what the workers heard, and judges a whole run of `--db marked` by it."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.missing: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        for dialect, functions in getattr(node, "workeroutput", {}).get("heard", {}).items():
            heard[dialect].update(functions)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(self.config, "workeroutput", None)
        if output is not None:
            output["heard"] = {dialect: sorted(functions) for dialect, functions in heard.items()}
        elif self.config.getoption("--db") == "marked" and self._whole():
            self.missing = unheard(dict(heard))
            if self.missing and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _whole(self) -> bool:
        """Whether every test ran: none chosen by name, and none skipped for want of the published cases."""
        return (
            all_cases().is_dir()
            and self.config.args_source != pytest.Config.ArgsSource.ARGS
            and not self.config.getoption("-k")
        )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.missing:
            terminalreporter.section("SQL that PostgreSQL never heard")
            terminalreporter.write_line("Mark with `both` a test that runs it (docs/testing.md):")
            for function in self.missing:
                terminalreporter.write_line(f"  {function}")
