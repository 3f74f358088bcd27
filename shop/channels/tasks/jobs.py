"""Long imports go on in the worker, showing how far they are."""

from celery import shared_task
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.files import service as files
from core.progress.tasks import Job, work
from shop.channels import queries
from shop.channels.rules.tables import Table, order_rows
from shop.channels.rules.taobao import Parsed, orders_of
from shop.channels.service import importing, stored_plans
from shop.channels.tasks import applying, forgetting


@shared_task(name="shop.channels.apply")
def apply_planned(job_id: str, import_public_id: str, storefront_public_id: str) -> None:
    """Apply an import that was claimed on its page; what was booked before a worker died is met again as unchanged."""
    work(job_id, lambda job: _apply(job, import_public_id, storefront_public_id))


@shared_task(name="shop.channels.plan")
def plan_import(job_id: str, import_public_id: str) -> None:
    """Read an import that was brought and compare it with what is on record, order by order."""
    work(job_id, lambda job: _plan(job, import_public_id))


@shared_task(name="shop.channels.forget_plans")
def forget_plans() -> int:
    """What was kept of imports until they were booked goes."""
    return forgetting.forget_plans(at=now())


def _plan(job: Job, import_public_id: str) -> None:
    with transaction():
        job.renew()
        importing.note_state(job.public_id, failed=False)
        row = queries.get_import(import_public_id)
        import_id, before = row.id, row.plan_key
        chosen = [day for day in (row.first_day, row.last_day) if day is not None]
    brought = stored_plans.kept_tables(row)
    parsed = None if brought is None else _read(job, brought)
    orders = stored_plans.kept_orders(row) if parsed is None else parsed.orders
    planned, plan_key = importing.compare(
        orders,
        row,
        on_chunk=lambda done: job.advance(
            done, total=len(orders), message=_("Compared with what is on record")
        ),
    )
    with transaction():
        job.finish(result_url=f"/seller/channels/imports/{import_public_id}")
        if parsed is not None:
            importing.put_read(queries.get_import(import_public_id), parsed, chosen)
        importing.put_plan(import_id, planned, plan_key=plan_key)
    if before and before != plan_key:
        files.forget(before)


def _read(job: Job, brought: list[Table]) -> Parsed:
    total = order_rows(brought)
    return orders_of(
        brought, on_rows=lambda done: job.advance(done, total=total, message=_("The files are read"))
    )


def _apply(job: Job, import_public_id: str, storefront_public_id: str) -> None:
    result_url = f"/seller/channels/imports/{import_public_id}"
    with transaction():
        job.renew()
        importing.note_state(job.public_id, failed=False)
        row = queries.get_import(import_public_id)
        import_id, state, total = row.id, row.state, sum(row.counts.values())
    if state == "applied":
        job.finish(result_url=result_url)
        return
    orders = stored_plans.kept_orders(row)
    storefront = branch.get_storefront(storefront_public_id)
    applying.apply_import(
        import_id,
        orders,
        storefront,
        at=now(),
        progress=lambda done: job.advance(done, total=total),
        still_ours=job.renew,
        on_finished=lambda counts: job.finish(result_url=result_url, message=str(counts["facts"])),
    )
