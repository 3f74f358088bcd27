"""`flask check`: every check in one, with one exit code."""

import sys
from collections.abc import Sequence

import click
from flask.cli import with_appcontext

from core.checks.rules import line_of
from core.checks.service import checks
from core.checks.tasks import keep, run_whole
from core.command_groups import SingleCommand
from core.database_errors import DatabaseError
from core.seal.rules.findings import Finding

GOOD, FOUND, NOT_RUN = 0, 1, 2


@click.command("check", cls=SingleCommand)
@click.option("--only", multiple=True, help="Run this check alone; repeatable.")
@with_appcontext
def group(only: Sequence[str]) -> None:
    """Hold the books against each other: seal, codes, ledger, quota and what else is known.

    Each finding is one line that names table, row and what differs. Exits with 0 when all agrees, with 1 when
    something does not, with 2 when something could not be asked. What is found is kept and told, as by night, unless
    only some are run.
    """
    known = [check.name for check in checks()]
    if unknown := sorted(set(only) - set(known)):
        click.echo(f"no check is called {', '.join(unknown)}; there are {', '.join(known)}", err=True)
        sys.exit(NOT_RUN)
    try:
        outcome = run_whole(tell=_print_finding, only=frozenset(only))
        if not only:
            keep(outcome)
    except DatabaseError as error:
        click.echo(f"The checks could not be run: {error}", err=True)
        sys.exit(NOT_RUN)
    for name, count in outcome.counts.items():
        if cause := outcome.failed.get(name):
            click.echo(f"NOT RUN  {name}: {cause}", err=True)
        else:
            word = "agrees " if not count else "DIFFERS"
            click.echo(f"{word}  {name}: {count} findings in {outcome.seconds[name]:.1f} s")
    sys.exit({"good": GOOD, "findings": FOUND, "failed": NOT_RUN}[outcome.word])


def _print_finding(check: str, finding: Finding) -> None:
    click.echo(f"{check:8} {line_of(finding)}")
