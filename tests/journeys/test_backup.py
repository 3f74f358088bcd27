"""A backup of a running town, brought back onto an empty machine by the commands of docs/operations.md."""

import subprocess
import sys

import psycopg
import pytest

from core.database import db, transaction
from core.seal.tasks.sequencer import sequence
from shop.orders.service.paying import mark_paid
from tests.factories.orders import make_variant, place
from tests.running import ROOT, as_environment, environment


@pytest.fixture
def sold(app, at):
    """A paid order, its facts in the ledger, everything sealed."""
    with app.app_context():
        with transaction():
            sku = make_variant(at=at).sku
        order = place((sku, 3), at=at)
        with transaction():
            mark_paid(order.id, at=at, reference="test")
        sequence()
        number = order.number
        db.session.close()
    return number


@pytest.fixture
def empty_database(app, tmp_path, request):
    with app.app_context():
        here = db.engine.url
    if here.get_backend_name() == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    with psycopg.connect(request.getfixturevalue("postgres_url"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS gy_empty_machine WITH (FORCE)")
        connection.execute("CREATE DATABASE gy_empty_machine TEMPLATE template0")
    return here.set(database="gy_empty_machine").render_as_string(hide_password=False)


def flask(environ, *arguments):
    """One command in a process of its own, as a technician types it; what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "flask", *arguments],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_backup_comes_back_onto_an_empty_machine(app, sold, empty_database, tmp_path):
    given = as_environment(app.config["SETTINGS"])
    there = environment(app.config["SETTINGS"].var, **given)
    backup = flask(there, "backup", "create", "--in", str(tmp_path / "backups")).strip()
    here = environment(tmp_path / "new", **given | {"DATABASE_URL": empty_database})
    assert "restored from " in flask(here, "backup", "restore", backup)
    assert "Everything agrees with the log" in flask(here, "seal", "verify")
    assert "11 of 11 invariants hold" in flask(here, "ledger", "check")
