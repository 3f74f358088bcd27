"""A new index beside the one in use: what changes meanwhile is in it, one builder at a time, nothing half is left."""

import contextvars
import os
import shutil
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import transaction
from core.work_claims import ClaimLost, InWork, WorkClaim, in_work
from shop.catalogue.models import Listing
from shop.search.models import SearchChange
from shop.search.service import finding as service
from shop.search.service.engine import IndexMissing, SearchAway, Wanted
from shop.search.service.meilisearch_engine import INDEX, NEW, MeilisearchEngine
from shop.search.tasks import bad_listings, rebuilding
from tests.factories.catalogue import make_listing
from tests.running import environment, running
from tests.stand_ins.meilisearch_server import MeilisearchStandIn

pytestmark = pytest.mark.slow


@pytest.fixture
def meilisearch():
    server = MeilisearchStandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["embedded", "meilisearch"])
def engine(request, app, session, monkeypatch):
    """The engine in force, its index built, with one listing in it."""
    folder = app.config["SETTINGS"].var / "search"
    shutil.rmtree(folder, ignore_errors=True)
    if request.param == "meilisearch":
        server = request.getfixturevalue("meilisearch")
        engine = MeilisearchEngine(server.url, server.key, service.group_names)
        monkeypatch.setitem(app.extensions, "search", engine)
    with transaction():
        make_listing(at=now())
    rebuilding.rebuild(at=now())
    yield app.extensions["search"]
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def embedded(app, session):
    """The embedded engine with one listing, and its folder."""
    folder = app.config["SETTINGS"].var / "search"
    shutil.rmtree(folder, ignore_errors=True)
    with transaction():
        make_listing(at=now())
    rebuilding.rebuild(at=now())
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def elsewhere(app, work):
    """Run `work` as another process would, and wait for it: in a thread with a session of its own."""
    failed = []

    def run():
        try:
            with app.app_context():
                work()
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failed.append(error)

    thread = threading.Thread(target=lambda: contextvars.Context().run(run))
    thread.start()
    thread.join(timeout=60)
    if failed:
        raise failed[0]


def while_building(app, monkeypatch, what):
    """Have something happen elsewhere after the documents of a rebuild were read and before they are swapped in."""
    real = bad_listings.documents_for_index

    def documents(*, at, ids=None):
        found = list(real(at=at, ids=ids))
        if ids is None:
            monkeypatch.setattr(bad_listings, "documents_for_index", real)
            elsewhere(app, what)
        yield from found

    monkeypatch.setattr(bad_listings, "documents_for_index", documents)


def found(word):
    return service.engine().search(Wanted(q=word)).total


def rename(title):
    with transaction() as session:
        session.execute(sa.update(Listing).values(title=title))
        ids = list(session.scalars(sa.select(Listing.id)))
    rebuilding.index_listings(ids, at=now())


def remembered(session):
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(SearchChange))


def generations(folder):
    return sorted(one.name for one in folder.glob("generation-*"))


def long_ago(folder):
    """The last swap was a while ago, so that nobody reads an old generation any more."""
    os.utime(folder / "current", (0, 0))


def test_a_listing_that_changes_while_the_index_is_rebuilt_is_in_the_new_one(
    app, session, engine, monkeypatch
):
    seen = []

    def change():
        rename("月月红 新名字")
        seen.append(found("月月红"))

    while_building(app, monkeypatch, change)
    assert rebuilding.rebuild(at=now()) == 1
    assert seen == [1], "and at once in the one in use"
    assert found("月月红") == 1
    assert remembered(session) == 0


def test_a_listing_that_changes_while_changes_are_caught_up_with_is_not_lost(
    app, session, embedded, monkeypatch
):
    """Whoever catches up has read how a listing was; it changes before that is written and forgotten."""
    real = bad_listings.documents_for_index

    def change():
        assert in_work(rebuilding.REBUILD, rebuilding.LISTINGS), "so that what changes is remembered"
        with transaction() as here:
            here.execute(sa.update(Listing).values(title="月月红"))
            here.add(SearchChange(listing_id=listing_id, noted_at=now()))

    def documents(*, at, ids=None):
        read = list(real(at=at, ids=ids))
        if ids is not None:
            monkeypatch.setattr(bad_listings, "documents_for_index", real)
            elsewhere(app, change)
        yield from read

    with transaction():
        listing_id = session.scalars(sa.select(Listing.id)).one()
        session.add(SearchChange(listing_id=listing_id, noted_at=now()))
    monkeypatch.setattr(bad_listings, "documents_for_index", documents)
    rebuilding.rebuild(at=now())
    assert (found("月月红"), remembered(session)) == (1, 0)


def test_what_changes_while_there_is_no_index_is_remembered_for_whoever_builds_one(app, session, embedded):
    """He may have read the listing before it changed."""
    shutil.rmtree(embedded)
    service.engine()._open = None
    rename("月月红")
    assert remembered(session) == 1
    assert rebuilding.tend(at=now()) == 1
    assert (found("月月红"), remembered(session)) == (1, 0)


