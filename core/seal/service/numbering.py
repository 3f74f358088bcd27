"""Leaves get their numbers. Nothing here commits."""

from __future__ import annotations

from sqlalchemy import text

from core.seal.queries.unsealed import LEFT_OUT_SQL

# The last condition is not written as `IS NULL`: PostgreSQL, which has seen few leaves waiting when it last counted,
# would look through the index of waiting ones once for each of them.
NUMBER = text(f"""
UPDATE seal_leaf SET number = :first + waiting.place
FROM (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS place
    FROM (
        SELECT id FROM seal_leaf WHERE number IS NULL AND NOT {LEFT_OUT_SQL} ORDER BY id LIMIT :most
    ) AS next
) AS waiting
WHERE seal_leaf.id = waiting.id AND COALESCE(seal_leaf.number, -1) = -1
""")  # noqa: S608 - a word of ours
