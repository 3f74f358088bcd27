"""The parts of a run: a failing one fails it, is named and is heard; and each plan leaves out only what it says."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import run
from tests.conftest import pytest_collection_modifyitems
from tests.running import running, until
from tests.timing import folder_of


def saying(*words, status=0, quiet=False):
    code = f"print({' '.join(words)!r}); raise SystemExit({status})"
    return run.Part("-".join(words), [sys.executable, "-c", code], quiet)


def test_a_part_that_fails_is_told_and_one_that_is_quiet_is_heard_only_then(capfd):
    done = [
        run.run(saying("loud")),
        run.run(saying("well", quiet=True)),
        run.run(saying("ill", status=3, quiet=True)),
    ]
    assert [one.status for one in done] == [0, 0, 3]
    assert capfd.readouterr().out.splitlines() == ["loud:      loud", "ill:       ill"]
    told = run.report(done, 1.5).splitlines()
    assert [line.split()[-1] for line in told] == ["ok", "ok", "FAILED", "s"]


def test_a_run_fails_with_any_of_its_parts(monkeypatch, capfd):
    monkeypatch.setitem(run.PLANS, "check", [saying("one"), saying("two", status=1)])
    assert run.main("check", []) == 1
    monkeypatch.setitem(run.PLANS, "check", [saying("one")])
    assert run.main("check", []) == 0


def test_a_landing_takes_every_test_into_one_of_its_parts():
    chosen = [part.command[part.command.index("-m", 2) + 1] for part in run.PLANS["landing"]]
    assert chosen == ["not browser", "browser"]
    assert "marked" in run.PLANS["landing"][0].command
    assert all("--whole" in part.command for part in run.PLANS["all"])


def test_time_is_told_by_room_and_by_folder():
    assert folder_of("tests/unit/shop/cart/test_x.py") == "tests/unit/shop"
    assert folder_of("tests/journeys/test_x.py") == "tests/journeys"


def item(name, nodeid="tests/unit/test_x.py"):
    """A test that bears the one mark it is named after."""
    return SimpleNamespace(
        name=name, nodeid=nodeid, get_closest_marker=lambda mark: mark if mark == name else None
    )


@pytest.mark.parametrize(
    ("whole", "kept"), [(False, ["slow", "quick"]), (True, ["slow", "quick", "nightly"])]
)
def test_what_is_for_the_night_is_left_out_and_what_is_slow_begins(whole, kept):
    told = SimpleNamespace(pytest_deselected=lambda items: left_out.extend(one.name for one in items))
    config = SimpleNamespace(getoption=lambda _name: whole, hook=told)
    left_out, items = [], [item("quick"), item("slow"), item("nightly")]
    pytest_collection_modifyitems(config, items)
    assert [one.name for one in items] == kept
    assert left_out == ([] if whole else ["nightly"])


def test_a_browser_test_stands_where_the_browser_s_part_looks():
    config = SimpleNamespace(getoption=lambda _name: True)
    within, astray = item("browser", "tests/browser/test_x.py"), item("browser", "tests/journeys/test_x.py")
    pytest_collection_modifyitems(config, [within])
    with pytest.raises(pytest.UsageError, match="journeys"):
        pytest_collection_modifyitems(config, [within, astray])


def test_what_a_process_began_ends_with_it(tmp_path):
    """Also when the process itself is gone already, as a web server that is late leaves its own processes behind."""
    told = tmp_path / "child"
    beginning = (
        f"import subprocess; open({str(told)!r}, 'w').write(str(subprocess.Popen(['sleep', '60']).pid))"
    )
    with running([sys.executable, "-c", beginning], os.environ) as process:
        process.wait()
        child = int(told.read_text())
        os.kill(child, 0)
    until(lambda: not Path(f"/proc/{child}").exists() or is_dead(child), "the child ends too", patience_s=10)


def is_dead(number):
    return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
