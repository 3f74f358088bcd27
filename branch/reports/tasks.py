"""What the worker does for reports."""

import structlog
from celery import shared_task
from flask_babel import gettext

from branch.ledger.periods import month_before, parse_period
from branch.organisation.queries import all_units, get_unit
from branch.reports import building
from core.clock import local_day, now
from core.database import session
from core.errors import Conflict
from core.job_runs import Job, work

log = structlog.get_logger(__name__)


@shared_task(name="branch.reports.build")
def build_report(job_id: str, unit_code: str, period_key: str, account_id: int | None, by_name: str) -> None:
    """Build a report that somebody asked for, and show how far it is."""

    def build(job: Job) -> None:
        unit = get_unit(unit_code)
        session.rollback()
        made = building.make(
            parse_period(period_key),
            unit,
            at=now(),
            on_step=lambda done, steps, what: job.advance(done, total=steps, message=what),
        )
        building.keep(
            made,
            at=now(),
            account_id=account_id,
            by_name=by_name,
            on_kept=lambda public_id: job.finish(
                result_url=f"/branch/reports/{public_id}", message=gettext("The report is ready.")
            ),
        )

    work(job_id, build)


@shared_task(name="branch.reports.build_last_month")
def build_last_month() -> int:
    """Build last month's report of every branch as a draft; run on the 2nd of each month.

    Returns:
        How many reports were made or found standing.
    """
    period = month_before(local_day(now()))
    made = 0
    units = [unit for unit in all_units() if unit.kind == "branch"]
    session.rollback()
    for unit in units:
        try:
            building.keep(building.make(period, unit, at=now()), at=now(), account_id=None, by_name="")
            made += 1
        except Conflict:
            log.info("report_with_committee", unit=unit.code, period=period.key)
    return made
