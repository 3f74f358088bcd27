"""Planning and applying an import: create, update, unchanged or rejected, row by row; twice changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import case, select, update

from branch import api as branch
from core.clock import local_day
from core.database import changed, session
from core.errors import Conflict
from core.ids import random_id
from shop.channels.models import OutsideImport, OutsideOrderChange, OutsideOrderRow
from shop.channels.rules.outside_orders import OutsideOrder, Rejected
from shop.channels.rules.taobao import Parsed
from shop.channels.service.booking import CultivarWord, Shop, facts_of, facts_of_change
from shop.channels.service.stored_plans import PlannedOrder, StoredTables, from_json, keep_plan_of, to_json
from traceability import api as traceability

KEEP_REJECTED = 5_000
CHUNK = 500


def plan(parsed: Parsed, storefront_id: int) -> list[PlannedOrder]:
    """Compare parsed orders with what is known of the storefront; changes nothing."""
    return _compare(parsed.orders, storefront_id)


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
    old, new = vars(before), vars(after)
    return tuple(name for name in old if name not in ignored and old[name] != new[name])


def record_import(
    parsed: Parsed,
    *,
    storefront: branch.StorefrontView,
    platform: str,
    at: datetime,
    chosen_days: Sequence[date] = (),
) -> OutsideImport:
    """Write down an import that the server's own console read, with its totals and rejected rows.

    Args:
        parsed: what was read; nothing personal is in it.
        storefront: the shop.
        platform: its platform.
        at: now.
        chosen_days: the first or the last day, or both, of the range that was chosen when exporting.
    """
    row = _add(random_id(16), storefront, platform=platform, account_id=None, at=at, plan_key=None)
    put_read(row, parsed, chosen_days)
    return row


def record_brought(
    brought: StoredTables,
    *,
    storefront: branch.StorefrontView,
    platform: str,
    account_id: int,
    at: datetime,
    chosen_days: Sequence[date] = (),
) -> OutsideImport:
    """Write down an import whose files were laid down (`keeping.lay_down`) and are read by a worker."""
    row = _add(
        brought.public_id, storefront, platform=platform, account_id=account_id, at=at, plan_key=brought.key
    )
    row.files = [
        {"name": name[:120], "rows": rows, "total_minor": None} for name, rows in brought.rows.items()
    ]
    row.first_day, row.last_day = _ends(chosen_days)
    return row


def _add(
    public_id: str,
    storefront: branch.StorefrontView,
    *,
    platform: str,
    account_id: int | None,
    at: datetime,
    plan_key: str | None,
) -> OutsideImport:
    row = OutsideImport(
        public_id=public_id,
        storefront_id=storefront.id,
        storefront_public_id=storefront.public_id,
        account_id=account_id,
        platform=platform,
        state="reading",
        at=at,
        files=[],
        counts={"create": 0, "update": 0, "unchanged": 0, "reject": 0},
        totals={"files_minor": 0, "taken_minor": 0},
        rejected=[],
        plan_key=plan_key,
    )
    session.add(row)
    session.flush()
    return row


def _ends(days: Sequence[date]) -> tuple[date | None, date | None]:
    return (min(days), max(days)) if days else (None, None)


def put_read(row: OutsideImport, parsed: Parsed, chosen_days: Sequence[date] = ()) -> None:
    """Write down what was read: totals, rejected rows, and the days that the import holds."""
    row.files = [
        {"name": name[:120], "rows": rows, "total_minor": parsed.totals_minor.get(name)}
        for name, rows in parsed.row_counts.items()
    ]
    row.counts = row.counts | {"reject": len(parsed.rejected)}
    row.totals = {
        "files_minor": sum(parsed.totals_minor.values()),
        "taken_minor": sum(order.total_minor for order in parsed.orders),
    }
    row.rejected = [asdict(rejected_row) for rejected_row in parsed.rejected[:KEEP_REJECTED]]
    row.first_day, row.last_day = _ends(
        [local_day(order.created_at) for order in parsed.orders] + list(chosen_days)
    )
    session.flush()


def compare(
    orders: Sequence[OutsideOrder], row: OutsideImport, *, on_chunk: Callable[[int], None]
) -> tuple[list[PlannedOrder], str]:
    """Compare the orders of an import with what is on record, and lay the outcome down: the plan and its key.

    Outside of a transaction; `on_chunk` is told between chunks how many orders are done.
    """
    public_id = row.public_id
    planned = _compare(orders, row.storefront_id, on_chunk)
    return planned, keep_plan_of(public_id, planned)


def put_plan(import_id: int, planned: Sequence[PlannedOrder], *, plan_key: str | None) -> None:
    """The import is planned: it waits for somebody to confirm it."""
    row = session.get_one(OutsideImport, import_id)
    counts = Counter(planned_order.action for planned_order in planned)
    row.counts = row.counts | {action: counts.get(action, 0) for action in ("create", "update", "unchanged")}
    row.state, row.plan_key, row.job_id = "planned", plan_key, None
    session.flush()


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
    return groups + [
        CultivarWord(cultivar.name_zh, cultivar.group_code) for cultivar in traceability.cultivars()
    ]


def rejected_of(row: OutsideImport) -> list[Rejected]:
    """The rejected rows of an import, as first written down."""
    return [Rejected(**fields) for fields in row.rejected]
