"""Processes that die are started again, each by itself; real processes, short waits."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core import heartbeats as parts
from core import supervisor
from core.heartbeats import PartAway
from core.settings import Settings
from core.supervisor import LONG_BACK_OFF_S, MANY_DEATHS, STEADY_AFTER_S, Part, Supervisor
from tests.running import ROOT, until

LIVES = [sys.executable, "-c", "import time; time.sleep(60)"]
DIES = [sys.executable, "-c", "raise SystemExit(3)"]


def gone(pid):
    """Whether the process has ended; nobody may have asked for its last word yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture
def settings(all_told, tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "BACK_OFF_S", (0.01,) * 4)
    monkeypatch.setattr(supervisor, "LOOK_EVERY_S", 0.01)
    return Settings(_env_file=None, guiyuan_var=tmp_path)


def kept(settings, commands, *, until_true):
    """Run a supervisor until the condition; what it logged."""
    own = Supervisor(settings, commands)
    try:
        with capture_logs() as said:
            end = time.monotonic() + 30
            own.run(until=lambda: until_true(own) or time.monotonic() > end)
            assert until_true(own)
            return own, said
    finally:
        own.stop()


def test_a_part_that_is_killed_is_started_again_and_nobody_else_stops(settings):
    pids = []

    def killed_and_back(own):
        one, other = (own.parts[name].process for name in ("worker-fast", "worker-slow"))
        if not pids and one and other:
            pids.extend([one.pid, other.pid])
            one.kill()
        return bool(pids and one and one.pid != pids[0] and other and other.pid == pids[1])

    _own, said = kept(settings, {"worker-fast": LIVES, "worker-slow": LIVES}, until_true=killed_and_back)
    assert [(line["event"], line["part"]) for line in said] == [
        ("part_died", "worker-fast"),
        ("part_started_again", "worker-fast"),
    ]
    assert said[0]["code"] == -signal.SIGKILL


def test_five_deaths_within_a_minute_are_said_loudly_and_it_is_tried_on(settings, monkeypatch):
    monkeypatch.setattr(supervisor, "LONG_BACK_OFF_S", 0.02)
    folder = parts.folder(settings)
    seen = []

    def many(own):
        part = own.parts["worker-slow"]
        if part.recent_deaths(time.monotonic()) == MANY_DEATHS:
            with pytest.raises(PartAway, match="unsteady"):
                parts.check(folder, "worker-slow")
            seen.append(part.began)
        return len(set(seen)) > 2

    own, said = kept(settings, {"worker-slow": DIES, "worker-fast": LIVES}, until_true=many)
    loud = [line for line in said if line["event"] == "part_keeps_dying"]
    assert loud
    assert {(line["part"], line["log_level"]) for line in loud} == {("worker-slow", "error")}
    assert not own.parts["worker-fast"].deaths


def test_a_part_that_begins_anew_has_not_died(settings):
    anew = [sys.executable, "-c", f"raise SystemExit({supervisor.BEGINS_ANEW})"]
    seen = set()

    def again(own):
        part = own.parts["worker-slow"]
        if part.process:
            seen.add(part.process.pid)
            assert part.state(time.monotonic())["state"] == "running"
        return len(seen) > 1

    own, said = kept(settings, {"worker-slow": anew}, until_true=again)
    assert not own.parts["worker-slow"].deaths
    assert said == [], "nothing that an operator must know"


def test_no_thread_of_a_part_keeps_a_heap_of_its_own_unless_somebody_says_so(tmp_path, monkeypatch):
    told = tmp_path / "told"
    tell = [
        sys.executable,
        "-c",
        f"import os; open({str(told)!r}, 'w').write(os.environ['MALLOC_ARENA_MAX'])",
    ]
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    assert supervisor.start(tell).wait() == 0
    assert told.read_text() == "2"
    monkeypatch.setenv("MALLOC_ARENA_MAX", "8")
    assert supervisor.start(tell).wait() == 0
    assert told.read_text() == "8"


def test_a_command_that_cannot_be_started_counts_as_a_death(settings):
    def died(own):
        return len(own.parts["scheduler"].deaths) > 1

    _own, said = kept(settings, {"scheduler": ["/no/such/program"]}, until_true=died)
    assert "No such file" in said[0]["code"]


def test_a_part_that_died_waits_for_its_turn(settings, monkeypatch):
    monkeypatch.setattr(supervisor, "BACK_OFF_S", (30.0,) * 4)
    looks = []

    def looked_at_often(own):
        part = own.parts["web"]
        looks.extend([part.process] if part.deaths else [])
        return len(looks) >= 10

    _own, said = kept(settings, {"web": DIES}, until_true=looked_at_often)
    assert set(looks) == {None}
    assert [line["event"] for line in said] == ["part_died"]


def test_waits_grow_and_begin_anew_after_a_steady_minute():
    part = Part("web", LIVES)
    at = 1000.0
    waits = []
    for _ in range(MANY_DEATHS + 1):
        part.began = at
        waits.append(part.wait_after_death(at + 1))
        at += 2
    assert waits == [*supervisor.BACK_OFF_S, LONG_BACK_OFF_S, LONG_BACK_OFF_S]
    part.began = at
    assert part.wait_after_death(at + STEADY_AFTER_S + 1) == supervisor.BACK_OFF_S[0]


def test_deaths_a_minute_apart_are_not_many():
    part = Part("web", LIVES)
    at, waits = 1000.0, []
    for _ in range(MANY_DEATHS + 1):
        part.began, at = at, at + STEADY_AFTER_S
        waits.append(part.wait_after_death(at))
    assert waits == [supervisor.BACK_OFF_S[0]] * (MANY_DEATHS + 1)
    assert part.state(at) == {"state": "waiting", "since": 0.0, "deaths": 1}


def test_what_a_dead_part_had_started_ends_with_it(settings, tmp_path):
    told = tmp_path / "child"
    parent = (
        "import subprocess, sys, pathlib, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(200)']);"
        f"pathlib.Path({str(told)!r}).write_text(str(child.pid)); time.sleep(60)"
    )

    def orphaned(own):
        part = own.parts["web"]
        if told.exists() and told.read_text() and part.process and not part.deaths:
            part.process.kill()
        return bool(part.deaths)

    kept(settings, {"web": [sys.executable, "-c", parent]}, until_true=orphaned)
    child = int(told.read_text())
    until(lambda: gone(child), "the orphan ends", 20)


def test_stopping_leaves_no_process_and_no_trace(settings):
    own, _said = kept(
        settings, {"worker-fast": LIVES}, until_true=lambda own: own.parts["worker-fast"].process
    )
    assert own.parts["worker-fast"].process is None
    assert list(parts.folder(settings).iterdir()) == []


def test_parts_end_with_a_launcher_that_is_ended_by_force(tmp_path):
    script = (
        "import sys, pathlib\n"
        "from core.settings import Settings\n"
        "from core.supervisor import Supervisor\n"
        "own = Supervisor(Settings(_env_file=None, guiyuan_var=pathlib.Path(sys.argv[1])), {'web': sys.argv[2:]})\n"
        "own.run(until=lambda: own.parts['web'].process and print(own.parts['web'].process.pid, flush=True) or False)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), *LIVES], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as launcher:
        child = int(launcher.stdout.readline())
        assert not gone(child)
        launcher.kill()
    until(lambda: gone(child), "the part ends too", 20)
