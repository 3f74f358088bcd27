"""`flask payments`: what is open at the provider."""

from __future__ import annotations

import click

from core.command_groups import CommandGroup
from shop.payments.service.provider import configured
from shop.payments.tasks import sweeping

group = CommandGroup("payments", help="Money: what is open at the payment provider.")


@group.command("reconcile")
def reconcile() -> None:
    """Ask the payment provider about everything that is open, and settle it."""
    if not configured():
        click.echo("Stripe is not set up; there is nothing to ask.")
        return
    swept = sweeping.sweep(everything=True)
    click.echo(
        f"{swept.sessions} payments and {swept.refunds} refunds asked about, {swept.changed} settled, "
        f"{swept.away} to ask again, {swept.failed} failed."
    )
    if swept.away or swept.failed:
        raise SystemExit(1)
