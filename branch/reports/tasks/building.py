"""What the worker does for reports."""

from datetime import timedelta

import structlog
from celery import shared_task
from flask_babel import gettext

from branch.ledger.rules.periods import month_before, parse_period
from branch.organisation.queries.tree import get_unit
from branch.reports.queries.pages import branches_without_report
from branch.reports.tasks import making
from core.clock import local_day, now
from core.database import session
from core.errors import Conflict
from core.progress.tasks import Job, work
from core.sweeps import for_each_key

log = structlog.get_logger(__name__)
LAST_MONTH = "branch.reports.build_last_month"
LONGEST_BUILD = timedelta(minutes=30)


@shared_task(name="branch.reports.build")
def build_report(job_id: str, unit_code: str, period_key: str, account_id: int | None, by_name: str) -> None:
    """Build a report that somebody asked for, and show how far it is."""

    def build(job: Job) -> None:
        unit = get_unit(unit_code)
        session.rollback()
        made = making.make(
            parse_period(period_key),
            unit,
            at=now(),
            on_step=lambda done, steps, what: job.advance(done, total=steps, message=what),
        )
        making.keep(
            made,
            at=now(),
            account_id=account_id,
            by_name=by_name,
            on_kept=lambda public_id: job.finish(
                result_url=f"/branch/reports/{public_id}", message=gettext("The report is ready.")
            ),
        )

    work(job_id, build)


@shared_task(name=LAST_MONTH)
def build_last_month() -> int:
    """Build last month's report of every branch as a draft, from the 2nd of the month on; run every hour.

    A branch whose report cannot be built keeps no other from its own, and gets its next turn after a while.

    Returns:
        How many reports were made or found standing.
    """
    at = now()
    period = month_before(local_day(at))
    units = {f"{period.key}/{unit.code}": unit for unit in branches_without_report(period)}

    def build(key: str) -> None:
        unit = units[key]
        try:
            making.keep(making.make(period, unit, at=at), at=at, account_id=None, by_name="")
        except Conflict as conflict:
            if conflict.code != "report_with_committee":
                raise
            log.info("report_with_committee", unit=unit.code, period=period.key)

    return for_each_key(LAST_MONTH, units, build, claim_for=LONGEST_BUILD, own_transactions=True).done
