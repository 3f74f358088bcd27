"""`flask users`: accounts with a role, from the command line of the server."""

import secrets
import sys

import click

from branch.organisation.cli.takeovers import operator_account
from branch.organisation.queries import members, tree
from branch.organisation.rules.permissions import PERMISSIONS_OF
from branch.organisation.rules.roles import WITHOUT_UNIT, Role
from branch.organisation.service import tree as service
from core.accounts.queries.account import find_account, find_confirmed
from core.accounts.rules.identity import parse_identity
from core.accounts.rules.passwords import SHORTEST, is_too_simple
from core.accounts.service import lost_factor
from core.accounts.service.account import create_account
from core.clock import now
from core.command_groups import CommandGroup
from core.database import transaction

group = CommandGroup("users", help="Accounts and their roles.")


@group.command("create")
@click.option("--email", "contact", metavar="E", required=True, help="E-mail address, or a phone number.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--unit", metavar="U", help="Code of the unit; every role but buyer and operator needs one.")
@click.option("--name", default="", help="The name that others see.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(contact: str, role: str, unit: str | None, name: str, *, password_stdin: bool) -> None:
    """Open an account and give it a role; an account that exists, and has proved its contact, only gets the role.

    Without --password-stdin a password is made and printed once.
    """
    identity = parse_identity(contact)
    if identity is None:
        raise click.BadParameter("neither an e-mail address nor a phone number", param_hint="--email")
    if unit is None and Role(role) not in WITHOUT_UNIT:
        raise click.UsageError(f"--role {role} needs --unit")
    password = sys.stdin.readline().rstrip("\n") if password_stdin else secrets.token_urlsafe(12)
    if password_stdin and (len(password) < SHORTEST or is_too_simple(password, about=(contact,))):
        raise click.ClickException("the password is too short or too easy to guess")
    with transaction():
        account = find_account(identity)
        opened = account is None
        if account is not None and find_confirmed(identity) != account.id:
            raise click.ClickException(
                f"an account gives {contact} as its contact and has not proved it: it may be somebody else's. "
                "Let its owner confirm the contact, or invite him"
            )
        if account is None:
            account = create_account(
                identity,
                display_name=name or identity.value.partition("@")[0],
                password=password,
                at=now(),
                confirmed=True,
            )
        place = tree.get_unit(unit) if unit else None
        reason = "flask users create"
        service.give_role(account.id, Role(role), unit=place, by_account_id=None, reason=reason, at=now())
    click.echo(
        f"{'account opened' if opened else 'role given to'}: {identity.value}, {role}{f' at {unit}' if unit else ''}"
    )
    if opened and not password_stdin:
        click.echo(f"password (shown once): {password}")


@group.command("take-role")
@click.option("--email", "contact", metavar="E", required=True, help="E-mail address, or a phone number.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option(
    "--unit", metavar="U", help="Code of the unit at which it is held; an operator's is held at none."
)
@click.option("--reason", required=True, help="Why; it is kept with the change.")
def take_role(contact: str, role: str, unit: str | None, reason: str) -> None:
    """Take a role away; what an operator has taken over counts no more from then on."""
    identity = parse_identity(contact)
    if identity is None:
        raise click.BadParameter("neither an e-mail address nor a phone number", param_hint="--email")
    with transaction():
        account = find_account(identity)
        if account is None:
            raise click.ClickException(f"there is no account with {contact}")
        place = tree.get_unit(unit) if unit else None
        member = members.member_with(account.id, Role(role), place)
        service.take_role(member, by_account_id=None, reason=reason, at=now())
    click.echo(f"role taken from: {identity.value}, {role}{f' at {unit}' if unit else ''}")


@group.command("reset-second-factor")
@click.option("--email", "contact", metavar="E", required=True, help="E-mail address, or a phone number.")
@click.option("--reason", required=True, help="How you know that it is the owner who asks; he reads it.")
@click.option("--operator", metavar="E", help="Whose act it is; may be left out while there is one operator.")
def reset_second_factor(contact: str, reason: str, operator: str | None) -> None:
    """Take the second factor off for somebody who lost it and the recovery codes; told, sealed, and shown to the owner."""
    identity = parse_identity(contact)
    account = find_account(identity) if identity else None
    if account is None:
        raise click.BadParameter("no account has this contact", param_hint="--email")
    account_id, by = account.id, operator_account(operator)
    if not tree.holds_everywhere(by, "jobs.manage"):
        raise click.BadParameter("this account is no operator's", param_hint="--operator")
    with transaction():
        lost_factor.take_off(account_id, by_account_id=by, reason=reason, at=now())
    click.echo(f"second factor taken off: {contact}; signed out everywhere, and told at every contact")


@group.command("list-roles")
def list_roles() -> None:
    """Print the roles and what each may do."""
    for role in Role:
        needs = "" if role in WITHOUT_UNIT else " (at a unit)"
        click.echo(f"{role.value}{needs}: {' '.join(sorted(PERMISSIONS_OF[role]))}")
