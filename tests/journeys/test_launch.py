"""`make run` as a person meets it: an interrupted first start, a start, Ctrl-C, a taken port, a wrong setting."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ask, environment, free_port, listens, running, until

pytestmark = pytest.mark.slow
LAUNCH = [sys.executable, "-W", "ignore", "-m", "core.launch"]


def processes_of(var):
    """Running processes whose environment names this folder."""
    mark = f"GUIYUAN_VAR={var}".encode()
    found = []
    for name in (one.name for one in Path("/proc").iterdir()):
        try:
            if name.isdigit() and mark in Path(f"/proc/{name}/environ").read_bytes().split(b"\0"):
                found.append(int(name))
        except OSError:
            continue
    return found


def test_a_first_start_that_was_killed_begins_afresh_serves_and_stops_without_a_trace(tmp_path):
    port = free_port()
    given = environment(tmp_path, PORT=str(port), PYTHONUNBUFFERED="1")
    with running(LAUNCH, given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        until((tmp_path / "demo-loading").exists, "the demonstration is being loaded")
        for pid in processes_of(tmp_path):
            os.kill(pid, signal.SIGKILL)
    assert not (tmp_path / "demo-loaded").exists()

    told = tmp_path / "told.txt"
    with told.open("w") as output, running(LAUNCH, given, stdout=output, stderr=subprocess.STDOUT) as launch:
        until(lambda: "Ctrl-C stops it." in told.read_text() or launch.poll() is not None, "it comes up", 300)
        text = told.read_text()
        assert "the first start was interrupted" in text
        assert f"Guiyuan is running on http://127.0.0.1:{port}" in text
        assert "secretary@demo.guiyuan.example" in text
        assert ask(port, "GET", "/readyz")[0] == 200
        until(lambda: json.loads(ask(port, "GET", "/readyz")[1])["status"] == "ok", "every part lives")
        # The launcher, the web and its child, two workers, the scheduler.
        until(lambda: len(processes_of(tmp_path)) >= 6, "all parts run")

        again = subprocess.run(LAUNCH, env=given, capture_output=True, text=True, check=False)
        assert again.returncode == 1
        assert f"Guiyuan already runs from {tmp_path}" in again.stderr

        _a_part_that_dies_is_started_again(tmp_path, port, told)

        launch.send_signal(signal.SIGINT)
        assert launch.wait(timeout=60) == 0
    assert processes_of(tmp_path) == []
    assert not listens(port)


def _a_part_that_dies_is_started_again(var, port, told):
    """A worker killed and a message torn: the web goes on, `/readyz` names the part, then everything is well again."""

    def ready():
        status, text = ask(port, "GET", "/readyz")
        return status, json.loads(text)

    beat = var / "parts" / "worker-fast.json"
    until(beat.exists, "the fast worker works")
    killed = json.loads(beat.read_text())["pid"]
    (var / "queue" / "messages" / "1_0.guiyuan.msg").touch()
    os.kill(killed, signal.SIGKILL)
    status, parts = until(lambda: (now := ready())[1]["worker-fast"] != "ok" and now, "it is named")
    assert (status, parts["status"], parts["worker-slow"], parts["web"]) == (200, "degraded", "ok", "ok")
    until(lambda: ready() == (200, dict.fromkeys(parts, "ok")), "everything is well again")
    assert json.loads(beat.read_text())["pid"] != killed
    set_aside = var / "queue" / "messages" / "unreadable" / "1_0.guiyuan.msg"
    until(set_aside.exists, "the torn message is set aside")
    text = told.read_text()
    assert '"part": "worker-fast"' in text
    assert '"event": "part_died"' in text


def test_a_port_that_is_taken_and_a_name_that_is_mistyped_are_told_before_anything_starts(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        given = environment(tmp_path, PORT=str(port), DATABASE_URI="postgresql://x")
        done = subprocess.run(LAUNCH, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Port {port} is taken by another program" in done.stderr
    assert "DATABASE_URI is set and is no setting of ours; is DATABASE_URL meant?" in done.stdout
    assert not (tmp_path / "guiyuan.db").exists()


def test_a_setting_that_does_not_work_stops_everything_before_it_starts(tmp_path):
    given = environment(tmp_path, PORT=str(free_port()), CELERY_BROKER_URL="redis://127.0.0.1:1")
    done = subprocess.run(LAUNCH, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Setting CELERY_BROKER_URL is not usable: " in done.stderr
    assert "nothing was started" in done.stderr
    assert processes_of(tmp_path) == []
