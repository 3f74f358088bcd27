"""Commands of the ground floor: settings in force, migrations, and the two long-running processes."""

import os
import sys
from typing import Any

import click
from flask import Flask
from pydantic import SecretStr

from core.command_groups import CommandGroup, tell_of_schema
from core.data_dictionary import data_dictionary
from core.database import alembic
from core.jobs import FAST, SLOW
from core.schema import require_known
from core.settings import current_settings, unknown_names
from core.supervisor import scheduler_command


class MigrationCommands(click.Group):
    """Flask-Alembic's own commands, imported when one of them is asked for."""

    @property
    def _commands(self) -> click.Group:
        from flask_alembic.cli import cli

        return cli

    def list_commands(self, ctx: click.Context) -> list[str]:
        return self._commands.list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        ctx.obj = alembic
        return self._commands.get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a revision that nobody knows is told in a sentence, with what to do."""
        from alembic.util import CommandError

        try:
            return super().invoke(ctx)
        except CommandError as error:
            tell_of_schema(require_known)
            raise click.ClickException(str(error)) from None


jobs = CommandGroup("jobs", help="Celery: the worker and the scheduler.")


def init_cli(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(jobs)
    app.cli.add_command(MigrationCommands("db", help="Perform database migrations."))
    app.cli.add_command(show_settings)
    app.cli.add_command(show_dictionary)


@click.command("settings")
def show_settings() -> None:
    """Print what is in force, secrets masked."""
    settings = current_settings()
    for name in sorted(type(settings).model_fields):
        value = getattr(settings, name)
        given = "set" if name in settings.model_fields_set else "default"
        click.echo(f"{name.upper():24} {_masked(value)}  ({given})")
    for name, meant in unknown_names(os.environ).items():
        click.echo(f"{name:24} is no setting of ours; is {meant} meant?")
    click.echo(f"{'in force: database':24} {_without_password(settings.sqlalchemy_url)}")
    click.echo(f"{'in force: address':24} {settings.base_url}")


@click.command("dictionary")
def show_dictionary() -> None:
    """Print the data dictionary, as it stands in docs/data-dictionary.md."""
    click.echo(data_dictionary(), nl=False)


def _masked(value: object) -> str:
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, list):
        return " ".join(_masked(entry) for entry in value)
    return _without_password(str(value)) if value not in (None, "") else "-"


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    if not at or "://" not in head:
        return url
    scheme, _, login = head.partition("://")
    return f"{scheme}://{login.split(':', 1)[0]}:****@{tail}"


@jobs.command("worker")
@click.option(
    "--queues",
    type=click.Choice([FAST, SLOW, "all"]),
    default="all",
    show_default=True,
    help="The kind of work; `all` keeps a worker for each kind.",
)
@click.option("--concurrency", type=int, help="Tasks at the same time: 4 of the fast kind, 2 of the slow.")
def worker(queues: str, concurrency: int | None) -> None:
    """Work off the queues until stopped."""
    tell_of_schema()  # of another version it would only fail row by row
    if queues == "all":
        names = [f"worker-{kind}" for kind in (FAST, SLOW)]
        # This process becomes the one that keeps both; it does not carry the application about.
        os.execv(sys.executable, [sys.executable, "-m", "core.supervisor", *names])  # noqa: S606 - our own
    from core.worker import work

    sys.exit(work(queues, concurrency))


@jobs.command("scheduler")
def scheduler() -> None:
    """Send what is due by the clock until stopped."""
    tell_of_schema()  # of another version it would only fail row by row
    # This process becomes one that does not carry the application about.
    os.execv(sys.executable, scheduler_command())  # noqa: S606 - our own
