"""The independent auditor of tile logs, written in Go by others than the log's code: built once, run as a program."""

import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.published.vectors import vectors

MODULES = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")


@lru_cache(maxsize=1)
def _built(source: Path) -> Path:
    go = shutil.which("go")
    if go is None or not MODULES.is_dir():
        pytest.fail(
            "The auditor of the log cannot be built: install the distribution's golang-go and "
            "golang-golang-x-mod-dev (.ci/run does so when it may)."
        )
    folder = Path(mkdtemp(prefix="gy-auditor-"))
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": f"{folder}:/usr/share/gocode",
        "GOFLAGS": "",
    }
    # Go keeps what it has compiled where it always does; a machine without a home gets a place of its own.
    if not {"HOME", "GOCACHE", "XDG_CACHE_HOME"} & environment.keys():
        environment["GOCACHE"] = str(folder / "cache")
    program = folder / "tlog_audit"
    # Quick to build rather than quick to run: the logs of tests are short.
    subprocess.run(
        [go, "build", "-gcflags=all=-N -l", "-ldflags=-s -w", "-o", program, source],
        cwd=folder,
        env=environment | {"CGO_ENABLED": "0"},
        check=True,
        timeout=600,
    )
    return program


def auditor() -> Path:
    """The auditor's program; skips where the published cases are not at hand, fails when a part is missing."""
    return _built(vectors("audit") / "tlog_audit.go")


def run_auditor(where: str, vkey: str, *, patience_s: float = 900) -> tuple[bool, str]:
    """Whether the auditor passes the log at `where` (an address or a folder), and what it said."""
    done = subprocess.run(
        [auditor(), where, vkey], capture_output=True, text=True, timeout=patience_s, check=False
    )
    return done.returncode == 0 and done.stdout.startswith("OK"), done.stdout + done.stderr
