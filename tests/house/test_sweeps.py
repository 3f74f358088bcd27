"""Whatever walks over rows in background work does so by the shared part, so that one bad row fails alone."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "branch", "traceability", "shop")
TASKS = sorted(
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if path.name == "tasks.py" or path.parent.name == "tasks" or path == ROOT / "core" / "jobs.py"
)


def calls(node: ast.AST) -> set[str]:
    """The names that are called anywhere inside."""
    return {
        getattr(one.func, "id", getattr(one.func, "attr", ""))
        for one in ast.walk(node)
        if isinstance(one, ast.Call)
    }


def test_there_are_tasks_to_look_at() -> None:
    assert len(TASKS) > 12


@pytest.mark.parametrize("path", TASKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_task_goes_over_rows_by_itself(path: Path) -> None:
    """A loop around transactions ends at the first bad row, and a transaction around a loop undoes all the others."""
    tree = ast.parse(path.read_text())
    found = [
        f"line {node.lineno}"
        for node in ast.walk(tree)
        if (isinstance(node, ast.For | ast.While) and "transaction" in calls(node))
        or (
            isinstance(node, ast.With)
            and "transaction" in {name for item in node.items for name in calls(item)}
            and any(isinstance(inner, ast.For | ast.While) for inner in ast.walk(node))
        )
    ]
    assert not found, f"use `core.sweeps.each`, `all_or_each` or `batch_by_batch`: {', '.join(found)}"
