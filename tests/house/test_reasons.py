"""That nobody said why is found by `core.transitions.require_reason`, which also takes the space around the words away."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Asks in the same breath whether the sentence is too long.
KNOWN = {"core/failures/service.py"}


def finds_it_by_itself(tree: ast.AST) -> bool:
    return any(
        keyword.arg == "code" and ast.unparse(keyword.value) == "'reason_missing'"
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        for keyword in node.exc.keywords
    )


def test_a_missing_reason_is_found_in_one_place():
    found = {
        str(path.relative_to(ROOT))
        for room in ("core", "branch", "traceability", "shop")
        for path in (ROOT / room).rglob("*.py")
        if finds_it_by_itself(ast.parse(path.read_text()))
    }
    assert found == KNOWN
