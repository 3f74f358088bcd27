"""`flask reference load`: what every installation starts with."""

import click

from core.clock import now
from core.command_groups import CommandGroup
from core.database import transaction
from traceability.papers.service import ensure_paper_rules
from traceability.reference.service import ensure_reference_data

group = CommandGroup("reference", help="Reference data: cultivar groups, cultivars, rules about papers.")


@group.command("load")
def load() -> None:
    """Add what is missing; what was changed by hand stays."""
    with transaction():
        added = ensure_reference_data() + ensure_paper_rules(at=now())
    click.echo(f"Reference data: {added} rows added.")
