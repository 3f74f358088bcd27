"""The scheduler's memory: kept as a whole, begun anew when torn, and never a reason to stop."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from celery.schedules import crontab
from structlog.testing import capture_logs

from core import heartbeats as parts
from core.heartbeats import PartAway
from core.scheduler import KeptSchedule

LINES = {
    "nightly": {"task": "branch.ledger.reconcile", "schedule": crontab(hour=3, minute=35)},
    "often": {"task": "core.outbox.deliver", "schedule": 5.0},
}


@pytest.fixture
def make(app, all_told, tmp_path, monkeypatch):
    celery = app.extensions["celery"]
    monkeypatch.setitem(celery.conf, "beat_schedule", LINES)
    return lambda: KeptSchedule(app=celery, schedule_filename=str(tmp_path / "schedule.json"))


def test_times_are_kept_from_one_scheduler_to_the_next(make, tmp_path):
    first = make()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    first.schedule["nightly"].last_run_at = yesterday
    first.sync()
    again = make()
    assert again.schedule["nightly"].last_run_at == yesterday
    assert again.is_due(again.schedule["nightly"]).is_due, "what was missed meanwhile is caught up"
    assert set(json.loads((tmp_path / "schedule.json").read_text())) == set(LINES)


def test_a_line_that_is_new_or_gone_changes_nothing_for_the_others(make, tmp_path):
    at = time.time() - 100
    (tmp_path / "schedule.json").write_text(json.dumps({"often": at, "no longer there": at}))
    schedule = make().schedule
    assert set(schedule) == set(LINES)
    assert schedule["often"].last_run_at.timestamp() == pytest.approx(at)
    assert not make().is_due(schedule["nightly"]).is_due


@pytest.mark.parametrize("torn", [b"", b"{", b"\xff\xfe", b"[1]", b'{"often": "x"}', b'{"often": null}'])
def test_a_torn_memory_is_told_and_begun_anew(make, tmp_path, torn):
    (tmp_path / "schedule.json").write_bytes(torn)
    with capture_logs() as said:
        assert set(make().schedule) == set(LINES)
    assert [line["event"] for line in said] == ["schedule_begins_anew"]
    make().sync()
    assert set(json.loads((tmp_path / "schedule.json").read_text())) == set(LINES)


def test_a_time_that_lies_ahead_is_not_believed(make, tmp_path):
    (tmp_path / "schedule.json").write_text(json.dumps({"often": time.time() + 1e6}))
    assert make().schedule["often"].last_run_at.timestamp() <= time.time()


def test_a_memory_that_cannot_be_written_ends_no_scheduler(make, tmp_path):
    schedule = make()
    (tmp_path / "schedule.json").mkdir()
    with capture_logs() as said:
        schedule.sync()
        schedule.close()
    assert {line["event"] for line in said} == {"schedule_not_kept"}


def test_it_beats_while_it_looks_at_what_is_due(make, tmp_path):
    (tmp_path / "parts").mkdir()
    with pytest.raises(PartAway):
        parts.check(tmp_path / "parts", "scheduler")
    make().tick()
    parts.check(tmp_path / "parts", "scheduler")


def test_a_clock_that_is_set_back_stops_no_line(make, monkeypatch):
    schedule = make()
    moment = time.time()
    with monkeypatch.context() as earlier:
        earlier.setattr("core.scheduler.time.time", lambda: moment - 3600)
        with capture_logs() as said:
            schedule._mind_the_clock()
            schedule._mind_the_clock()
        assert [line["event"] for line in said] == ["clock_was_set_back"]
    latest = max(entry.last_run_at.timestamp() for entry in schedule.schedule.values())
    assert latest <= moment - 3600 + 1


def test_after_the_clock_was_set_back_the_line_that_is_due_first_runs_first(app, make, monkeypatch):
    """A line that was due in a moment is due in an hour now; the one that runs often does not wait behind it."""
    celery, seconds = app.extensions["celery"], [1_800_000_000.0]
    monkeypatch.setattr("core.scheduler.time.time", lambda: seconds[0])
    monkeypatch.setattr(celery, "now", lambda: datetime.fromtimestamp(seconds[0], UTC))
    hourly = {"task": "branch.ledger.reconcile", "schedule": 3600.0}
    monkeypatch.setitem(celery.conf, "beat_schedule", {"hourly": hourly, "often": LINES["often"]})
    schedule, ran = make(), []
    monkeypatch.setitem(vars(schedule), "producer", None)
    monkeypatch.setattr(schedule, "apply_entry", lambda entry, **_producer: ran.append(entry.name))
    schedule.schedule["hourly"].last_run_at -= timedelta(seconds=3597)
    for step in (0, -3600, 6):
        seconds[0] += step
        schedule.tick()
    assert ran == ["often"]
