"""`flask organisation`: an operator takes over a unit's work, from the command line of the server."""

import click

from branch.organisation.queries import tree
from branch.organisation.rules.roles import Role
from branch.organisation.service import takeovers
from core.accounts.queries.account import find_account
from core.accounts.rules.identity import parse_identity
from core.clock import now, to_utc
from core.command_groups import CommandGroup
from core.database import transaction

group = CommandGroup("organisation", help="Take over a unit's work for some days, in plain sight.")


@group.command("take-over")
@click.argument("unit")
@click.option(
    "--days", type=click.IntRange(1, takeovers.MOST_DAYS), required=True, help="It ends by itself then."
)
@click.option("--reason", required=True, help="The unit's people read it.")
@click.option("--operator", metavar="E", help="Whose account; may be left out while there is one operator.")
@click.option(
    "--role",
    type=click.Choice([Role.SECRETARY.value, Role.COMMITTEE.value]),
    help="Whose work; left out, the committee's at a town's root and the secretary's elsewhere.",
)
def take_over(unit: str, days: int, reason: str, operator: str | None, role: str | None) -> None:
    """Do the work of UNIT (its code) for some days; its people are told and see it."""
    account_id = operator_account(operator)
    with transaction():
        place = tree.get_unit(unit)
        public_id = takeovers.take_over(
            place,
            account_id=account_id,
            role=Role(role) if role else None,
            days=days,
            reason=reason,
            at=now(),
        )
    takeover = takeovers.get_takeover(public_id, at=now())
    click.echo(
        f"{takeover.by} does the work of {unit} ({takeover.role}) until {to_utc(takeover.ends_at):%Y-%m-%d %H:%M} UTC"
    )


def operator_account(contact: str | None) -> int:
    """The account of the operator at the keyboard, by its contact; it may be left out while there is one operator."""
    if contact is not None:
        identity = parse_identity(contact)
        account = find_account(identity) if identity else None
        if account is None:
            raise click.BadParameter("no account has this contact", param_hint="--operator")
        return account.id
    holders = tree.operators()
    if len(holders) != 1:
        raise click.UsageError(f"there are {len(holders)} operators; say which one with --operator")
    return holders[0]
