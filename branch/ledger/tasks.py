"""What the worker does for the ledger."""

from __future__ import annotations

from datetime import date, datetime

from celery import shared_task

from branch.ledger.rules.periods import Period
from branch.ledger.service import daily_sums
from branch.ledger.service.reconciling import (
    RunView,
    compare,
    drawn_month,
    examples_of,
    months_on_record,
    tell_of_differences,
    write_run,
)
from core.clock import local_day, now
from core.database import session, transaction
from core.sweeps import all_or_each


@shared_task(name="branch.ledger.refresh_rollups")
def refresh_rollups() -> int:
    """Recompute the daily sums of the days that changed; a day that cannot be summed up is left for its own turn."""
    return all_or_each(daily_sums.SUMMING, daily_sums.marked_days(at=now()), daily_sums.refresh_days).counted


def reconcile(day: date, *, at: datetime, month: Period | None = None) -> RunView | None:
    """Compare the sums of one month with its facts, mark the days that differ, write the run down.

    Opens its own transactions, being called at edges: the comparison, which may take long, holds no lock, and what
    it finds is looked at again before anything is marked. None when nothing is on record.
    """
    with transaction():
        daily_sums.ensure_fresh()
    months = months_on_record()
    if not months:
        return None
    chosen = month or drawn_month(day, months)
    compared, suspected = compare(chosen)
    session.rollback()
    with transaction():
        daily_sums.ensure_fresh()
        differences = compare(chosen, only=suspected)[1] if suspected else {}
        if differences:
            daily_sums.mark_days(differences)
        view = RunView(
            day,
            months[0].key,
            months[-1].key,
            chosen.key,
            compared,
            len(differences),
            examples_of(differences),
        )
        write_run(view, at)
    tell_of_differences(view)
    return view


@shared_task(name="branch.ledger.reconcile")
def reconcile_drawn_month() -> int:
    """Compare a month, drawn by the date, with the facts; the rows that differ, which are then put right."""
    run = reconcile(local_day(now()), at=now())
    return 0 if run is None else run.differing
