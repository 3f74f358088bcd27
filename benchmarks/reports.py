"""A report over millions of facts: its data from the kept sums and by a full scan, the whole PDF, and what it grows with.

    python -m benchmarks.reports                          # both databases, 500,000 and 5,000,000 facts
    python -m benchmarks.reports --database sqlite --facts 5000000
    python -m benchmarks.reports --database postgresql --facts 5000000
    python -m benchmarks.reports --database sqlite --facts 500000      # the short run
    python -m benchmarks.reports --folder var/bench                    # loads once

150 growers, 4 years, 600 products. The full scan sums the same windows straight from the facts in the same run, and
has to find the same. The whole PDF is that of one language with its annex: gathered, worded, drawn and typeset. Beside
each time stands the processor time, which other work on the machine lengthens less. The wording of both languages is
measured by itself.

Facts are written in chunks of 500,000 and each chunk is said on stderr, and so is each step after them. Databases are
temporary, in TMPDIR (about 500 MB for each million facts), unless `--folder DIR` keeps them: what is loaded and summed
up there is taken as it is by the next run.

Fails when the data takes more than a second or the PDF more than five, or when ten times the facts make the data take
three times as long.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from benchmarks.report_facts import PROVINCES, load_facts, make_growers
from benchmarks.running import empty_database
from core.garbage_collection import without_collecting
from tests.running import ROOT, environment

if TYPE_CHECKING:
    from branch.ledger.rules.periods import Period
    from branch.reports.facts.evidence import Scope

SIZES = (500_000, 5_000_000)
MOST_DATA_S = 1.0
MOST_PDF_S = 5.0
MOST_GROWTH = 3.0
TODAY = date(2026, 1, 20)


def measure(facts: int) -> dict[str, float]:
    """In a process of its own with one database: load and sum up unless that is done, report, scan."""
    from branch.ledger.service import daily_sums as rollup
    from branch.organisation.queries.tree import get_unit
    from branch.reports.queries.evidence import grower_ids_of
    from core.database import alembic, transaction
    from wsgi import create_app

    app = create_app()
    loaded = app.config["SETTINGS"].var / "loaded.json"
    with app.app_context(), app.test_request_context():
        if not loaded.exists():
            alembic.upgrade()
            found = {"load": load_facts(facts, make_growers())}
            sys.stderr.write("  summing up\n")
            begun = time.perf_counter()
            with transaction():
                daily = rollup.rebuild_rollups()
            found["rebuild"], found["daily_rows"] = time.perf_counter() - begun, daily
            _analyse()
            loaded.write_text(json.dumps(found))
        return json.loads(loaded.read_text()) | _reports(grower_ids_of(get_unit("guihua-osmanthus")))


def _analyse() -> None:
    """What the database would do by itself sooner or later."""
    from core.database import db

    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _reports(grower_ids: list[int]) -> dict[str, float]:
    from flask_babel import force_locale

    from branch.ledger.rules.periods import Period, twelve_months
    from branch.organisation.queries.tree import get_unit
    from branch.reports.queries.evidence import gather
    from branch.reports.service import building
    from core.database import session

    unit = get_unit("guihua-osmanthus")
    found: dict[str, float] = {}
    clock = _Clock(found)
    for name, period in (("month", Period(2025, 10)), ("year", Period(2025))):
        with force_locale("zh_Hans_CN"):
            scope = clock(f"data_{name}", lambda p=period: gather(p, unit, today=TODAY))
            printed = clock(f"print_{name}", lambda p=period, s=scope: _printed(p, s))
            clock(f"data_{name}_again", lambda p=period: gather(p, unit, today=TODAY))
        found[f"bytes_{name}"] = len(printed)
        window = {"since": twelve_months(period)[0].year_before().start, "until": period.end}
        scanned = clock(f"scan_{name}", lambda w=window: _full_scan(grower_ids, **w))
        assert _kept(scope) == scanned, "the kept sums and the facts differ"
        session.rollback()
        clock(f"both_{name}", lambda p=period: building.write(p, unit, today=TODAY))
        session.rollback()
    clock("data_day_scan", _one_day)
    return found


@without_collecting()  # as whoever makes a report does
def _printed(period: Period, scope: Scope) -> bytes:
    """The PDF of the report in the active language, from what was gathered."""
    from flask import current_app

    from branch.reports.formats import annex, pdf
    from branch.reports.sections.assembly import assemble

    sections = current_app.extensions["report_sections"]()
    document = assemble(period, scope, sections, locale="zh")
    return pdf.render_pdf(document, annex.freeze(period, scope, document, revises=None))


class _Scanned(NamedTuple):
    """Net sales by grower, month and what else each is summed by."""

    rows: dict[tuple[Any, ...], int]
    sizes: dict[tuple[Any, ...], int]
    provinces: dict[tuple[Any, ...], int]


class _Clock:
    """Seconds of work under their names, and of the processor under the name with `cpu_` before it."""

    def __init__(self, found: dict[str, float]) -> None:
        self.found = found

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        sys.stderr.write(f"  {name}\n")
        begun, busy = time.perf_counter(), time.process_time()
        result = work()
        self.found[name] = time.perf_counter() - begun
        self.found[f"cpu_{name}"] = time.process_time() - busy
        return result


def _full_scan(grower_ids: list[int], *, since: date, until: date) -> _Scanned:
    """What the report asks for, summed from the facts: by channel and group, size, province, span, kind, last record."""
    from branch.ledger.models.tables import SaleFactRow as Fact
    from core.database import session

    # With a plus no index is taken: SQLite would follow one through the table in another order than it lies in.
    grower = sa.literal_column("+sale_fact.grower_id", sa.BigInteger)
    month = sa.func.substr(sa.cast(Fact.local_day, sa.String), 1, 7)
    within = (grower.in_(grower_ids), Fact.local_day >= since, Fact.local_day < until)
    amounts = (Fact.orders, Fact.plants, Fact.gross_minor, Fact.discount_minor, Fact.refund_minor)

    def sums(*keys: Any) -> dict[tuple[Any, ...], int]:
        rows = session.execute(
            sa.select(*keys, sa.func.sum(Fact.net_minor), *(sa.func.sum(one) for one in amounts))
            .where(*within)
            .group_by(*keys)
        )
        return {tuple(row[: len(keys)]): int(row[len(keys)]) for row in rows}

    found = _Scanned(
        rows=sums(grower, month, Fact.channel, Fact.cultivar_group),
        sizes=sums(grower, month, Fact.size_class),
        provinces=sums(grower, month, Fact.province),
    )
    bounds = (sa.func.min(Fact.local_day), sa.func.max(Fact.local_day), sa.func.max(Fact.recorded_at))
    session.execute(sa.select(grower, Fact.channel, *bounds).group_by(grower, Fact.channel)).all()
    session.execute(sa.select(Fact.kind, sa.func.count()).where(*within).group_by(Fact.kind)).all()
    session.execute(sa.select(grower, month, sa.func.sum(Fact.net_minor)).group_by(grower, month)).all()
    return found


def _kept(scope: Scope) -> _Scanned:
    """The same out of what was gathered."""
    from branch.reports.facts.provinces import province_code

    codes = {province_code(name): name for name in PROVINCES}
    evidence = scope.evidence
    return _Scanned(
        rows={
            (row.grower_id, row.month.key, row.channel, row.cultivar_group): row.totals.net_minor
            for row in evidence.rows
        },
        sizes={(one.grower_id, one.month.key, one.code): one.totals.net_minor for one in evidence.sizes},
        provinces={
            (one.grower_id, one.month.key, codes[one.code]): one.totals.net_minor
            for one in evidence.provinces
        },
    )


def _one_day() -> Any:
    """The page of one month by day, from the daily sums."""
    from branch.growers.models.tables import Grower
    from branch.ledger.queries import sums as queries
    from core.database import session

    ids = list(session.scalars(sa.select(Grower.id)))
    return queries.sums_by("day", grower_ids=ids, since=date(2025, 10, 1), until=date(2025, 11, 1))


def show(facts: int, found: dict[str, float]) -> bool:
    """Print one run; whether it keeps the limits."""
    print(
        f"  {facts:,} facts: loaded in {found['load']:.0f} s, summed up in {found['rebuild']:.1f} s "
        f"to {found['daily_rows']:,.0f} rows a day",
        flush=True,
    )
    good = True
    for name in ("month", "year"):
        data, scan, printed = (found[f"{what}_{name}"] for what in ("data", "scan", "print"))
        whole = data + printed
        good = good and data <= MOST_DATA_S and whole <= MOST_PDF_S
        print(
            f"    report of a {name:5}: data {_both(found, 'data', name)} (again {_both(found, 'data', name, '_again')})  "
            f"full scan {_both(found, 'scan', name)}, {scan / data:.0f} times as long  whole PDF {whole:.2f} s "
            f"(processor {found[f'cpu_data_{name}'] + found[f'cpu_print_{name}']:.2f} s; worded, drawn and typeset {_both(found, 'print', name)}; {found[f'bytes_{name}'] / 1e6:.1f} MB)  "
            f"wording of both languages {_both(found, 'both', name)}",
            flush=True,
        )
    print(f"    a month by day from the daily sums: {found['data_day_scan']:.2f} s", flush=True)
    return good


def _both(found: dict[str, float], what: str, name: str, more: str = "") -> str:
    key = f"{what}_{name}{more}"
    return f"{found[key]:.2f} s (processor {found[f'cpu_{key}']:.2f} s)"


@contextmanager
def _folder(kept: Path | None, name: str) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="gy-reports-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
    else:
        (kept / name).mkdir(parents=True, exist_ok=True)
        yield (kept / name).resolve()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--facts", type=int, help="only this many facts")
    parser.add_argument(
        "--folder", type=Path, help="keep the loaded databases here, and take those that are kept"
    )
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measure(chosen.measure)))
        return 0
    failed = False
    for database in ["sqlite", "postgresql"] if chosen.database == "both" else [chosen.database]:
        print(database, flush=True)
        data: dict[int, float] = {}
        for facts in [chosen.facts] if chosen.facts else SIZES:
            with (
                _folder(chosen.folder, f"{database}-{facts}") as folder,
                empty_database(database, folder, keep=chosen.folder is not None) as url,
            ):
                done = subprocess.run(
                    [sys.executable, "-m", "benchmarks.reports", "--measure", str(facts)],
                    cwd=ROOT,
                    env=environment(folder / "var", DATABASE_URL=url, LOG_LEVEL="ERROR"),
                    check=True,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            found = json.loads(done.stdout.splitlines()[-1])
            failed = not show(facts, found) or failed
            data[facts] = min(found["data_year"], found["data_year_again"])
        if len(data) == len(SIZES):
            grown = data[SIZES[1]] / data[SIZES[0]]
            failed = failed or grown > MOST_GROWTH
            print(f"  ten times the facts: the data of a year takes {grown:.1f} times as long", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
