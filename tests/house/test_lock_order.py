"""What is heard of locks: which rows a statement takes, and whether their table comes too late."""

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
