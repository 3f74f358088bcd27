"""What takes two persons asks `branch.two_persons` who the second one may be, and compares no accounts by itself."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PART = "branch/two_persons/service.py"


def names_a_step(node: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Attribute) and part.attr.endswith("_by_account_id") for part in ast.walk(node)
    )


def asks_by_itself(tree: ast.AST) -> bool:
    """Whether a verb compares `row.<step>_by_account_id` with the account that acts, or names earlier steps itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(names_a_step, sides)) and any(isinstance(side, ast.Name) for side in sides):
                return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            earlier = any(keyword.arg == "earlier" for keyword in node.keywords)
            if (called == "require_independent" and earlier) or (
                called == "same_person" and any(map(names_a_step, node.args))
            ):
                return True
    return False


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
    assert asks_by_itself(ast.parse("if by != row.proposed_by_account_id: move()"))
    assert asks_by_itself(ast.parse("if by in {row.measured_by_account_id, row.agreed_by_account_id}: pass"))
    assert asks_by_itself(ast.parse("same_person(by, row.asked_by_account_id)"))
    assert not asks_by_itself(ast.parse("if row.decided_by_account_id is None: pass"))
    assert asks_by_itself(ast.parse("branch.require_independent(by, 7, earlier=[row.asked_by_account_id])"))
    assert not asks_by_itself(ast.parse("branch.require_independent(by, grower_id)"))
