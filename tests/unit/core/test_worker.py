"""A worker that has grown begins anew, as soon as it has nothing to do."""

import pytest

from core import worker


@pytest.fixture
def grown(monkeypatch):
    """A worker that began an hour ago with 100 MB and holds 300 MB."""
    monkeypatch.setattr(worker.time, "monotonic", lambda: 3600.0)
    monkeypatch.setattr(worker, "memory_bytes", lambda: 300 * 2**20)
    monkeypatch.setattr(worker, "_running", {})


def test_a_worker_that_has_grown_begins_anew(grown):
    assert worker.has_grown(100 * 2**20, 0.0)
    assert not worker.has_grown(200 * 2**20, 0.0)


def test_one_that_is_at_work_or_has_only_begun_goes_on(grown, monkeypatch):
    assert not worker.has_grown(100 * 2**20, 3100.0)
    monkeypatch.setitem(worker._running, "1", ("branch.reports.build_last_month", 0.0))
    assert not worker.has_grown(100 * 2**20, 0.0)


def test_what_a_process_holds_is_told_in_bytes():
    assert 10 * 2**20 < worker.memory_bytes() < 10 * 2**30
