"""`flask ledger`: prove the ledger, or bring its daily sums up to date."""

import sys
import time
from datetime import date

import click

from branch.ledger import tasks
from branch.ledger.queries import invariants
from branch.ledger.rules.periods import parse_period
from branch.ledger.service import daily_sums
from core.clock import local_day, now
from core.command_groups import CommandGroup
from core.database import transaction
from core.invariants import tell_invariants

group = CommandGroup("ledger", help="The ledger of sales.")


@group.command("check")
def check() -> None:
    """Print every invariant with the rows that break it; fails when one is broken.

    The daily sums are brought up to date first, as any reader would.
    """
    with transaction():
        daily_sums.ensure_fresh()
    with transaction():
        findings = invariants.check_all()
    tell_invariants(findings)


@group.command("refresh")
@click.option(
    "--all", "everything", is_flag=True, help="Recompute every day, not only those that are marked."
)
def refresh(everything: bool) -> None:
    """Recompute the daily sums."""
    started = time.perf_counter()
    with transaction():
        number = daily_sums.rebuild_rollups() if everything else daily_sums.refresh_rollups()
    what = "rows of daily sums" if everything else "grower-days recomputed"
    click.echo(f"{number:,} {what} in {time.perf_counter() - started:.1f} s")


@group.command("reconcile")
@click.option(
    "--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="Draw the month of this night again."
)
@click.option("--month", "month_key", help="Compare this month (YYYY-MM) instead of a drawn one.")
def reconcile(day: date | None, month_key: str | None) -> None:
    """Compare one month's sums with the facts, mark what differs, and put it right; fails when something differed."""
    chosen = None
    if month_key is not None:
        try:
            chosen = parse_period(month_key)
        except ValueError:
            raise click.BadParameter(month_key, param_hint="--month") from None
    run = tasks.reconcile(day or local_day(now()), at=now(), month=chosen)
    if run is None:
        click.echo("there are no facts yet")
        return
    click.echo(
        f"{run.month} (drawn from {run.first_month} to {run.last_month} by {run.day.isoformat()}): "
        f"{run.days:,} grower-days compared, {run.differing:,} differed"
    )
    for line in run.examples:
        click.echo(f"  {line}")
    if run.differing:
        with transaction():
            daily_sums.refresh_rollups()
        click.echo("put right from the facts")
        sys.exit(1)
