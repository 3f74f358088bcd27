"""`flask programmes`: what units began on one date, from the command line of the server."""

from __future__ import annotations

from datetime import date

import click

from branch.organisation.queries.tree import all_units, get_unit
from branch.programmes import queries, service
from core.clock import local_day, now
from core.command_groups import CommandGroup
from core.database import transaction

group = CommandGroup("programmes", help="Programmes that began for a whole unit on one date.")


@group.command("note")
@click.argument("name")
@click.option("--unit", "unit_code", required=True, help="Code of the unit, as guihua-osmanthus.")
@click.option(
    "--started-on", type=date.fromisoformat, metavar="YYYY-MM-DD", required=True, help="The day it began."
)
@click.option("--note", default="", help="What it is, and where it was decided.")
@click.option("--by", "noted_by", required=True, help="Who notes it, by name.")
def note(name: str, unit_code: str, started_on: date, note: str, noted_by: str) -> None:
    """Note a programme; reports then show the unit's sales before and after its date."""
    with transaction():
        number = service.note_programme(
            get_unit(unit_code).id,
            name=name,
            started_on=started_on,
            note=note,
            noted_by=noted_by,
            at=now(),
        )
    click.echo(f"noted as number {number}")


@group.command("withdraw")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it was noted wrongly.")
def withdraw(number: int, reason: str) -> None:
    """Take a programme out of later reports."""
    with transaction():
        service.withdraw_programme(number, reason=reason, at=now())
    click.echo("withdrawn")


@group.command("list")
def show() -> None:
    """Print the programmes that stand."""
    for programme in queries.programmes_of([unit.id for unit in all_units()]):
        click.echo(
            f"{programme.id:>4}  {programme.started_on}  {programme.unit_code}  {programme.name}  (noted {local_day(programme.noted_at)} by {programme.noted_by})"
        )
