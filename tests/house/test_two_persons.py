"""What takes two persons asks `branch.two_persons` who the second one may be, and compares no accounts by itself."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PART = "branch/two_persons/service.py"


def asks_by_itself(tree: ast.AST) -> bool:
    """Whether a verb compares `row.<step>_by_account_id` with the account that acts, or names earlier steps itself."""
    return any(
        (
            isinstance(node, ast.Compare)
            and isinstance(node.left, ast.Attribute)
            and node.left.attr.endswith("_by_account_id")
            and any(isinstance(other, ast.Name) for other in node.comparators)
        )
        or (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith("require_independent")
            and any(keyword.arg == "earlier" for keyword in node.keywords)
        )
        for node in ast.walk(tree)
    )


def test_one_part_asks_for_another_person():
    asking = {
        str(path.relative_to(ROOT))
        for room in ("core", "branch", "traceability", "shop")
        for path in (ROOT / room).rglob("*.py")
        if "service" in path.parts or path.name == "service.py"
        if asks_by_itself(ast.parse(path.read_text()))
    }
    assert asking == {PART}


def test_asking_is_seen():
    assert asks_by_itself(ast.parse("if row.proposed_by_account_id == by: raise Conflict()"))
    assert asks_by_itself(ast.parse("branch.require_independent(by, 7, earlier=[row.asked_by_account_id])"))
    assert not asks_by_itself(ast.parse("branch.require_independent(by, grower_id)"))
