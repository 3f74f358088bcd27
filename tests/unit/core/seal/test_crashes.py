"""The sequencer killed with SIGKILL at each of its steps: the next run repairs what it finds, and the log never forks."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from core import seal
from core.clock import now
from core.database import alembic, db, transaction
from core.seal.models.leaves import SealLeaf
from core.seal.models.log import this_log
from core.seal.queries.audit import audit
from core.seal.rules import merkle
from core.seal.rules.note import open_checkpoint
from core.seal.rules.tiles import TreeReader
from core.seal.tasks.sequencer import sequence
from core.settings import Settings
from tests.running import environment
from wsgi import create_app

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[4]
KILLED_AT = """
import os, signal, sys
from core.seal.tasks import sequencer
from wsgi import create_app

step, times = sys.argv[1], int(sys.argv[2])
seen = 0
def reached(name):
    global seen
    seen += name == step
    if seen == times:
        os.kill(os.getpid(), signal.SIGKILL)
sequencer.fault_point = reached
with create_app().app_context():
    sequencer.sequence()
"""


@pytest.fixture(scope="module")
def log_app(tmp_path_factory):
    var = tmp_path_factory.mktemp("crash-var")
    app = create_app(Settings(_env_file=None, guiyuan_var=var, database_url="", log_level="ERROR"))
    with app.app_context():
        alembic.upgrade()
        db.session.close()
        yield app
        db.session.close()
        db.engine.dispose()


def head():
    return open_checkpoint(this_log().store.checkpoint(), this_log().verifier)


def test_killed_at_any_step_the_next_run_goes_on(log_app):
    """One log that is killed again and again while it grows through a full tile."""
    with transaction():
        seal.append_many("plot", [(f"plot/start-{n}", {"n": n}) for n in range(200)])
    sequence()
    var = log_app.config["SETTINGS"].var
    heads = [head()]
    for place, (step, times) in enumerate(
        [
            ("numbered", 1),
            ("tile", 4),
            ("tile", 1),
            ("tile", 2),
            ("written", 1),
            ("remembered", 1),
            ("signed", 1),
            ("noted", 1),
        ]
    ):
        with transaction():
            seal.append_many("plot", [(f"plot/{place}-{n}", {"n": n}) for n in range(40)])
        db.session.close()
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", KILLED_AT, step, str(times)],
            cwd=ROOT,
            env=environment(var),
            timeout=120,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, (step, times)
        if place % 2:
            # More was appended before anybody noticed.
            with transaction():
                seal.append_many("plot", [(f"plot/{place}-late-{n}", {"n": n}) for n in range(7)])
        sequence()
        heads.append(head())
    expected = 200 + 8 * 40 + 4 * 7
    assert heads[-1].size == expected
    tree = TreeReader(expected, this_log().store.load)
    for older in heads:
        proof = merkle.consistency_proof(older.size, expected, tree.read)
        merkle.verify_consistency(older.size, expected, proof, older.root, heads[-1].root)
    db.session.rollback()
    numbers = db.session.scalars(select(SealLeaf.number).order_by(SealLeaf.number)).all()
    assert numbers == list(range(expected))
    assert list(audit(this_log(), (), at=now())) == []
