"""Commands of `flask` on a database that was never prepared, or fails for another reason."""

import click
import pytest
import sqlalchemy as sa
from flask.cli import ScriptInfo
from flask_babel import lazy_gettext as _l

from core.command_groups import CommandGroup, TellsSchema
from core.database import session
from core.errors import Conflict
from core.settings import Settings
from wsgi import create_app, modules

READING = ("ledger check", "seal verify", "failures list", "quota check", "demo load")


@pytest.fixture(scope="module")
def unprepared(tmp_path_factory):
    given = Settings(
        _env_file=None, testing=True, guiyuan_var=tmp_path_factory.mktemp("var"), log_level="ERROR"
    )
    return create_app(given)


@pytest.mark.parametrize("command", READING)
def test_a_database_that_was_never_prepared_is_told_in_a_sentence(unprepared, command):
    told = unprepared.test_cli_runner().invoke(args=command.split())
    assert told.exit_code == 1
    assert told.stderr == "Error: The database was never brought up to date: run `flask db upgrade`.\n"


def test_every_feature_s_commands_say_so():
    groups = [module.group for module in modules("cli") if hasattr(module, "group")]
    assert len(groups) > 18
    assert all(isinstance(group, TellsSchema) for group in groups)


def test_what_is_refused_is_told_in_a_sentence(app):
    group = CommandGroup("x")

    @group.command("y")
    def _refused():
        raise Conflict(_l("This has been decided meanwhile."))

    told = app.test_cli_runner().invoke(group, ["y"])
    assert (told.exit_code, told.stderr) == (1, "Error: This has been decided meanwhile.\n")


def test_another_fault_of_the_database_keeps_its_own_words(app):
    group = CommandGroup("x")

    @group.command("y")
    def _broken():
        session.execute(sa.text("SELECT 1 FROM no_such_table"))

    with pytest.raises(sa.exc.DBAPIError, match="no_such_table"):
        group.main(["y"], standalone_mode=False, obj=ScriptInfo(create_app=lambda: app))
    assert click.get_current_context(silent=True) is None
