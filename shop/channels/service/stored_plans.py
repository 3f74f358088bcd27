"""What is laid down of an import until it is confirmed: first its tables, then its orders with what would happen to each.

Nothing personal is in either. The import is named in them, so that two of the same files never share what either may
forget.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from core.errors import NotFound
from core.files import service as files
from core.ids import random_id
from shop.channels.models import OutsideImport
from shop.channels.rules import tables
from shop.channels.rules.outside_orders import OutsideLine, OutsideOrder
from shop.channels.rules.tables import Table

SHELF = "channel_plan"
KEEP_FOR = timedelta(days=1)


@dataclass(frozen=True)
class PlannedOrder:
    """What an import would do with one order; `changes` names what differs from the last time."""

    action: str
    order: OutsideOrder
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredTables:
    """Files that were laid down: the id of their import, where they lie, and the rows of each by its name."""

    public_id: str
    key: str
    rows: dict[str, int]


def lay_down(brought: Sequence[Table]) -> StoredTables:
    """Keep the tables of one import for a worker; called outside of a transaction."""
    public_id = random_id(16)
    key = _put({"import": public_id, "tables": [tables.to_json(table) for table in brought]})
    return StoredTables(public_id, key, {table.file: len(table.rows) for table in brought})


def keep_plan_of(public_id: str, planned: Sequence[PlannedOrder]) -> str:
    """Keep orders, and what would happen to each, until the import is confirmed; answers the key."""
    orders = [
        {
            "action": planned_order.action,
            "changes": list(planned_order.changes),
            "order": to_json(planned_order.order),
        }
        for planned_order in planned
    ]
    return _put({"import": public_id, "orders": orders})


def _put(what: dict[str, Any]) -> str:
    data = json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode()
    return files.put(data, kind=SHELF, content_type="application/json", public=False)


def kept_tables(row: OutsideImport) -> list[Table] | None:
    """The tables of an import that no worker has read yet; None when its orders are kept already.

    Raises:
        NotFound: they are gone, damaged, or of a version that laid them down otherwise (`plan_not_kept`).
    """
    document = _get(row)
    if "tables" not in document:
        return None
    try:
        return [tables.from_json(table) for table in document["tables"]]
    except (LookupError, StopIteration, TypeError):
        raise _gone() from None


def kept_plan(row: OutsideImport) -> list[PlannedOrder]:
    """What a planned import would do, as it was found when its files were read.

    Raises:
        NotFound: it was applied already and its plan is not kept, or it is gone (`plan_not_kept`).
    """
    return [
        PlannedOrder(entry["action"], from_json(entry["order"]), tuple(entry["changes"]))
        for entry in _get(row)["orders"]
    ]


def kept_orders(row: OutsideImport) -> list[OutsideOrder]:
    """The orders of a planned import.

    Raises:
        NotFound: it was applied already and its plan is not kept, or it is gone (`plan_not_kept`).
    """
    return [planned_order.order for planned_order in kept_plan(row)]


def _get(row: OutsideImport) -> dict[str, Any]:
    if row.plan_key is None:
        raise NotFound(_("This import has been applied."), code="plan_not_kept")
    try:
        document = json.loads(files.get(row.plan_key))
    except NotFound:
        raise _gone() from None
    if isinstance(document, dict) and "tables" in document:
        return document
    # Plans of earlier versions hold the orders alone, without what would happen to each, or whose they are.
    orders = document["orders"] if isinstance(document, dict) else document
    return {
        "orders": [
            order if "order" in order else {"action": "", "changes": [], "order": order} for order in orders
        ]
    }


def _gone() -> NotFound:
    return NotFound(
        _("What was kept of this import is gone. Please bring its files again; nothing is booked twice."),
        code="plan_not_kept",
        may_retry=False,
    )


def to_json(order: OutsideOrder) -> dict[str, Any]:
    """An order for a JSON column; times as ISO 8601."""
    body = vars(order) | {"lines": [dict(vars(line)) for line in order.lines]}
    for name in ("created_at", "paid_at"):
        body[name] = body[name].isoformat() if body[name] else None
    return body


def from_json(body: dict[str, Any]) -> OutsideOrder:
    """The order that `to_json` wrote."""
    values = dict(body)
    values["created_at"] = datetime.fromisoformat(values["created_at"])
    values["paid_at"] = datetime.fromisoformat(values["paid_at"]) if values["paid_at"] else None
    values["lines"] = tuple(OutsideLine(**line) for line in values["lines"])
    return OutsideOrder(**values)
