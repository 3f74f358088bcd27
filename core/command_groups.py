"""Commands for `flask`, as every feature has them."""

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

import click
import sqlalchemy as sa
from flask.cli import AppGroup, ScriptInfo
from flask.ctx import AppContext
from sqlalchemy.exc import DBAPIError

from core.database import db
from core.errors import DomainError
from core.schema import SchemaDiffers, require_current


class TellsSchema(click.Command):
    """Says in a sentence what is refused (`DomainError`), and when the database belongs to another version or was never
    prepared, and what to do.

    The latter is asked only after a statement failed: many commands need no table, and some say it better themselves.
    """

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DomainError as error:
            with _app_context(ctx):
                raise click.ClickException(str(error) or error.code) from None
        except DBAPIError:
            with _app_context(ctx), suppress(DBAPIError):  # nobody may answer at all: the first error says it
                tell_of_schema()
            raise


class CommandGroup(TellsSchema, AppGroup):
    """The commands of a feature."""


class SingleCommand(TellsSchema):
    """A command that is no group of others."""


def _app_context(ctx: click.Context) -> AppContext:
    return ctx.ensure_object(ScriptInfo).load_app().app_context()


def tell_of_schema(require: Callable[[sa.Connection], None] = require_current) -> None:
    """End the command with the sentence of `require` where the database is not as it asks."""
    try:
        with db.engine.connect() as connection:
            require(connection)
    except SchemaDiffers as error:
        raise click.ClickException(str(error)) from None


def exit_with_error(message: object) -> NoReturn:
    """Tell it on standard error, as it is, and end with 1."""
    click.echo(str(message), err=True)
    sys.exit(1)
