"""A command that makes something says so when it is run a second time, and makes nothing more."""

import pytest

from core.database import transaction
from tests.factories.licences import make_licence
from tests.factories.traceability import make_lot


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["users", "create", "--email", "a@example.org", "--role", "operator"], "已有该角色"),
        (["units", "create", "示范镇", "--kind", "committee"], "已被使用"),
    ],
)
def test_a_command_that_is_run_twice_says_so(app, command, said):
    runner = app.test_cli_runner()
    assert runner.invoke(args=command).exit_code == 0
    again = runner.invoke(args=command)
    assert again.exit_code == 1
    assert said in again.output


def test_codes_are_not_issued_over_a_file_of_codes(app, tmp_path, session):
    with transaction():
        lot = make_lot(quantity=60)
        make_licence(lot.grower_id)
    command = ["codes", "issue", "--lot", lot.number, "--level", "bundle", "--count", "2"]
    command += ["--output", str(tmp_path / "codes.csv")]
    runner = app.test_cli_runner()
    assert runner.invoke(args=command).exit_code == 0
    again = runner.invoke(args=command)
    assert again.exit_code == 2
    assert "exists already" in again.output
