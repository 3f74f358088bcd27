"""`flask quota`: prove the quota ledger."""

import sys

import click

from core.command_groups import CommandGroup
from core.database import transaction
from traceability.quota.queries import invariants

group = CommandGroup("quota", help="What registered land may bring to market.")


@group.command("check")
def check() -> None:
    """Print every invariant of quota and lots with the rows that break it; fails when one is broken."""
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
