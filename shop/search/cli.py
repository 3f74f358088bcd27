"""`flask search`."""

import click
from flask.cli import AppGroup

from core.clock import now
from shop.search import service

group = AppGroup("search", help="The search index.")


@group.command("reindex")
def reindex() -> None:
    """Rebuild the search index and swap it in."""
    count = service.rebuild(at=now())
    click.echo(f"{count} listings can be found ({service.engine().name})")
