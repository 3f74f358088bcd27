"""Whatever walks over rows in background work does so by the shared part, so that one bad row fails alone."""

import ast
import importlib
from pathlib import Path
from types import ModuleType

import pytest

from wsgi import SWEEPS

# Loops around transactions that are no walk over rows.
NO_SWEEPS = {
    "core/form_keys/tasks.py": "one delete, repeated until nothing is left",
    "core/progress/tasks.py": "the claim of one job, asked again",
    "core/seal/tasks/repair.py": "one story, written whole or not at all",
    "shop/channels/tasks/applying.py": "chunks of one claimed import",
    "shop/payments/tasks/stripe_calls.py": "three tries of one session",
    "shop/search/tasks/rebuilding.py": "one index, caught up with until nothing has changed",
}
EDGES = {"transaction", "within_transaction"}
SWEEPERS = {"for_each_key", "all_or_each", "batch_by_batch", "claimed", "take_claim"}
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


def test_what_is_no_sweep_is_still_there() -> None:
    assert {str(path.relative_to(ROOT)) for path in TASKS} >= set(NO_SWEEPS)


@pytest.mark.parametrize(
    "path",
    [path for path in TASKS if str(path.relative_to(ROOT)) not in NO_SWEEPS],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_task_goes_over_rows_by_itself(path: Path) -> None:
    """A loop around transactions ends at the first bad row, and a transaction around a loop undoes all the others."""
    tree = ast.parse(path.read_text())
    found = [
        f"line {node.lineno}"
        for node in ast.walk(tree)
        if (isinstance(node, ast.For | ast.While) and EDGES & calls(node))
        or (
            isinstance(node, ast.With)
            and EDGES & {name for item in node.items for name in calls(item)}
            and any(isinstance(inner, ast.For | ast.While) for inner in ast.walk(node))
        )
    ]
    assert not found, f"use `core.sweeps.for_each_key`, `all_or_each` or `batch_by_batch`: {', '.join(found)}"


def kinds(module: ModuleType, tree: ast.AST) -> set[str]:
    """The kinds of claims that a module takes, as it names them in its calls."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SWEEPERS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant):
                found.add(first.value)
            elif isinstance(first, ast.Name):
                found.add(getattr(module, first.id))
            elif isinstance(first, ast.Attribute) and isinstance(first.value, ast.Name):
                found.add(getattr(getattr(module, first.value.id), first.attr))
    return found


def test_every_kind_of_claim_has_words_for_the_operators() -> None:
    named: set[str] = set()
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        text = path.read_text()
        if ("core.sweeps" in text or "core.work_claims" in text) and path.name not in {
            "sweeps.py",
            "work_claims.py",
        }:
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            named |= kinds(importlib.import_module(name), ast.parse(text))
    assert len(named) > 14
    assert not named - set(SWEEPS), "give them words in SWEEPS of wsgi.py"
