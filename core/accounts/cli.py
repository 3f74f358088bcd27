"""`flask tokens create`: a token for an account from the command line."""

from datetime import timedelta

import click

from core.accounts.queries.account import find_account
from core.accounts.rules.identity import parse_identity
from core.accounts.service.tokens import create_token
from core.clock import now
from core.command_groups import CommandGroup
from core.database import transaction

group = CommandGroup("tokens", help="Tokens by which programs act for an account.")


@group.command("create")
@click.option("--email", "contact", required=True, help="Whose token it is: e-mail address or phone number.")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="What it may do, as epcis.capture; repeatable."
)
@click.option("--name", default="command line", show_default=True)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366))
def create(contact: str, scopes: tuple[str, ...], name: str, days: int) -> None:
    """Make a token and print it, this once."""
    identity = parse_identity(contact)
    with transaction():
        account = find_account(identity) if identity else None
        if account is None:
            raise click.ClickException(f"There is no account with {contact}.")
        made = create_token(account.id, name=name, scopes=scopes, valid_for=timedelta(days=days), at=now())
    click.echo(made.secret)
