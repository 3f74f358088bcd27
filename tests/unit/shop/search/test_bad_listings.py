"""One listing that cannot be put into the index keeps no other from being found."""

import shutil

import pytest

from core.clock import now
from core.database import transaction
from shop.search.service import finding as service
from shop.search.service.engine import SearchAway, Wanted
from shop.search.tasks import rebuilding
from shop.search.tasks.bad_listings import LISTING
from tests.bad_rows import failures, spoil
from tests.factories.catalogue import make_listing


@pytest.fixture
def listings(app, session):
    shutil.rmtree(app.config["SETTINGS"].var / "search", ignore_errors=True)
    with transaction():
        return [make_listing(at=now()).id for _ in range(4)]


@pytest.fixture
def mend(listings, monkeypatch):
    """The first listing cannot be written; calling it mends that."""
    from shop.search.service import tantivy_engine as embedded

    return spoil(monkeypatch, embedded, "flat", lambda document, _names: document.id == listings[0])


def found():
    return set(service.engine().search(Wanted()).ids)


def test_a_new_index_holds_all_the_others(session, listings, mend):
    assert rebuilding.rebuild(at=now()) == 3
    assert found() == set(listings[1:])
    assert set(failures()) == {(LISTING, str(listings[0]))}
    mend()
    assert rebuilding.rebuild(at=now()) == 4
    assert found() == set(listings)
    assert failures() == {}


def test_of_several_that_change_the_others_reach_the_index(session, listings, mend):
    service.engine().rebuild([])
    rebuilding.index_listings(listings, at=now())
    assert found() == set(listings[1:])
    rebuilding.index_listings(listings[:1], at=now())
    assert set(failures()) == {(LISTING, str(listings[0]))}
    mend()
    rebuilding.index_listings(listings[:1], at=now())
    assert found() == set(listings)
    assert failures() == {}


def test_an_engine_that_is_away_is_no_fault_of_a_listing(session, listings, monkeypatch):
    service.engine().rebuild([])

    def away(_documents):
        raise SearchAway

    monkeypatch.setattr(service.engine(), "put", away)
    with pytest.raises(SearchAway):
        rebuilding.index_listings(listings, at=now())
    assert failures() == {}
