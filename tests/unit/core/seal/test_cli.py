"""`flask seal` as an operator runs it."""

import pytest

from core.database import transaction
from core.seal.models.log import this_log
from core.seal.queries.subjects import proof_for
from core.seal.queries.unsealed import waiting
from core.seal.rules.note import Signer
from core.settings import SettingError, Settings
from tests.factories.licences import make_licence
from tests.seals import behind_the_back
from tests.unit.core.seal.test_sequencer import append, forget_after
from wsgi import create_app


@pytest.fixture
def run(app, session):
    def run(*arguments):
        return app.test_cli_runner().invoke(args=["seal", *arguments])

    return run


def test_status_now_verify_and_export(run, tmp_path, at):
    with transaction():
        licence = make_licence(at=at)
    count, _since = waiting()
    assert f"waiting      {count}" in run("status").output
    assert run("now").output == f"{count} entries added\n"
    status = run("status")
    assert status.exit_code == 0
    assert f"signed       {count} entries" in status.output
    assert "witness      none" in status.output
    assert f"Everything agrees with the log of {count} entries" in run("verify").output
    assert run("export", str(tmp_path / "copy")).output.startswith(f"{count} entries")
    assert (tmp_path / f"copy/tile/entries/000.p/{count}").exists()
    behind_the_back("UPDATE licence SET valid_until = '2031-01-01'")
    told = run("verify")
    assert told.exit_code == 1
    assert f"licence/{licence.number}: valid_until is" in told.output


def test_check_proves_a_file_offline_or_says_why_not(run, tmp_path, at):
    with transaction():
        licence = make_licence(at=at)
    run("now")
    path = tmp_path / "licence.tlog-proof"
    path.write_text(str(proof_for(f"licence/{licence.number}")))
    told = run("check", str(path))
    assert told.exit_code == 0
    assert f"licence: licence/{licence.number}" in told.output
    assert run("check", str(path), "--key", str(this_log().verifier)).exit_code == 0
    other = str(Signer.generate(this_log().origin).verifier)
    told = run("check", str(path), "--key", other)
    assert told.exit_code == 1
    assert "NOT PROVED" in told.output
    path.write_text("nothing")
    assert run("check", str(path)).exit_code == 1


@pytest.mark.both
def test_a_restored_database_is_refused_by_name_and_adopted(run):
    append(6)
    run("now")
    forget_after(2)
    status = run("status")
    assert status.exit_code == 1
    assert "flask seal adopt" in status.output
    assert run("now").exit_code == 1
    assert "0 leaves were found again, 4 are lost" in run("adopt").output
    assert run("now").output == "1 entries added\n"
    assert run("adopt").exit_code == 1
    assert run("rebuild").output.startswith("7 entries were written anew")
    assert run("take-in").exit_code == 0


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("seal_key_file", "broken", "not a private note key"),
        ("log_origin", "other.example/log", "keeps its origin for ever"),
        ("witness_urls", ["ftp://x"], "http://"),
        ("seal_dir", "file", "File exists"),
    ],
)
def test_settings_that_do_not_work_are_named_at_start(tmp_path, name, value, cause):
    (tmp_path / "broken").write_text("not a key")
    (tmp_path / "file").touch()
    (tmp_path / "seal").mkdir()
    (tmp_path / "seal/key").write_text(Signer.generate("log.example/log").private_key_text())
    if isinstance(value, str) and name in {"seal_key_file", "seal_dir"}:
        value = tmp_path / value
    with pytest.raises(SettingError, match=cause) as told:
        create_app(
            Settings(_env_file=None, testing=True, guiyuan_var=tmp_path, database_url="", **{name: value})
        )
    assert told.value.name == name.upper()
