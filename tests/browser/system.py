"""The whole system as `make run` starts it: web, workers and scheduler as processes of their own, on a free port."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from core.settings import Settings
from core.supervisor import ROOT, commands, end_all
from tests.running import free_port

# Nothing of the machine's own settings reaches the system under test.
OURS = {name.upper() for name in Settings.model_fields}


@dataclass(frozen=True)
class System:
    """A running system: its address, and the folder of its embedded parts."""

    url: str
    var: Path


def environment(var: Path, settings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.upper() not in OURS}
    return kept | {"GUIYUAN_VAR": str(var), "PYTHONUNBUFFERED": "1", "LOG_LEVEL": "WARNING"} | dict(settings)


def flask(var: Path, *arguments: str, **settings: str) -> str:
    """Run one `flask` command on the system in `var`; answers what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env=environment(var, settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"flask {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def prepare(var: Path) -> Path:
    """A migrated system with the demonstration town in `var`, made by the commands that operators use."""
    flask(var, "db", "upgrade")
    flask(var, "demo", "load", "--size", "small")
    return var


@contextmanager
def running(prepared: Path, var: Path, **settings: str) -> Iterator[System]:
    """Start a copy of the prepared system in `var`, wait until it is ready, and end it afterwards.

    Raises:
        AssertionError: a part ended by itself; its log is in the message.
    """
    shutil.copytree(prepared, var, dirs_exist_ok=True)
    port = int(settings.pop("PORT", 0)) or free_port()
    settings |= {"PORT": str(port)}
    own = Settings(_env_file=None, guiyuan_var=var, port=port)
    parts: dict[str, subprocess.Popen[bytes]] = {}
    logs = {name: var / f"{name}.log" for name in commands(own)}
    try:
        for name, command in commands(own).items():
            with logs[name].open("wb") as log:
                parts[name] = subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=environment(var, settings),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        _wait_until_ready(own.base_url, parts, logs)
        yield System(own.base_url, var)
        ended = [name for name, part in parts.items() if part.poll() is not None]
        assert not ended, "\n".join(f"{name} ended by itself:\n{logs[name].read_text()}" for name in ended)
    finally:
        end_all(parts)


def _wait_until_ready(
    url: str, parts: Mapping[str, subprocess.Popen[bytes]], logs: Mapping[str, Path], *, within_s: float = 90
) -> None:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        for name, part in parts.items():
            assert part.poll() is None, f"{name} did not start:\n{logs[name].read_text()}"
        try:
            with urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 - loopback
                if answer.status == 200:
                    return
        except HTTPError as error:
            error.close()
        except OSError:
            pass
        time.sleep(0.1)  # between two looks at a port, as `core.launch` does
    raise AssertionError(f"{url}/readyz was not ready within {within_s} s")
