"""Long imports go on in the worker, showing how far they are."""

from celery import shared_task
from flask import url_for

from branch import api as branch
from core import progress
from core.clock import now
from shop.channels import running, service


@shared_task(name="shop.channels.apply")
def apply_planned(import_public_id: str, storefront_public_id: str, job_id: str) -> None:
    """Apply an import that was claimed on its page; finding it applied already is fine."""
    row = running.get_import(import_public_id)
    if row.state == "applied":
        return
    import_id, total = row.id, sum(row.counts.values())
    orders = service.kept_orders(row)
    storefront = branch.get_storefront(storefront_public_id)
    counts = running.apply_import(
        import_id,
        orders,
        storefront,
        at=now(),
        progress=lambda done: progress.advance(job_id, done, total=total),
    )
    progress.finish(
        job_id,
        result_url=url_for("channels.one_import", public_id=import_public_id, _external=False),
        message=str(counts["facts"]),
    )


@shared_task(name="shop.channels.resume")
def resume_imports() -> int:
    """Send imports again that were confirmed but whose worker died; repeating one changes nothing."""
    from core.jobs import send_soon

    stuck = service.stuck_imports(at=now())
    for import_id, storefront_id, job_id in stuck:
        send_soon("shop.channels.apply", import_id, storefront_id, job_id)
    return len(stuck)
