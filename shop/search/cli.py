"""`flask search`."""

import click

from core.clock import now
from core.command_groups import CommandGroup
from core.work_claims import InWork
from shop.search.service import finding
from shop.search.tasks import rebuilding

group = CommandGroup("search", help="The search index.")


@group.command("reindex")
def reindex() -> None:
    """Rebuild the search index and swap it in."""
    try:
        count = rebuilding.rebuild(at=now())
    except InWork:
        raise click.ClickException("The index is being built by another process at the moment.") from None
    click.echo(f"{count} listings can be found ({finding.engine().name})")
