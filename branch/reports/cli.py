"""`flask reports`: build a report from the shell."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from branch.ledger.periods import Period, parse_period
from branch.organisation.queries import get_unit
from branch.reports import building
from core.clock import now
from core.database import session
from core.errors import Conflict, DomainError

group = AppGroup("reports", help="Reports of a unit.")


@group.command("build")
@click.option("--unit", "unit_code", required=True, help="Code of the unit, as guihua-osmanthus.")
@click.option("--month", help="The month as YYYY-MM.")
@click.option("--year", help="The year as YYYY.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="A folder for the files.")
def build(unit_code: str, month: str | None, year: str | None, output: Path | None) -> None:
    """Write the report of a month or a year as HTML, PDF, XLSX, CSV and JSON, and keep it as a draft."""
    period = _period(month, year)
    try:
        unit = get_unit(unit_code)
        session.rollback()
        made = building.make(
            period, unit, at=now(), on_step=lambda done, steps, what: click.echo(f"[{done}/{steps}] {what}")
        )
    except DomainError as error:
        click.echo(f"{error.code}: {error}", err=True)
        sys.exit(1)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        for one in made.files:
            if one.format != "png":
                path = output / one.name
                path.write_bytes(one.data)
                click.echo(f"{path}  {len(one.data):,} bytes")
    try:
        public_id = building.keep(made, at=now(), account_id=None, by_name="")
    except Conflict as error:
        click.echo(f"not kept: {error}", err=True)
    else:
        click.echo(f"kept as {public_id}, number {made.document.number}")


def _period(month: str | None, year: str | None) -> Period:
    if (month is None) == (year is None):
        raise click.UsageError("give either --month YYYY-MM or --year YYYY")
    try:
        period = parse_period(month or year or "")
    except ValueError:
        raise click.UsageError(f"not a month or year: {month or year}") from None
    if (period.month is None) != (month is None):
        raise click.UsageError("--month takes YYYY-MM, --year takes YYYY")
    return period
