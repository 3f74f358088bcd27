"""The sequencer: numbers, tiles, signature; and what it refuses to sign."""

import contextvars
import shutil
import threading

import pytest
from sqlalchemy import delete, select, text, update

from core import seal
from core.database import db, transaction
from core.seal.models.leaves import SealLeaf, SealState
from core.seal.models.log import this_log
from core.seal.queries.standing import SealRefused, current_standing, entry_of, published_entry
from core.seal.rules import merkle
from core.seal.rules.note import open_checkpoint
from core.seal.rules.tiles import Tile, TreeReader, parse_path
from core.seal.service import numbering
from core.seal.tasks.sequencer import sequence


def append(count, start=0):
    with transaction():
        seal.append_many("plot", [(f"plot/{n}", {"n": n}) for n in range(start, start + count)])


def head():
    log = this_log()
    return open_checkpoint(log.store.checkpoint(), log.verifier)


def test_leaves_are_numbered_written_and_signed(session):
    append(300)
    assert sequence() == 300
    log = this_log()
    checkpoint = head()
    assert checkpoint.size == 300
    rows = session.scalars(select(SealLeaf).order_by(SealLeaf.number)).all()
    assert [row.number for row in rows] == list(range(300))
    assert [published_entry(log, row.number, 300) for row in rows] == [entry_of(row) for row in rows]
    whole = merkle.Levels([merkle.leaf_hash(entry_of(row)) for row in rows])
    assert checkpoint.root == whole.root
    state = session.get(SealState, 1)
    assert (state.size, state.root) == (300, whole.root.hex())
    assert log.signed_head_file.read().root == whole.root


def test_nothing_waiting_signs_nothing_new(session):
    append(2)
    sequence()
    before = this_log().store.checkpoint()
    assert sequence() == 0
    assert this_log().store.checkpoint() == before


def test_an_empty_log_has_a_checkpoint(session):
    assert sequence() == 0
    assert head().size == 0
    append(1)
    assert sequence() == 1
    assert head().size == 1


def test_more_than_a_round_is_taken_in_round_by_round(session):
    append(700)
    assert sequence(most=256) == 700
    assert head().size == 700


def test_every_older_size_is_the_beginning_of_the_newer_one(session):
    sizes = [0]
    roots = [merkle.EMPTY_ROOT]
    for step in (1, 254, 1, 1, 300):
        append(step, sizes[-1])
        sequence()
        sizes.append(sizes[-1] + step)
        roots.append(head().root)
    tree = TreeReader(sizes[-1], this_log().store.load)
    for size, root in zip(sizes, roots, strict=True):
        proof = merkle.consistency_proof(size, sizes[-1], tree.read)
        merkle.verify_consistency(size, sizes[-1], proof, root, roots[-1])


def test_full_tiles_have_no_partial_ones_beside_them_and_are_full(session):
    for start in range(0, 520, 40):
        append(40, start)
        sequence()
    folder = this_log().store.folder
    tiles = [
        parse_path(str(one.relative_to(folder / "tile")))
        for one in folder.rglob("tile/**/*")
        if one.is_file()
    ]
    assert None not in tiles
    full = {one.full for one in tiles if one.width == 256}
    assert full >= {Tile(0, 0), Tile(0, 1)}
    assert [one for one in tiles if one.width < 256 and one.full in full] == []
    assert all((folder / one.path).stat().st_size == 8192 for one in full if one.level == 0)


def test_two_at_once_make_one_log(app, session):
    append(50)
    answers = []

    def work():
        with app.app_context():
            answers.append(sequence())

    threads = [threading.Thread(target=contextvars.Context().run, args=(work,)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(one or 0 for one in answers) == 50
    sequence()
    assert head().size == 50


def test_another_sequencer_on_the_same_postgresql_keeps_out_ours(session):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite needs no more than the lock of the files")
    append(1)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        other.execute(text("SELECT pg_advisory_lock(:key)"), {"key": numbering.ADVISORY_LOCK})
        assert sequence() is None
        other.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": numbering.ADVISORY_LOCK})
    assert sequence() == 1


def forget_after(number):
    """What restoring an older database does to the log's tables."""
    with transaction() as session:
        session.execute(delete(SealLeaf).where(SealLeaf.number >= number))
        session.execute(delete(SealState))


@pytest.mark.parametrize("kept", [0, 1, 4])
def test_an_older_database_is_refused_and_the_message_says_what_to_do(session, kept):
    append(5)
    sequence()
    before = this_log().store.checkpoint()
    forget_after(kept)
    append(3, 100)
    with pytest.raises(SealRefused, match="flask seal adopt") as refused:
        sequence()
    assert refused.value.code == "database_behind"
    assert this_log().store.checkpoint() == before
    assert session.scalars(select(SealLeaf.number).where(SealLeaf.number >= kept)).all() == []


def test_older_files_beside_a_newer_database_are_refused(session, tmp_path):
    append(5)
    sequence()
    log = this_log()
    shutil.copytree(log.store.folder, tmp_path / "older")
    append(5, 5)
    sequence()
    shutil.rmtree(log.store.folder)
    shutil.copytree(tmp_path / "older", log.store.folder)
    append(1, 10)
    with pytest.raises(SealRefused, match="flask seal rebuild") as refused:
        sequence()
    assert refused.value.code == "files_behind"


def test_files_and_key_of_an_older_day_are_refused_because_the_database_remembers(session, tmp_path):
    append(5)
    sequence()
    log = this_log()
    shutil.copytree(log.store.folder, tmp_path / "older")
    memory = log.signed_head_file.path.read_bytes()
    append(5, 5)
    sequence()
    shutil.rmtree(log.store.folder)
    shutil.copytree(tmp_path / "older", log.store.folder)
    log.signed_head_file.path.write_bytes(memory)
    with pytest.raises(SealRefused) as refused:
        sequence()
    assert refused.value.code == "files_behind"


def test_a_changed_tile_is_refused(session):
    append(5)
    sequence()
    path = this_log().store.folder / "tile/0/000.p/5"
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    append(1, 5)
    with pytest.raises(SealRefused) as refused:
        sequence()
    assert refused.value.code == "other_root"


def test_a_checkpoint_that_we_did_not_sign_is_refused(session):
    append(5)
    sequence()
    store = this_log().store
    store.publish(store.checkpoint().replace("\n5\n", "\n4\n"))
    with pytest.raises(SealRefused) as refused:
        sequence()
    assert refused.value.code == "unreadable"


def test_another_database_is_refused(session):
    append(5)
    sequence()
    with transaction() as current:
        current.execute(update(SealLeaf).where(SealLeaf.number == 4).values(body='{"n":5}'))
    append(1, 5)
    with pytest.raises(SealRefused) as refused:
        sequence()
    assert refused.value.code == "another_database"


def test_a_damaged_memory_is_refused(session):
    append(5)
    sequence()
    this_log().signed_head_file.path.write_text('{"size": "many"}')
    with pytest.raises(SealRefused) as refused:
        sequence()
    assert refused.value.code == "unreadable"


def test_a_lost_checkpoint_is_signed_again_from_what_is_remembered(session):
    append(5)
    sequence()
    root = head().root
    (this_log().store.folder / "checkpoint").unlink()
    assert not current_standing(this_log()).published
    sequence()
    assert (head().size, head().root) == (5, root)
