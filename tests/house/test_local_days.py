"""The calendar of a moment is read on a named clock only: mypy says so (see local_days.py) where it knows the type, and
names say so where it does not, in templates and in benchmarks.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes
from mypy import api

ROOT = Path(__file__).parents[2]
HEAD = """
from datetime import date, datetime
from typing import NewType

ClockTime = NewType("ClockTime", datetime)


def told(at: datetime, due_at: datetime | None, day: date, local: ClockTime) -> None:
"""
REFUSED = (
    "at.year", "at.month", "at.day", "at.hour", "at.date()", "at.time()", "at.weekday()", "at.isocalendar()",
    "at.strftime('%Y')", "at.toordinal()", "at.utctimetuple()", "format(at, '%Y')", "f'{at:%Y-%m-%d}'", "f'{at:%H:%M}'", "due_at.year if due_at else 0",
    "(due_at or at).date()", "f'{due_at:%Y}'", "[m.year for m in (at, due_at) if m]",
)  # fmt: skip
ALLOWED = (
    "day.year", "day.isocalendar()", "f'{day:%Y-%m}'", "local.year", "local.date()", "local.strftime('%H')",
    "f'{local:%Y-%m-%d}'", "(local + (at - at)).day", "at.isoformat()", "f'{at}'",
)  # fmt: skip


ROOMS = ("core", "branch", "traceability", "shop", "benchmarks")
CALENDAR = {"year", "month", "day", "hour", "date", "time", "weekday", "isocalendar", "strftime"}
MOMENT = re.compile(r"(\w+_)?(at|moment|now)")
IN_SQL = {"date", "date_part", "date_trunc", "extract", "strftime", "to_char"}


@pytest.fixture(scope="module")
def errors(tmp_path_factory, pytestconfig):
    """The lines of the module of examples that mypy refuses, with what it says."""
    folder = tmp_path_factory.mktemp("local_days")
    settings, module = folder / "mypy.ini", folder / "examples.py"
    settings.write_text(f"[mypy]\nplugins = {ROOT / 'tests/house/local_days.py'}\n")
    module.write_text(HEAD + "".join(f"    {line}\n" for line in (*REFUSED, *ALLOWED)))
    said, _errors, _status = api.run(
        ["--config-file", str(settings), "--cache-dir", str(pytestconfig.cache.mkdir("mypy")), str(module)]
    )
    lines = module.read_text().splitlines()
    return {lines[int(number) - 1].strip(): text for number, text in re.findall(r":(\d+): error: (.*)", said)}


@pytest.mark.parametrize("line", REFUSED)
def test_the_calendar_of_a_bare_moment_is_refused(errors, line):
    assert "[local-day]" in errors.get(line, "")


@pytest.mark.parametrize("line", ALLOWED)
def test_days_and_times_on_a_named_clock_are_read(errors, line):
    assert line not in errors


def test_every_run_of_mypy_holds_the_rule():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
    assert settings["plugins"] == ["tests/house/local_days.py"]


def read_by_name(source: str) -> Iterator[int]:
    """Lines of Python that ask something called like a moment (`at`, `sold_at`, `now()`) for its calendar.

    Also those that cut a day out of its text or have the database count days, which knows UTC only.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            called = node.value.func if isinstance(node.value, ast.Call) else None
            if getattr(called, "attr", "") == "isoformat":
                yield node.lineno
        if isinstance(node, ast.Attribute) and node.attr in IN_SQL:
            owner = getattr(node.value, "attr", getattr(node.value, "id", ""))
            if owner in {"func", "sa"}:
                yield node.lineno
        if isinstance(node, ast.Attribute) and node.attr in CALENDAR:
            owner = node.value.func if isinstance(node.value, ast.Call) else node.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if MOMENT.fullmatch(name):
                yield node.lineno


def read_in_template(source: str) -> Iterator[int]:
    """The same of a template."""
    for node in jinja2.Environment(extensions=["jinja2.ext.i18n"]).parse(source).find_all(nodes.Getattr):  # noqa: S701
        owner = node.node.node if isinstance(node.node, nodes.Call) else node.node
        if node.attr in CALENDAR and MOMENT.fullmatch(getattr(owner, "attr", getattr(owner, "name", ""))):
            yield node.lineno


def test_nothing_called_like_a_moment_is_asked_for_its_calendar():
    rooms = (*ROOT.glob("*.py"), *(path for room in ROOMS for path in (ROOT / room).rglob("*.py")))
    found = [(path, line) for path in rooms for line in read_by_name(path.read_text())]
    found += [
        (path, line)
        for path in (ROOT / "templates").rglob("*.*")
        for line in read_in_template(path.read_text())
    ]
    assert not found


@pytest.mark.parametrize("line", ["at.year", "sale.sold_at.date()", "now().month", "row.at.strftime('%Y')"])
def test_such_names_are_known(line):
    assert list(read_by_name(line)) == list(read_in_template("{{ " + line + " }}")) == [1]


@pytest.mark.parametrize(
    "line",
    ["row.since.isoformat()[:10]", "func.date(Lot.at)", "sa.func.strftime('%Y', x)", "sa.extract('year', x)"],
)
def test_a_day_cut_out_of_a_text_or_counted_by_the_database_is_seen(line):
    assert list(read_by_name(line)) == [1]
