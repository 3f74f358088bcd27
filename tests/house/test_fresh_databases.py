"""What one test leaves is gone for the next, on each engine: rows, keys that were given, and changed tables."""

import pytest
import sqlalchemy as sa

from core.database import Base, db, transaction
from tests.factories.accounts import make_account

MARK = "ALTER TABLE message ADD COLUMN left_over integer"


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_every_test_finds_an_empty_database_and_first_keys(session, turn):
    assert [
        name
        for name, table in Base.metadata.tables.items()
        if session.scalar(sa.select(1).select_from(table).limit(1))
    ] == []
    assert "left_over" not in {column["name"] for column in sa.inspect(db.engine).get_columns("message")}
    session.rollback()
    with transaction():
        assert make_account().id == 1
    if turn == 2:
        with db.engine.begin() as connection:
            connection.execute(sa.text(MARK))
