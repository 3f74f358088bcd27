"""The independent auditor passes the running application's log at every awkward size, and no other log."""

import shutil
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import seal
from core.database import alembic, db, transaction
from core.seal.models.leaves import SealLeaf
from core.seal.models.log import this_log
from core.seal.service.static_copy import export
from core.seal.tasks.sequencer import sequence
from core.settings import Settings
from tests.auditor import auditor, run_auditor
from tests.running import served
from wsgi import create_app

pytestmark = pytest.mark.slow

SIZES = [1, 255, 256, 257, 1300]


@pytest.fixture(scope="module")
def log_app(tmp_path_factory) -> Iterator[Flask]:
    """An application of its own whose log grows through the sizes."""
    var = tmp_path_factory.mktemp("log-var")
    app = create_app(Settings(_env_file=None, guiyuan_var=var, database_url="", log_level="ERROR"))
    with app.app_context():
        alembic.upgrade()
        db.session.close()
    yield app
    with app.app_context():
        db.engine.dispose()


def grow_to(size: int) -> None:
    have = db.session.scalar(select(func.count()).select_from(SealLeaf)) or 0
    with transaction():
        seal.append_many("plot", [(f"plot/{n}", {"n": n}) for n in range(have, size)])
    sequence()


def test_the_auditor_passes_the_running_log_at_every_size_and_notices_every_change(log_app, tmp_path):
    auditor()
    with log_app.app_context(), served(log_app.config["SETTINGS"]) as url:
        address = f"{url}/log"
        key = str(this_log().verifier)
        for size in SIZES:
            grow_to(size)
            passed, said = run_auditor(address, key)
            assert passed, said
            assert f"OK size {size} " in said
        _assert_changes_are_noticed(address, key)
        # What was put back is the same log again, and its static copy passes too.
        export(this_log(), tmp_path / "copy")
        passed, said = run_auditor(str(tmp_path / "copy"), key)
        assert passed, said


def _assert_changes_are_noticed(address: str, key: str) -> None:
    """One flipped byte in an entry, one removed tile, one rewritten checkpoint: over HTTP, one after the other."""
    folder = this_log().store.folder

    def flip_entry() -> None:
        path = folder / "tile/entries/002"
        data = bytearray(path.read_bytes())
        data[1000] ^= 1
        path.write_bytes(data)

    def flip_hash() -> None:
        path = folder / "tile/0/003"
        data = bytearray(path.read_bytes())
        data[5] ^= 1
        path.write_bytes(data)

    def remove_tile() -> None:
        (folder / "tile/0/001").unlink()

    def rewrite_checkpoint() -> None:
        path = folder / "checkpoint"
        path.write_text(path.read_text().replace("\n1300\n", "\n1299\n"))

    for change in (flip_entry, flip_hash, remove_tile, rewrite_checkpoint):
        kept = folder.with_name("kept")
        shutil.copytree(folder, kept)
        change()
        passed, said = run_auditor(address, key)
        assert not passed, (change.__name__, said)
        shutil.rmtree(folder)
        kept.rename(folder)
