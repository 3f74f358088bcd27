"""What the worker does for reports."""

import structlog
from celery import shared_task
from flask_babel import force_locale, gettext

from branch.ledger.periods import month_before, parse_period
from branch.organisation.queries import all_units, get_unit
from branch.reports import building
from core import progress
from core.clock import local_day, now
from core.database import session
from core.errors import Conflict, DomainError

log = structlog.get_logger(__name__)


@shared_task(name="branch.reports.build")
def build_report(
    unit_code: str, period_key: str, job_id: str, account_id: int, by_name: str, locale: str
) -> None:
    """Build a report that somebody asked for, and show how far it is."""
    with force_locale(locale):
        try:
            unit = get_unit(unit_code)
            session.rollback()
            made = building.make(
                parse_period(period_key),
                unit,
                at=now(),
                on_step=lambda done, steps, what: progress.advance(job_id, done, total=steps, message=what),
            )
            public_id = building.keep(made, at=now(), account_id=account_id, by_name=by_name)
        except DomainError as error:
            progress.fail(job_id, str(error))
            return
        except Exception:
            progress.fail(
                job_id,
                gettext("The report could not be built. The cause has been noted; please try again later."),
            )
            raise
        progress.finish(
            job_id, result_url=f"/branch/reports/{public_id}", message=gettext("The report is ready.")
        )


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
