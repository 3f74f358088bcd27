"""A new index that could not be built is built again when its turn has come."""

import shutil

import pytest

from core.database import transaction
from shop.search.service import finding as service
from shop.search.service.engine import SearchAway
from shop.search.tasks import rebuilding
from tests.factories.catalogue import make_listing


@pytest.fixture
def builds(app, session, clock, monkeypatch):
    """One listing and no index, and an engine that is away: when it was asked to build one."""
    folder = app.config["SETTINGS"].var / "search"
    shutil.rmtree(folder, ignore_errors=True)
    with transaction():
        make_listing(at=clock.at)
    asked = []

    def rebuild(_documents, **_options):
        asked.append(clock.at)
        raise SearchAway

    monkeypatch.setattr(service.engine(), "rebuild", rebuild)
    yield asked
    shutil.rmtree(folder, ignore_errors=True)


def test_the_schedule_leaves_a_build_that_failed_alone_until_its_turn(builds, clock, at, monkeypatch):
    for _run in range(3):
        assert rebuilding.tend(at=clock.at) == 0
    assert builds == [at]
    monkeypatch.undo()
    clock.stand_in(monkeypatch)
    assert rebuilding.tend(at=clock.at) == 0
    clock.to(at + rebuilding.RETRY.first)
    assert rebuilding.tend(at=clock.at) == 1