def test_two_do_not_build_side_by_side(app, session, engine, monkeypatch):
    def second():
        with pytest.raises(InWork):
            rebuilding.rebuild(at=now())
        assert rebuilding.tend(at=now()) == 0

    while_building(app, monkeypatch, second)
    assert rebuilding.rebuild(at=now()) == 1


def test_a_builder_that_was_overtaken_swaps_nothing_in(app, session, engine, monkeypatch):
    def overtake():
        with transaction() as here:
            here.execute(sa.update(WorkClaim).values(claimed_until=now() - timedelta(seconds=1)))
        rename("月月红 新名字")
        rebuilding.rebuild(at=now())

    while_building(app, monkeypatch, overtake)
    with pytest.raises(ClaimLost):
        rebuilding.rebuild(at=now())
    assert found("月月红") == 1


def test_a_rebuild_that_fails_leaves_the_old_index_and_nothing_of_the_new(app, session, engine, monkeypatch):
    def fail():
        raise OSError("no space left on device")

    while_building(app, monkeypatch, fail)
    with pytest.raises((OSError, SearchAway)):
        rebuilding.rebuild(at=now())
    assert found("丹桂") == 1
    assert not engine.has_litter()


def test_what_was_remembered_and_not_caught_up_with_is_written_by_the_schedule(app, session, engine):
    with transaction():
        session.execute(sa.update(Listing).values(title="月月红"))
        listing_id = session.scalars(sa.select(Listing.id)).one()
        session.add(SearchChange(listing_id=listing_id, noted_at=now()))
    assert rebuilding.tend(at=now()) == 1
    assert (found("月月红"), remembered(session)) == (1, 0)
    assert rebuilding.tend(at=now()) == 0


def test_half_an_index_of_a_dead_builder_is_dropped_on_the_server(app, session, meilisearch, monkeypatch):
    engine = MeilisearchEngine(meilisearch.url, meilisearch.key, service.group_names)
    monkeypatch.setitem(app.extensions, "search", engine)
    rebuilding.rebuild(at=now())
    engine.client.create_index(f"{NEW}0", {"primaryKey": "id"})
    rebuilding.tend(at=now())
    assert list(meilisearch.indexes) == [INDEX]


# A builder that reads all listings and never comes to the swap.
DYING = """
import time
from core.clock import now
from core.settings import load_settings
from shop.search.tasks import bad_listings, rebuilding
from wsgi import create_app
real = bad_listings.documents_for_index
def documents(**options):
    yield from real(**options)
    print("read", flush=True)
    time.sleep(600)
bad_listings.documents_for_index = documents
with create_app(load_settings()).app_context():
    rebuilding.rebuild(at=now())
"""


def test_a_killed_builder_leaves_the_old_index_and_its_half_is_removed(app, session, embedded):
    settings = app.config["SETTINGS"]
    environ = environment(
        settings.var,
        DATABASE_URL=settings.database_url,
        SECRET_KEY=settings.secret,
        RATELIMIT_ENABLED="0",
        LOG_LEVEL="ERROR",
    )
    session.close()
    command = [sys.executable, "-W", "ignore", "-c", DYING]
    with running(command, environ, stdout=subprocess.PIPE) as builder:
        assert builder.stdout.readline() == b"read\n"
        assert in_work(rebuilding.REBUILD, rebuilding.LISTINGS)
        session.rollback()
        rename("月月红")
        os.kill(builder.pid, signal.SIGKILL)
        builder.wait()
    assert found("月月红") == 1
    assert len(generations(embedded)) == 2
    long_ago(embedded)
    with transaction():
        session.execute(sa.update(WorkClaim).values(claimed_until=now() - timedelta(seconds=1)))
    before = (embedded / "current").read_text()
    rebuilding.tend(at=now())
    assert (embedded / "current").read_text() != before, (
        "the build that was killed is done again, not a day later"
    )
    long_ago(embedded)
    rebuilding.tend(at=now())
    assert generations(embedded) == [(embedded / "current").read_text()]
    assert (found("月月红"), remembered(session)) == (1, 0)


def test_an_old_generation_stays_a_minute_for_those_who_read_it(app, session, embedded):
    first = (embedded / "current").read_text()
    rebuilding.rebuild(at=now())
    assert first in generations(embedded)
    assert not service.engine().has_litter()
    long_ago(embedded)
    rebuilding.tend(at=now())
    assert generations(embedded) == [(embedded / "current").read_text()]


@pytest.mark.parametrize("ending", [".fast", ".store", ".term", "meta.json"])
def test_an_index_with_a_torn_file_is_noticed_and_made_anew(app, session, embedded, ending):
    generation = embedded / (embedded / "current").read_text()
    torn = next(one for one in generation.iterdir() if one.name.endswith(ending))
    torn.write_bytes(torn.read_bytes()[: torn.stat().st_size // 2])
    service.engine()._open = None
    with pytest.raises(IndexMissing):
        service.check()
    assert rebuilding.tend(at=now()) == 1
    assert found("丹桂") == 1
