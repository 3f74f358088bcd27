"""A PostgreSQL database as after years: tables filled by one statement each, beside the rows that a test made.

Values follow from types: a word of the table's CHECK rule, a digest, a number that counts on, a time that goes back from
now. Rules, foreign keys and triggers are out of force meanwhile: plans are made of figures, not of sense.
"""

import re
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from core.database import Base

FIRST, MANY, FEW = 1_001, 20_000, 500  # the first number of a row made here, and how many there are
# What grows with every code, scan, sale, event or job, most rows a year first. A table that is not named is filled with
# `FEW` rows: land, lots, growers, alarms, cases, reports grow by hundreds.
GROWING = (
    "seal_leaf", "code_lookup", "epcis_event_key", "code", "code_change", "code_member", "inner_code", "inner_try", "lookup_day",
    "epcis_event", "outbox_event", "outbox_delivery", "message", "account_contact_message", "account_device", "form_key",
    "sale_fact", "sales_daily", "sales_part", "sales_monthly", "order", "order_line", "order_change", "consignment",
    "consignment_change", "payment", "payment_change", "stock_hold", "cart", "cart_line", "stripe_event", "outside_order",
    "outside_order_change", "paper", "provenance_certificate", "quota_move", "quota_posting", "code_action", "job_progress",
    "work_claim", "failure_decision", "account",
)  # fmt: skip
EXCEPTION = 500  # one row in so many is not yet settled, or has no value where others have one
SETTLED = {
    "message.state": "sent", "job_progress.state": "done", "code.state": "shipped", "order.payment_state": "paid",
    "consignment.fulfilment_state": "delivered", "payment.state": "received", "stock_hold.state": "taken",
    "epcis_event.type": "ObjectEvent", "epcis_event.action": "OBSERVE", "sale_fact.kind": "sale", "alarm.state": "cleared",
    "transfer_proof.state": "confirmed", "refund.state": "done", "code_action.kind": "shipped", "licence.state": "valid",
    "grower.state": "admitted", "lot.state": "open", "listing.state": "published", "storefront.state": "authorised",
    "report.state": "accepted", "recall_request.state": "done", "inner_unlock.state": "done", "void_proposal.state": "done",
}  # fmt: skip
# Empty in all but that one row: what is noted of failures and corrections only.
SELDOM = {
    "error_reason", "error_time", "failed_at", "failing_since", "set_aside_at", "dead_at", "claimed_until", "expires_at",
    "attention", "dispute_id", "lifted_at", "inner_locked_at",
}  # fmt: skip
AGE = "k * interval '50 minutes'"  # of row `k`: some two years in all
AGES = {"form_key": "k * interval '15 seconds'"}  # what is forgotten after days


def fill(connection: psycopg.Connection[Any], *only: str) -> None:
    """Fill all tables of the connection's database, or the named ones; let the server count them (ANALYZE)."""
    connection.execute("SET session_replication_role = replica")
    for table in [Base.metadata.tables[name] for name in only or Base.metadata.tables]:
        drop = [
            f"DROP CONSTRAINT {_quoted(rule)}"
            for rule in table.constraints
            if isinstance(rule, sa.CheckConstraint)
        ]
        if drop:
            connection.execute(f'ALTER TABLE "{table.name}" {", ".join(drop)}'.encode())
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        values = ", ".join(map(_value, table.columns))
        last = FIRST + (MANY if table.name in GROWING else FEW) - 1
        connection.execute(
            f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM generate_series({FIRST}, {last}) AS k '  # noqa: S608 - names of our own tables
            "ON CONFLICT DO NOTHING".encode()
        )
    connection.execute("ANALYZE")


def _quoted(rule: sa.CheckConstraint) -> str:
    return postgresql.dialect().identifier_preparer.format_constraint(rule) or ""


def _value(column: sa.Column[Any]) -> str:
    """The SQL of a column's value in row `k`."""
    value = _full_value(column)
    if not column.nullable or column.primary_key:
        return value
    seldom = column.name in SELDOM
    return f"CASE WHEN k % {EXCEPTION} {'<>' if seldom else '='} 0 THEN NULL ELSE {value} END"


def _full_value(column: sa.Column[Any]) -> str:
    for key in column.foreign_keys:
        if not column.primary_key:
            return f"{FIRST} + k * 7919 % {MANY if key.column.table.name in GROWING else FEW}"
    settled = SETTLED.get(f"{column.table.name}.{column.name}")
    words = _words(column) or ([settled] if settled else [])
    if words:
        listed = ", ".join(f"'{word}'" for word in words)
        return f"CASE WHEN k % {EXCEPTION} = 0 THEN (ARRAY[{listed}])[1 + k / {EXCEPTION} % {len(words)}] ELSE '{settled or words[-1]}' END"
    age = AGES.get(column.table.name, AGE)
    kind = column.type.dialect_impl(postgresql.dialect())
    if isinstance(column.type, sa.TypeDecorator):
        kind = column.type.load_dialect_impl(postgresql.dialect())
    for of, value in (
        (sa.Boolean, f"k % {EXCEPTION} <> 0"),
        (sa.DateTime, f"now() - {age}"),
        (sa.Date, f"date(now() - {age})"),
        (sa.JSON, "'{}'::jsonb"),
        (sa.LargeBinary, f"decode(md5('{column.name}' || k), 'hex')"),
        (sa.String, f"left(md5('{column.name}' || k), {getattr(column.type, 'length', None) or 32})"),
    ):
        if isinstance(kind, of):
            return value
    return "k"


def _words(column: sa.Column[Any]) -> list[str]:
    """The words that a CHECK rule allows in the column."""
    for rule in column.table.constraints:
        if isinstance(rule, sa.CheckConstraint):
            found = re.search(rf"\b{column.name} IN \(([^)]*)\)", str(rule.sqltext))
            if found:
                return re.findall(r"'([^']*)'", found[1])
    return []
