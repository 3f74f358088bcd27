"""Commands for `flask`, as every feature has them."""

from typing import Any

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import DBAPIError

from core.database import db
from core.schema import SchemaDiffers, require_current


class TellsSchema(click.Command):
    """Says in a sentence when the database belongs to another version, or was never prepared, and what to do.

    Asked only after a statement failed: many commands need no table, and some say it better themselves.
    """

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DBAPIError:
            _tell_if_the_schema_differs(ctx)
            raise


class CommandGroup(TellsSchema, AppGroup):
    """The commands of a feature."""


class SingleCommand(TellsSchema):
    """A command that is no group of others."""


def _tell_if_the_schema_differs(ctx: click.Context) -> None:
    with ctx.ensure_object(ScriptInfo).load_app().app_context():
        try:
            with db.engine.connect() as connection:
                require_current(connection)
        except SchemaDiffers as error:
            raise click.ClickException(str(error)) from None
        except DBAPIError:
            return  # nobody answers at all: the first error says it
