"""What differs between the two databases is asked in core, by `is_postgresql` and `insert_into`; rooms name neither."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("branch", "traceability", "shop")


def switches(source: str) -> Iterator[int]:
    """Lines that ask for an engine's dialect, or take a statement of one dialect."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "dialect":
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy.dialects"):
            yield node.lineno


def test_no_room_asks_which_database_it_is():
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert not [(path, line) for path in paths for line in switches(path.read_text())]


@pytest.mark.parametrize(
    "line",
    [
        'session.get_bind().dialect.name == "postgresql"',
        "from sqlalchemy.dialects.sqlite import insert",
        "from sqlalchemy.dialects import postgresql",
    ],
)
def test_a_switch_is_seen(line):
    assert list(switches(line)) == [1]
