"""`flask failures`: what background work could not do."""

import click

from core.clock import now, to_utc
from core.command_groups import CommandGroup
from core.database import transaction
from core.errors import DomainError
from core.failures import queries, service

group = CommandGroup("failures", help="Events, messages and rows of sweeps that failed.")
KIND = click.Choice(queries.KINDS)


@group.command("list")
@click.option("--kind", type=KIND, help="Only these.")
@click.option("--aside", is_flag=True, help="What was set aside instead of what is open.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1))
def list_failures(kind: str | None, *, aside: bool, page: int) -> None:
    """Print what failed, what failed last first."""
    shown = queries.failures(at=now(), kind=kind, aside=aside, page=page)
    for failure in shown.items:
        next_try = failure.next_at.isoformat(timespec="minutes") if failure.next_at else "-"
        click.echo(f"{failure.kind}/{failure.id}  {failure.state}  {failure.name} {failure.key}")
        click.echo(
            f"    since {to_utc(failure.since):%Y-%m-%dT%H:%MZ}, {failure.attempts} times, next {next_try}: {failure.error}"
        )
    click.echo(f"page {shown.number} of {shown.pages}, {shown.total} in all")


@group.command("retry")
@click.argument("names", nargs=-1, metavar="[KIND/NUMBER]...")
@click.option("--all", "everything", is_flag=True, help="All that is open, or all of one --kind.")
@click.option("--kind", type=KIND, help="With --all: only these.")
def retry(names: tuple[str, ...], kind: str | None, *, everything: bool) -> None:
    """Make what failed due now, as `flask failures list` names it."""
    if bool(names) == everything:
        raise click.UsageError("name what to try again, or give --all")
    if everything:
        with transaction():
            open_failures = queries.open_failures(at=now(), kind=kind)
            tried = service.try_each_again(open_failures, at=now(), by=None)
        click.echo(f"{tried} due now")
        return
    wanted = [_parsed(name) for name in names]
    for one_kind, number in wanted:
        try:
            with transaction():
                service.try_again(one_kind, number, at=now(), by=None)
        except DomainError as error:
            raise click.ClickException(f"{one_kind}/{number}: {str(error) or error.code}") from None
    click.echo(f"{len(wanted)} due now")


@group.command("aside")
@click.argument("name", metavar="KIND/NUMBER")
@click.option("--reason", required=True, help="Why nobody needs it any more.")
def aside(name: str, reason: str) -> None:
    """Set one aside: it is not tried and not counted any more."""
    kind, number = _parsed(name)
    with transaction():
        service.set_aside(kind, number, reason=reason, at=now(), by=None)
    click.echo("set aside")


def _parsed(name: str) -> tuple[str, int]:
    kind, _, number = name.partition("/")
    if kind not in queries.KINDS or not number.isdecimal():
        raise click.UsageError(f"{name!r} is not KIND/NUMBER, as event/7")
    return kind, int(number)
