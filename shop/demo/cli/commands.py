"""`flask demo load [--size small|town]`."""

from __future__ import annotations

import time

import click

from core.application import DEMO_MARKER
from core.clock import now
from core.command_groups import CommandGroup
from core.settings import current_settings
from shop.demo.cli.loading import load
from shop.demo.service.members import DOMAIN, GROWERS_WITH_ACCOUNT, PASSWORD, STAFF

group = CommandGroup("demo", help="The demonstration town.")


@group.command("load")
@click.option("--size", type=click.Choice(["small", "town"]), default="small", show_default=True)
def load_town(size: str) -> None:
    """Fill an empty system with invented growers, listings and three years of sales."""
    began = time.monotonic()

    def say(text: str) -> None:
        click.echo(f"  {time.monotonic() - began:5.1f} s  {text}")

    load(size, at=now(), settings=current_settings(), say=say)
    (current_settings().var / DEMO_MARKER).touch()
    say("done")
    names = [name for name, *_rest in STAFF] + [f"grower{n + 1}" for n in range(GROWERS_WITH_ACCOUNT)]
    click.echo(
        f"Sign-ins, only on this machine, password {PASSWORD}: " + ", ".join(f"{n}@{DOMAIN}" for n in names)
    )
