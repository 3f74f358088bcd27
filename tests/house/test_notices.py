"""People are told by `core.accounts.service.notifying`: where an account's owner reads messages is said in one place."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "branch", "traceability", "shop")
ACCOUNT = "core/accounts/models/account.py"
# Those who are written to without an account: buyers of an order, contacts of an invitation, keepers of log heads.
TO_A_CONTACT = {
    "core/accounts/service/notifying.py",
    "core/seal/service/daily_heads.py",
    "branch/organisation/service/invitations.py",
    "shop/orders/service/notices.py",
}


def email_or_phone(tree: ast.AST) -> bool:
    """Whether a contact is chosen by hand: `<anyone>.email or <anyone>.phone`, in either order."""
    return any(
        {"email", "phone"} <= {value.attr for value in node.values if isinstance(value, ast.Attribute)}
        for node in ast.walk(tree)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or)
    )


def enqueues(tree: ast.AST) -> bool:
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(
        (func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")) == "enqueue"
        for func in called
    )


def test_nobody_chooses_by_himself_where_an_account_is_written_to():
    trees = {
        str(path.relative_to(ROOT)): ast.parse(path.read_text())
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
    }
    assert {path for path, tree in trees.items() if email_or_phone(tree)} == {ACCOUNT}
    assert {path for path, tree in trees.items() if enqueues(tree)} == TO_A_CONTACT


def test_the_choice_is_seen_wherever_it_stands():
    assert email_or_phone(ast.parse("to = account.email or account.phone or ''"))
    assert email_or_phone(ast.parse("if to := person.phone or person.email: pass"))
    assert not email_or_phone(ast.parse("to = order.buyer_email or order.buyer_phone"))
    assert enqueues(ast.parse("messaging.enqueue(to=x)"))
    assert not enqueues(ast.parse("enqueue = 1"))
