"""`requirements/install.py` as `make setup` calls it, against an index to which releases newer than the pins were added."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from tests.running import ROOT, until
from tests.unit.requirements.wheels import make_wheel, write_lock

pytestmark = pytest.mark.slow
AFRESH = "interrupted; the same command begins afresh\n"
PINNED = {"peach": "1.0", "pear": "1.0", "kernel": "1.0"}


@dataclass(frozen=True)
class Machine:
    """A machine of its own: an index, locks and a virtual environment, and no network."""

    index: Path
    locks: Path
    venv: Path

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        given = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.index), "PIP_CONFIG_FILE": os.devnull}
        return kept | given | {"PIP_NO_CACHE_DIR": "1"}

    def lock(self, name: str, **pins: str) -> None:
        write_lock(self.locks / f"{name}.txt", self.index, pins)

    def install(self, lock: str = "base") -> subprocess.CompletedProcess[str]:
        """What `make setup` runs, with the locks and the environment of this machine."""
        asked = subprocess.run(["make", "-n", "setup"], cwd=ROOT, capture_output=True, text=True, check=True)
        script = next(word for word in asked.stdout.split() if word.endswith(".py"))
        command = [sys.executable, ROOT / script, lock, "--venv", self.venv, "--locks", self.locks]
        return self.run(command)

    def run(self, command: list[str | Path]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, check=False)

    def installed(self) -> dict[str, str]:
        program = "import json, importlib.metadata as m; print(json.dumps({d.name: d.version for d in m.distributions()}))"
        found = json.loads(self.run([self.venv / "bin" / "python", "-c", program]).stdout)
        return {name: version for name, version in found.items() if name not in {"pip", "setuptools"}}


@pytest.fixture(scope="module")
def empty_venv(tmp_path_factory):
    """An environment with nothing but the pip that Python brings along."""
    folder = tmp_path_factory.mktemp("venv") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder


@pytest.fixture
def machine(tmp_path, empty_venv):
    index = tmp_path / "index"
    index.mkdir()
    for version in ("1.0", "2.0"):  # the pinned release, and one that came out after the lock was made
        make_wheel(index, "peach", version, [f"pear[seed]>={version}"])
        make_wheel(index, "pear", version, [f'kernel>={version} ; extra == "seed"'])
        make_wheel(index, "kernel", version)
        make_wheel(index, "plum", version, ["peach"])
        make_wheel(index, "stone", version)
    make_wheel(index, "peach", "3.0", ["pear"])
    machine = Machine(index, tmp_path / "locks", tmp_path / "venv")
    machine.locks.mkdir()
    machine.lock("build", stone="1.0")
    machine.lock("base", **PINNED)
    machine.lock("dev", **PINNED, plum="1.0")
    shutil.copytree(empty_venv, machine.venv, symlinks=True)
    return machine


def test_newer_releases_of_what_is_pinned_change_nothing(machine):
    done = machine.install()
    assert done.returncode == 0, done.stdout + done.stderr
    assert machine.installed() == {"stone": "1.0", **PINNED}


def test_what_is_installed_is_compiled_before_anybody_imports_it(machine):
    machine.install()
    assert {path.name.partition(".")[0] for path in machine.venv.rglob("*.pyc")} >= {"stone", *PINNED}


def test_resolving_a_complete_lock_again_is_what_fails_there(machine):
    """With the pip that Python 3.11 and 3.12 bring along; that of 3.13 looks at the pins first."""
    former = ["install", "--require-hashes", "-r", machine.locks / "base.txt"]
    done = machine.run([machine.venv / "bin" / "python", "-m", "pip", *former])
    if sys.version_info < (3, 13):
        assert done.returncode == 1
        assert "must have their versions pinned with ==" in done.stderr
    else:
        assert done.returncode == 0, done.stderr


def test_what_is_up_to_date_is_left_alone_and_a_changed_lock_changes_what_it_names(machine):
    machine.install("dev")
    assert machine.installed() == {"stone": "1.0", "plum": "1.0", **PINNED}
    for lock in ("base", "dev"):
        done = machine.install(lock)
        assert (done.returncode, done.stdout) == (0, "")

    machine.lock("base", peach="3.0", pear="2.0")
    machine.lock("dev", peach="3.0", pear="2.0", plum="2.0")
    done = machine.install("base")  # what the tests need is there, so it is brought up too
    assert done.returncode == 0, done.stdout + done.stderr
    assert machine.installed() == {"stone": "1.0", "peach": "3.0", "pear": "2.0", "plum": "2.0"}


def test_a_file_that_is_not_the_one_pinned_is_refused(machine):
    make_wheel(machine.index, "pear", "1.0", ["kernel"])
    done = machine.install()
    assert done.returncode == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
    assert "could not be filled" in done.stderr


def test_a_lock_with_a_hole_is_told_and_does_not_count_as_installed(machine):
    machine.lock("base", peach="1.0", kernel="1.0")
    done = machine.install()
    assert done.returncode == 1
    assert "pear, which is not installed" in done.stdout
    assert not (machine.venv / "installed-base.txt").exists()


def test_an_installation_that_was_interrupted_is_begun_afresh(machine):
    """One package cannot be unpacked; what the others left behind is not built upon."""
    make_wheel(machine.index, "pear", "1.0", module="../../pear.py")
    machine.lock("base", **PINNED)
    failed = machine.install()
    assert failed.returncode == 1
    assert "outside" in failed.stderr
    assert (machine.venv / "installing").exists()

    make_wheel(machine.index, "pear", "1.0")
    machine.lock("base", **PINNED)
    done = machine.install()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "making a virtual environment" in done.stdout
    assert machine.installed() == {"stone": "1.0", **PINNED}
    assert not (machine.venv / "installing").exists()


def test_an_environment_without_its_pip_is_half_made(machine):
    """As one is whose making was interrupted, or whose Python the distribution has replaced by a newer one."""
    environment = run_path(str(ROOT / "requirements" / "install.py"))["Environment"](
        machine.venv, machine.locks
    )
    assert environment.is_usable()
    shutil.rmtree(next(machine.venv.glob("lib/*/site-packages/pip")))
    assert not environment.is_usable()


def heeding_signals():
    """A suite that a shell runs in the background is deaf to Ctrl-C, and so would be whatever it starts."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def interrupted(machine, venv, *, at_work, by=signal.SIGINT, **environ):
    """How an installation into `venv` ends, and what it says, when `by` comes after the file `at_work` was made."""
    command = [sys.executable, ROOT / "requirements" / "install.py", "--venv", venv, "--locks", machine.locks]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=machine.environ | environ, start_new_session=True, preexec_fn=heeding_signals,  # noqa: PLW1509 - no threads here
    ) as process:  # fmt: skip
        until(at_work.exists, "it is at work")
        os.killpg(process.pid, by)
        _nothing, told = process.communicate(timeout=180)  # a busy machine takes its time
    return process.returncode, told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_ends_it_ends_what_was_started_which_clears_away_and_hears_one_sentence(
    machine, tmp_path, number
):
    """A pip that is at work, as a terminal's Ctrl-C meets it: the signal goes to every process in the foreground."""
    python = machine.venv / "bin" / "python"
    python.unlink()
    python.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, sys, time\n"
        "if '-m' in sys.argv:\n"
        "    try:\n"
        "        print('Collecting peach', flush=True)\n"
        f"        pathlib.Path({str(tmp_path / 'at-work')!r}).touch()\n"
        "        time.sleep(60)\n"
        "    finally:\n"
        f"        pathlib.Path({str(tmp_path / 'cleared')!r}).touch()\n"
        "        sys.exit(1)\n"
    )
    python.chmod(0o755)
    told = interrupted(machine, machine.venv, at_work=tmp_path / "at-work", by=number)
    assert told == (1, AFRESH)
    assert (tmp_path / "cleared").exists()


