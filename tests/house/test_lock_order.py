"""What is heard of locks: which rows a statement takes, and whether their table comes too late."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.database import Base
from tests.lock_order import ORDER, RANK, behind, table_locked_by


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE lot SET state='recalled' WHERE lot.id = 1", "lot"),
        ('UPDATE "order" SET paid_at=now() WHERE "order".id = 1', "order"),
        ("DELETE FROM stock_hold WHERE stock_hold.id = 1", "stock_hold"),
        (
            "SELECT lot.id \nFROM lot \nWHERE lot.id IN (SELECT code.lot_id FROM code) ORDER BY lot.id FOR UPDATE",
            "lot",
        ),
        ("SELECT i.id FROM inner_code JOIN code ON code.id = code_id FOR UPDATE OF inner_code", "inner_code"),
        ("SELECT lot.id FROM lot WHERE lot.id = 1 FOR SHARE", "lot"),
        ("SELECT licence.id FROM licence JOIN mark ON true FOR SHARE OF licence", None),
        ("SELECT lot.id FROM lot WHERE lot.id = 1", None),
        ("INSERT INTO lot (id) VALUES (1)", None),
    ],
)
def test_which_table_a_statement_locks(statement, table):
    assert table_locked_by(statement) == table


def test_a_table_that_comes_too_late_is_named_once():
    assert behind("lot", {"order": "here", "code": "there"}) == ["code"]
    assert behind("code", {"order": "here", "lot": "there"}) == []
    assert behind("lot", {"lot": "here", "code": "there"}) == []
    assert behind("message", {"code": "there"}) == []


def test_the_order_names_tables_that_there_are_each_once(app):
    assert set(ORDER) <= set(Base.metadata.tables)
    assert len(RANK) == len(ORDER)


ROOT = Path(__file__).resolve().parents[2]
# Where one sweep alone locks several rows, as it forgets them.
BY_ONE_SWEEP = {"core/forgetting/service.py"}


def locks_many_in_any_order(source: str) -> Iterator[int]:
    """Lines of `select(...).where(x.in_(...)).with_for_update()` that say no order in which rows are taken."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "with_for_update":
            chain = ast.unparse(node)
            if ".in_(" in chain and ".order_by(" not in chain:
                yield node.lineno


def test_rows_of_one_table_are_locked_in_an_order():
    paths = [
        path for room in ("core", "branch", "traceability", "shop") for path in (ROOT / room).rglob("*.py")
    ]
    found = {
        str(path.relative_to(ROOT)) for path in paths if any(locks_many_in_any_order(path.read_text("utf-8")))
    }
    assert found == BY_ONE_SWEEP


def test_an_order_that_is_missing_is_seen():
    unordered = "select(Lot.id).where(Lot.id.in_(ids)).with_for_update()"
    assert list(locks_many_in_any_order(unordered)) == [1]
    assert not list(locks_many_in_any_order(unordered.replace(".with", ".order_by(Lot.id).with")))
