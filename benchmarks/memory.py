"""How much memory every process of `make run` holds at rest: `python -m benchmarks.memory --before FOLDER`.

FOLDER is a checkout of another version, measured first, by the same steps: the demonstration town, ready, one page of
each kind asked, then `--rest` seconds of nothing. Linux only (`/proc/PID/smaps_rollup`).
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.running import ROOT, environment, free_port, running, until

ASKED = ("/", "/search?q=dangui", "/registry", "/verify", "/log", "/readyz")
MB = 1024


def tree(root: int) -> Iterator[int]:
    """A process and all that it began, by their ids."""
    yield root
    for children in Path(f"/proc/{root}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from tree(int(child))


def memory_of(process: int) -> tuple[str, float, float]:
    """What it is called, its resident memory and its proportional share of it, in MB."""
    command = Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    size = {line.split(":")[0]: int(line.split()[1]) for line in rollup[1:]}
    return " ".join(command[1:])[:60].strip(), size["Rss"] / MB, size["Pss"] / MB


def measure(source: Path, rest_s: float) -> list[tuple[str, float, float]]:
    """The processes of `python -m core.launch` of the version in `source`, after so many seconds at rest."""
    with tempfile.TemporaryDirectory(prefix="gy-memory-", ignore_cleanup_errors=True) as var:
        port = free_port()
        environ = environment(Path(var), PORT=str(port)) | {"PYTHONPATH": str(source)}
        program = f"import os, runpy; os.chdir({str(source)!r}); runpy.run_module('core.launch', run_name='__main__')"
        with running([sys.executable, "-c", program], environ) as process:
            until(lambda: _ready(port), "the application is ready", 300)
            for path in ASKED:
                requests.get(f"http://127.0.0.1:{port}{path}", timeout=60)
            time.sleep(rest_s)
            return sorted(memory_of(number) for number in tree(process.pid))


def _ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--before", type=Path, help="a checkout of another version, measured first")
    parser.add_argument("--rest", type=float, default=20.0, help="seconds of nothing before the look")
    given = parser.parse_args()
    for source in filter(None, (given.before, ROOT)):
        print(
            f"{'before' if source is given.before else 'now'}\n{'resident MB':>12} {'share MB':>9}  process"
        )
        sizes = measure(source.resolve(), given.rest)
        for name, resident, share in sizes:
            print(f"{resident:12.0f} {share:9.0f}  {name}")
        print(
            f"{sum(size[1] for size in sizes):12.0f} {sum(size[2] for size in sizes):9.0f}  all", flush=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
