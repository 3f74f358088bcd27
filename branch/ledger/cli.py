"""`flask ledger`: prove the ledger, or bring its daily sums up to date."""

import sys
import time

import click
from flask.cli import AppGroup

from branch.ledger import invariants, rollup
from core.database import transaction

group = AppGroup("ledger", help="The ledger of sales.")


@group.command("check")
def check() -> None:
    """Print every invariant with the rows that break it; fails when one is broken.

    The daily sums are brought up to date first, as any reader would.
    """
    with transaction():
        rollup.ensure_fresh()
    with transaction():
        findings = invariants.check_all()
    for finding in findings:
        click.echo(
            f"{'holds ' if finding.holds else 'BROKEN'}  {finding.name}  ({finding.checked:,} checked)"
        )
        for row in finding.broken:
            click.echo(f"          {row}")
    broken = sum(not finding.holds for finding in findings)
    click.echo(f"{len(findings) - broken} of {len(findings)} invariants hold")
    if broken:
        sys.exit(1)


@group.command("refresh")
@click.option(
    "--all", "everything", is_flag=True, help="Recompute every day, not only those that are marked."
)
def refresh(everything: bool) -> None:
    """Recompute the daily sums."""
    started = time.perf_counter()
    with transaction():
        number = rollup.rebuild_rollups() if everything else rollup.refresh_rollups()
    what = "rows of daily sums" if everything else "grower-days recomputed"
    click.echo(f"{number:,} {what} in {time.perf_counter() - started:.1f} s")
