"""More rows like the first one of a table: what a page lists below one object, without the services that made it."""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask import current_app

from core import seal
from core.database import Base, session
from tests.factories.accounts import make_account

#: Each of the first row's parents gets more of these; other tables grow by the verbs that `town.py` calls.
TABLES = (
    "account_device",
    "alarm_change",
    "alarm_finding",
    "api_token",
    "backup_run",
    "case_change",
    "case_evidence",
    "case_report",
    "channel_coverage",
    "check_finding",
    "check_run",
    "code_change",
    "consignment_change",
    "epcis_capture",
    "epcis_event",
    "epcis_query",
    "failure_decision",
    "grower_change",
    "grower_cost",
    "grower_member",
    "invitation",
    "job_progress",
    "licence_change",
    "listing_change",
    "lot_change",
    "mark_rules",
    "membership",
    "membership_change",
    "order_change",
    "outside_import",
    "outside_order",
    "paper",
    "payment_agreement",
    "payment_change",
    "photo",
    "price_tier",
    "programme",
    "refund_change",
    "report",
    "report_edition",
    "report_edition_file",
    "report_duty",
    "report_file",
    "report_post",
    "report_review",
    "storefront_address",
    "storefront_change",
    "transfer_proof",
    "variant",
    "work_claim",
)


def copy_first_rows(number: int, **changes: dict[str, Any]) -> list[str]:
    """Copy the first row of each table under other names, the `number`th time; the tables that have no row.

    Args:
        number: told apart by it from other copies.
        changes: by table, what is else than in the first row.
    """
    append_to_the_seal(f"copy-{number}")
    empty = []
    for name in TABLES:
        table = Base.metadata.tables[name]
        first = session.execute(sa.select(table).order_by(*table.primary_key).limit(1)).mappings().first()
        if first is None:
            empty.append(name)
            continue
        values = {column.name: first[column.name] for column in table.columns if not column.primary_key}
        for column in _told_apart_by(table):
            to_account = _names_an_account(column)
            values[column.name] = make_account().id if to_account else _another(values[column.name], number)
        session.execute(sa.insert(table).values(values | changes.get(name, {})))
    return empty


def append_to_the_seal(reason: str) -> None:
    """A leaf of every kind: what is written past the services is sealed, too, as far as the tests look."""
    for kind in {source.kind for source in current_app.extensions["seal_sources"]}:
        seal.append(kind, f"{kind}/{reason}", {})


def _told_apart_by(table: sa.Table) -> list[sa.Column[Any]]:
    """A column of each unique constraint or index: another account, or what is no reference to another table."""
    groups = [one.columns for one in table.constraints if isinstance(one, sa.UniqueConstraint)]
    groups += [one.columns for one in table.indexes if one.unique]
    return [min(reversed(list(group)), key=_hard_to_change) for group in groups]


def _hard_to_change(column: sa.Column[Any]) -> int:
    if _names_an_account(column):
        return 0
    return 2 if column.foreign_keys else 1


def _names_an_account(column: sa.Column[Any]) -> bool:
    return any(key.column.table.name == "account" for key in column.foreign_keys)


def _another(value: Any, number: int) -> Any:
    if isinstance(value, bytes):
        return sha256(value + bytes([number])).digest()[: len(value)]
    if isinstance(value, date):
        return value + timedelta(days=number)
    if isinstance(value, int):
        return value + 100 + number
    if value is None:
        return None
    return sha256(f"{value}{number}".encode()).hexdigest() if len(value) == 64 else f"{value}-{number}"
