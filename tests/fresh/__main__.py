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

README = "README.md"
OPERATIONS = "docs/operations.md"


@contextmanager
def machine(name: str, folder: Path, rows: list[Typed], given: dict[str, str]) -> Iterator[Machine]:
    """A clone of what is committed here, in an empty folder; whatever it runs is stopped at the end."""
    began = time.monotonic()
    subprocess.run(["git", "clone", "--quiet", ROOT, folder / name], check=True)
    rows.append(Typed(name, "git clone", time.monotonic() - began, ""))
    made = Machine(name, folder / name, rows, given)
    try:
        yield made
    finally:
        made.stop()


def embedded(folder: Path, rows: list[Typed], instead: dict[str, str]) -> None:
    """Nothing set: the two commands of the README, a backup while it runs, and the backup on an empty machine."""
    given = {"BACKUP_DIR": str(folder / "embedded-backups")}
    with machine("embedded", folder, rows, given) as here:
        serving, *rest = under(here.folder / README, "Two commands")
        here.follow(serving)
        for block in under(here.folder / OPERATIONS, "Backup"):
            here.follow(block)
        there_was = here.content()
        here.stop()
        for block in rest:
            here.follow(block, instead=instead)
    with machine("restored", folder, rows, given) as here:
        _restore(here)
        here.follow(serving)
        here.expect("what was sold before is on sale again", here.content() == there_was)


def production(folder: Path, rows: list[Typed], instead: dict[str, str]) -> None:
    """The README's way to production on PostgreSQL and Redis, a backup, and the backup on an empty machine."""
    backups = {"BACKUP_DIR": str(folder / "production-backups")}
    with postgres() as server, redis() as broker:
        first = {"DATABASE_URL": database_of(server, "guiyuan"), "CELERY_BROKER_URL": f"{broker}/0"}
        with machine("production", folder, rows, backups | first) as here:
            for block in under(here.folder / README, "Going to production"):
                here.follow(block, instead=instead)
            for block in under(here.folder / OPERATIONS, "Backup"):
                here.follow(block)
        second = {"DATABASE_URL": database_of(server, "restored"), "CELERY_BROKER_URL": f"{broker}/1"}
        with machine("restored-pg", folder, rows, backups | second) as here:
            settings, _steps, services = under(here.folder / README, "Going to production")
            here.follow(settings)
            _restore(here)
            here.follow(services)


def _restore(here: Machine) -> None:
    """What `Restore` says: the same version, the same settings, nothing running, then its lines."""
    steps = next(one for one in under(here.folder / README, "Going to production") if one.kind == "steps")
    here.type(steps.lines[0])
    for block in under(here.folder / OPERATIONS, "Backup"):
        if block.kind == "settings":
            here.follow(block)
    for block in under(here.folder / OPERATIONS, "Restore"):
        here.follow(block)


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
