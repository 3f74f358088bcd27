"""Planning and applying an import: create, update, unchanged or rejected, row by row; twice changes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import case, select, update

from branch import api as branch
from core import files
from core.clock import local_day
from core.database import changed, session
from core.errors import Conflict, NotFound
from core.ids import random_id
from shop.channels.booking import CultivarWord, Shop, facts_of, facts_of_change
from shop.channels.models import OutsideImport, OutsideOrderChange, OutsideOrderRow
from shop.channels.orders import OutsideLine, OutsideOrder, Rejected
from shop.channels.taobao import Parsed
from traceability import api as traceability

KEEP_REJECTED = 5_000
CHUNK = 500


@dataclass(frozen=True)
class PlannedOrder:
    """What an import would do with one order; `changes` names what differs from the last time."""

    action: str
    order: OutsideOrder
    changes: tuple[str, ...] = ()


def plan(parsed: Parsed, storefront_id: int) -> list[PlannedOrder]:
    """Compare parsed orders with what is known of the storefront; changes nothing."""
    return _compare(parsed.orders, storefront_id)


def kept_plan(row: OutsideImport) -> list[PlannedOrder]:
    """What a planned import would do, as it was found when its files were read.

    Raises:
        NotFound: it was applied already and its plan is not kept.
    """
    return [PlannedOrder(one["action"], from_json(one["order"]), tuple(one["changes"])) for one in _kept(row)]


def _compare(
    orders: Sequence[OutsideOrder], storefront_id: int, on_chunk: Callable[[int], None] = lambda _done: None
) -> list[PlannedOrder]:
    planned: list[PlannedOrder] = []
    for chunk in chunks(orders):
        on_chunk(len(planned))
        known = _known(storefront_id, chunk)
        for order in chunk:
            row = known.get(order.order_id)
            if row is None:
                planned.append(PlannedOrder("create", order))
                continue
            differs = _differences(from_json(row.content), order)
            planned.append(PlannedOrder("update" if differs else "unchanged", order, differs))
    return planned


def chunks(orders: Sequence[OutsideOrder]) -> Iterable[Sequence[OutsideOrder]]:
    """The orders in pieces that fit one transaction each."""
    return (orders[start : start + CHUNK] for start in range(0, len(orders), CHUNK))


def _known(storefront_id: int, orders: Sequence[OutsideOrder]) -> dict[str, OutsideOrderRow]:
    rows = session.scalars(
        select(OutsideOrderRow).where(
            OutsideOrderRow.storefront_id == storefront_id,
            OutsideOrderRow.order_id.in_([order.order_id for order in orders]),
        )
    )
    return {row.order_id: row for row in rows}


def _differences(before: OutsideOrder, after: OutsideOrder) -> tuple[str, ...]:
    ignored = {"row_number"}
    old, new = asdict(before), asdict(after)
    return tuple(name for name in old if name not in ignored and old[name] != new[name])


def to_json(order: OutsideOrder) -> dict[str, Any]:
    """An order for a JSON column; times as ISO 8601."""
    body = asdict(order)
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


def record_import(
    parsed: Parsed,
    *,
    storefront: branch.StorefrontView,
    platform: str,
    account_id: int | None,
    at: datetime,
    keep_plan: bool,
    chosen_days: Sequence[date] = (),
) -> OutsideImport:
    """Write down an import that was read, with its totals and rejected rows; `put_plan` makes it planned.

    Args:
        parsed: what was read; nothing personal is in it.
        storefront: the shop.
        platform: its platform.
        account_id: whoever brings the files; None is the server's own console.
        at: now.
        keep_plan: whether the orders are kept until somebody confirms; they are laid down before anything else.
        chosen_days: the first or the last day, or both, of the range that was chosen when exporting.
    """
    days = sorted([local_day(order.created_at) for order in parsed.orders] + list(chosen_days))
    public_id = random_id(16)
    row = OutsideImport(
        public_id=public_id,
        storefront_id=storefront.id,
        storefront_public_id=storefront.public_id,
        account_id=account_id,
        platform=platform,
        state="reading",
        at=at,
        files=[
            {"name": name[:120], "rows": rows, "total_minor": parsed.totals_minor.get(name)}
            for name, rows in parsed.row_counts.items()
        ],
        counts={"create": 0, "update": 0, "unchanged": 0, "reject": len(parsed.rejected)},
        totals={
            "files_minor": sum(parsed.totals_minor.values()),
            "taken_minor": sum(order.total_minor for order in parsed.orders),
        },
        rejected=[asdict(one) for one in parsed.rejected[:KEEP_REJECTED]],
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        plan_key=_keep(public_id, [PlannedOrder("", one) for one in parsed.orders]) if keep_plan else None,
    )
    session.add(row)
    session.flush()
    return row


def compared(row: OutsideImport, *, on_chunk: Callable[[int], None]) -> tuple[list[PlannedOrder], str]:
    """Compare a read import with what is on record, and lay the outcome down: the plan and its key.

    Outside of a transaction; `on_chunk` is told between chunks how many orders are done.
    """
    planned = _compare(kept_orders(row), row.storefront_id, on_chunk)
    return planned, _keep(row.public_id, planned)


def put_plan(import_id: int, planned: Sequence[PlannedOrder], *, plan_key: str | None) -> None:
    """The import is planned: it waits for somebody to confirm it."""
    row = session.get_one(OutsideImport, import_id)
    counts = Counter(one.action for one in planned)
    row.counts = row.counts | {action: counts.get(action, 0) for action in ("create", "update", "unchanged")}
    row.state, row.plan_key, row.job_id = "planned", plan_key, None
    session.flush()


def _keep(public_id: str, planned: Sequence[PlannedOrder]) -> str:
    """The parsed orders, which hold nothing personal, until the import is confirmed.

    The import is named in them, so that two of the same files never share what either may forget.
    """
    orders = [
        {"action": one.action, "changes": list(one.changes), "order": to_json(one.order)} for one in planned
    ]
    data = json.dumps({"import": public_id, "orders": orders}, ensure_ascii=False).encode()
    return files.put(data, kind="channel_plan", content_type="application/json", public=False)


def _kept(row: OutsideImport) -> list[dict[str, Any]]:
    if row.plan_key is None:
        raise NotFound(_("This import has been applied."), code="plan_not_kept")
    kept = json.loads(files.get(row.plan_key))
    # Plans of earlier versions hold the orders alone, without what would happen to each, or whose they are.
    told: list[dict[str, Any]] = kept["orders"] if isinstance(kept, dict) else kept
    return [one if "order" in one else {"action": "", "changes": [], "order": one} for one in told]


def kept_orders(row: OutsideImport) -> list[OutsideOrder]:
    """The orders of a planned import.

    Raises:
        NotFound: it was applied already and its plan is not kept.
    """
    return [from_json(one["order"]) for one in _kept(row)]


def claim(import_id: int, *, job_id: str | None, at: datetime) -> None:
    """Take a planned import for applying, once.

    Raises:
        Conflict: it is being applied or was applied.
    """
    taken = changed(
        update(OutsideImport)
        .where(OutsideImport.id == import_id, OutsideImport.state == "planned")
        .values(state="applying", job_id=job_id, claimed_at=at)
    )
    if not taken:
        raise Conflict(_("This import is being applied already."), code="import_taken")


def apply_orders(
    orders: Sequence[OutsideOrder],
    *,
    import_id: int,
    storefront_id: int,
    shop: Shop,
    words: Sequence[CultivarWord],
    at: datetime,
) -> Counter[str]:
    """Write one chunk of orders and book their facts, in the caller's transaction; safe to repeat."""
    counts: Counter[str] = Counter()
    known = _known(storefront_id, orders)
    facts: list[branch.SaleFact] = []
    for order in orders:
        row = known.get(order.order_id)
        if row is None:
            session.add(
                OutsideOrderRow(
                    storefront_id=storefront_id,
                    order_id=order.order_id,
                    revision=1,
                    content=to_json(order),
                    first_seen_at=at,
                    changed_at=at,
                )
            )
            facts += facts_of(order, shop, words, revision=1)
            counts["create"] += 1
            continue
        before = from_json(row.content)
        if not _differences(before, order):
            counts["unchanged"] += 1
            continue
        booked, row.revision = facts_of_change(before, order, shop, words, revision=row.revision, at=at)
        facts += booked
        session.add(
            OutsideOrderChange(outside_order_id=row.id, import_id=import_id, at=at, before=row.content)
        )
        row.content = to_json(order)
        row.changed_at = at
        counts["update"] += 1
    session.flush()
    counts["facts"] = branch.append_facts(facts, at=at).appended
    return counts


