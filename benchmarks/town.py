"""The small demonstration town for a benchmark: nothing of the machine's own settings, a folder that goes away."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.running import ROOT, environment


@contextmanager
def loaded_town() -> Iterator[tuple[Path, dict[str, str]]]:
    """A scratch folder, and the environment in which commands and servers find the loaded town in it."""
    with tempfile.TemporaryDirectory(prefix="gy-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        environ = environment(folder / "var", RATELIMIT_ENABLED="0", LOG_LEVEL="ERROR")
        for command in (("db", "upgrade"), ("demo", "load", "--size", "small")):
            subprocess.run(
                [sys.executable, "-m", "flask", *command],
                cwd=ROOT,
                env=environ,
                check=True,
                capture_output=True,
            )
        yield folder, environ
