"""`make fresh`: type every documented line in an empty folder, embedded and with PostgreSQL and Redis; print a table.

Ends with 0 when all of them did what the documentation says. `--test "make test-fast"` types that for `make test`.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fresh.blocks import under
from tests.fresh.machine import Failed, Machine, Typed
from tests.fresh.servers import database_of, postgres, redis
from tests.running import ROOT


@contextmanager
def machine(name: str, folder: Path, rows: list[Typed]) -> Iterator[Machine]:
    """A clone of what is committed here, in an empty folder; whatever it runs is stopped at the end."""
    began = time.monotonic()
    subprocess.run(["git", "clone", "--quiet", ROOT, folder / name], check=True)
    rows.append(Typed(name, "git clone", time.monotonic() - began, ""))
    made = Machine(name, folder / name, rows)
    try:
        yield made
    finally:
        made.stop()


def embedded(folder: Path, rows: list[Typed], instead: dict[str, str]) -> None:
    """Nothing set: the two commands of the README."""
    with machine("embedded", folder, rows) as here:
        for block in under(here.folder / "README.md", "Two commands"):
            here.follow(block, instead=instead)
            here.stop()


def production(folder: Path, rows: list[Typed], instead: dict[str, str]) -> None:
    """The README's way to production, with a PostgreSQL and a Redis of its own."""
    with postgres() as server, redis() as broker, machine("production", folder, rows) as here:
        here.given = {"DATABASE_URL": database_of(server, "guiyuan"), "CELERY_BROKER_URL": broker}
        for block in under(here.folder / "README.md", "Going to production"):
            here.follow(block, instead=instead)


WAYS = {"embedded": embedded, "production": production}


def table(rows: list[Typed]) -> str:
    """The rows in columns; Chinese counts double."""
    width = max(_width(row.line) for row in rows)
    return "\n".join(
        f"{row.where:<11} {row.line}{' ' * (width - _width(row.line))} {row.seconds:8.1f} s  {row.problem or 'ok'}"
        for row in rows
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Type every documented line in an empty folder.")
    parser.add_argument("--only", choices=WAYS, help="one of the two ways")
    parser.add_argument("--test", default="make test", metavar="LINE", help="typed in place of `make test`")
    given = parser.parse_args()
    instead = {"make test": given.test}
    rows: list[Typed] = []
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="guiyuan-fresh-") as folder:
        for name, way in WAYS.items():
            if given.only in {None, name}:
                try:
                    way(Path(folder), rows, instead)
                except Failed as failed:
                    problems.append(f"{name}: {failed}")
    sys.stdout.write(table(rows) + "\n")
    problems += [f"{row.where}: {row.line}: {row.problem}" for row in rows if row.problem]
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