def finish(import_id: int, shop: Shop, *, at: datetime) -> None:
    """The import is done: the ledger learns which days it covers, and its plan is no longer needed."""
    row = session.get_one(OutsideImport, import_id)
    if row.first_day is not None and row.last_day is not None:
        branch.record_coverage(
            shop.grower_id,
            shop.channel,
            shop=shop.public_id,
            first_day=row.first_day,
            last_day=row.last_day,
            reference=row.public_id,
            at=at,
        )
    session.execute(
        update(OutsideImport)
        .where(OutsideImport.id == import_id)
        .values(state="applied", applied_at=at, plan_key=None)
    )


def note_state(job_id: str, *, failed: bool) -> None:
    """An import came to nothing, or is at it again; what it booked so far stays, and is met again as unchanged."""
    # One that was confirmed was claimed; one that was not is still being read.
    at_work = case((OutsideImport.claimed_at.is_(None), "reading"), else_="applying")
    before = OutsideImport.state.in_(("reading", "applying")) if failed else OutsideImport.state == "failed"
    changed(
        update(OutsideImport)
        .where(OutsideImport.job_id == job_id, before)
        .values(state="failed" if failed else at_work)
    )


def cultivar_words() -> list[CultivarWord]:
    """Every name of a cultivar or group that a title may hold."""
    groups = [CultivarWord(group.name_zh, group.code) for group in traceability.cultivar_groups()]
    return groups + [CultivarWord(one.name_zh, one.group_code) for one in traceability.cultivars()]


def rejected_of(row: OutsideImport) -> list[Rejected]:
    """The rejected rows of an import, as first written down."""
    return [Rejected(**one) for one in row.rejected]