def test_ctrl_c_while_an_environment_is_made_says_one_sentence_and_no_traceback(machine, tmp_path):
    """Python's `venv` does not catch it; what stands in for it here does not either, and takes as long as is needed."""
    (tmp_path / "venv.py").write_text(
        f"import pathlib, time\npathlib.Path({str(tmp_path / 'at-work')!r}).touch()\ntime.sleep(60)\n"
    )
    told = interrupted(machine, tmp_path / "none", at_work=tmp_path / "at-work", PYTHONPATH=str(tmp_path))
    assert told == (1, AFRESH)


def test_what_stands_in_the_way_of_an_environment_is_named(tmp_path, monkeypatch):
    environment = run_path(str(ROOT / "requirements" / "install.py"))["Environment"](
        tmp_path / "venv", tmp_path
    )
    assert environment._why_not() == " (see above)."
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: SimpleNamespace(free=7 * 2**20))
    assert f"7 MiB are free in {tmp_path}" in environment._why_not()
    monkeypatch.setattr(os, "access", lambda *_asked: False)
    assert f"{tmp_path} is closed to writing" in environment._why_not()
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert "apt-get install python3-venv" in environment._why_not()


def test_a_folder_that_cannot_be_looked_into_is_told_in_a_sentence(machine, tmp_path):
    command = [sys.executable, ROOT / "requirements" / "install.py", "--venv", tmp_path / ("x" * 300)]
    done = machine.run([*command, "--locks", machine.locks])
    assert done.returncode == 1
    assert "cannot be filled: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_that_is_too_old_to_read_our_code_is_told_which_one_is_needed(tmp_path):
    """It stands in for Python 3.6: what it is asked on its command line it answers, and what it is to read it cannot."""
    old = tmp_path / "python3.6"
    old.write_text(
        '#!/bin/sh\n[ "$1" = -c ] || { echo "SyntaxError"; exit 9; }\n'
        f'exec {sys.executable} -c "import sys; sys.version_info = (3, 6, 15); $2"\n'
    )
    old.chmod(0o755)
    for target in ("setup", "setup-dev"):
        done = subprocess.run(
            ["make", target, f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert "Guiyuan needs Python 3.11 or newer" in done.stderr
        assert "SyntaxError" not in done.stdout + done.stderr
