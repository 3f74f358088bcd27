"""Commands for `flask`, as every feature has them."""

from typing import Any

import click
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
                raise click.ClickException(str(error)) from None
        except DBAPIError:
            _tell_if_the_schema_differs(ctx)
            raise


class CommandGroup(TellsSchema, AppGroup):
    """The commands of a feature."""


class SingleCommand(TellsSchema):
    """A command that is no group of others."""


def _app_context(ctx: click.Context) -> AppContext:
    return ctx.ensure_object(ScriptInfo).load_app().app_context()


def _tell_if_the_schema_differs(ctx: click.Context) -> None:
    with _app_context(ctx):
        try:
            with db.engine.connect() as connection:
                require_current(connection)
        except SchemaDiffers as error:
            raise click.ClickException(str(error)) from None
        except DBAPIError:
            return  # nobody answers at all: the first error says it
