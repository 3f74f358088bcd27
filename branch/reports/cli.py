"""`flask reports`: build a report from the shell, and check a file of one."""

import sys
from pathlib import Path

import click
from flask_babel import force_locale

from branch.ledger.rules.periods import Period, between, parse_period
from branch.organisation.queries.tree import get_unit
from branch.reports.tasks import making
from core.atomic import write_durably
from core.clock import now
from core.command_groups import CommandGroup
from core.database import session
from core.errors import Conflict, DomainError
from core.languages import LOCALES_BY_CODE

group = CommandGroup("reports", help="Reports of a unit.")


@group.command("build")
@click.option("--unit", "unit_code", required=True, help="Code of the unit, as guihua-osmanthus.")
@click.option("--month", help="A month as YYYY-MM.")
@click.option("--year", help="A year as YYYY.")
@click.option("--season", help="A season as YYYY-S1 (spring), S2 (summer) or S3 (autumn).")
@click.option("--from", "first", help="The first of several months, as YYYY-MM; with --to.")
@click.option("--to", "last", help="The last of them, as YYYY-MM; at most twelve months.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="A folder for the files.")
def build(unit_code: str, output: Path | None, **window: str | None) -> None:
    """Write the report of a window as HTML, PDF, XLSX, CSV and JSON, and keep it as a draft."""
    period = _period(**window)
    try:
        unit = get_unit(unit_code)
        session.rollback()
        made = making.make(
            period, unit, at=now(), on_step=lambda done, steps, what: click.echo(f"[{done}/{steps}] {what}")
        )
    except DomainError as error:
        click.echo(f"{error.code}: {error}", err=True)
        sys.exit(1)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        for file in made.files:
            if file.format != "png":
                path = output / file.name
                write_durably(path, file.data)
                click.echo(f"{path}  {len(file.data):,} bytes")
    try:
        public_id = making.keep(made, at=now(), account_id=None, by_name="")
    except Conflict as error:
        click.echo(f"not kept: {error}", err=True)
    else:
        click.echo(f"kept as {public_id}, number {made.document.number}")


@group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--lang", type=click.Choice(list(LOCALES_BY_CODE)), help="One language only; both when left out."
)
def verify(file: Path, lang: str | None) -> None:
    """Whether FILE belongs to a sealed report, and whether today's facts still give its figures.

    FILE is a PDF, XLSX, CSV, HTML or JSON of a report, or a PDF or JSON of its public edition. Exit code: 0 proved and the
    same today; 1 not proved; 2 facts that the report rests on were changed; 3 records that came in later give other figures;
    4 a public edition that was withdrawn or replaced.
    """
    from branch.reports.audit.verifying import verify as verified
    from branch.reports.audit.wording import sentences

    verdict = verified(file.read_bytes())
    for language in [lang] if lang else list(LOCALES_BY_CODE):
        with force_locale(LOCALES_BY_CODE[language]):
            click.echo("\n".join((*sentences(verdict), "")))
    sys.exit(verdict.exit_code)


def _period(
    *, month: str | None, year: str | None, season: str | None, first: str | None, last: str | None
) -> Period:
    given = {"month": month, "year": year, "season": season, "months": first or last}
    named = [(kind, text) for kind, text in given.items() if text is not None]
    if len(named) != 1 or (first is None) != (last is None):
        raise click.UsageError(
            "give one of --month YYYY-MM, --year YYYY, --season YYYY-S1, or --from YYYY-MM --to YYYY-MM"
        )
    kind, text = named[0]
    try:
        if kind == "months":
            return between(_month(first or ""), _month(last or ""))
        period = parse_period(text)
    except ValueError:
        raise click.UsageError(
            f"not a {kind} of this trade: {text if last is None else f'{first} to {last}'}"
        ) from None
    if period.kind != kind:
        raise click.UsageError("--month takes YYYY-MM, --year takes YYYY, --season takes YYYY-S1, S2 or S3")
    return period


def _month(text: str) -> Period:
    month = parse_period(text)
    if month.kind != "month":
        raise ValueError(text)
    return month
