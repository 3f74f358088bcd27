"""The small demonstration town for a benchmark: nothing of the machine's own settings, a folder that goes away."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = ("DATABASE_URL", "CELERY_BROKER_URL", "MEILISEARCH_URL", "PUBLIC_URL", "STRIPE_SECRET_KEY")


@contextmanager
def loaded_town() -> Iterator[tuple[Path, dict[str, str]]]:
    """A scratch folder, and the environment in which commands and servers find the loaded town in it."""
    with tempfile.TemporaryDirectory(prefix="gy-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        environment = {key: value for key, value in os.environ.items() if key not in OURS}
        environment |= {
            "GUIYUAN_VAR": str(folder / "var"),
            "RATELIMIT_ENABLED": "0",
            "LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(ROOT),
        }
        for command in (("db", "upgrade"), ("demo", "load", "--size", "small")):
            subprocess.run(
                [sys.executable, "-m", "flask", *command],
                cwd=ROOT,
                env=environment,
                check=True,
                capture_output=True,
            )
        yield folder, environment
