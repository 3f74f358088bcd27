"""`flask check` over many codes: the nightly whole and the live sample, beside one plain read of the codes' rows.

Codes are issued in batches, activated, and sent in parcels of a hundred each, as the services do it, so that each has
three or four sealed steps; then ten are bent with SQL and have to be named, each by its number.

    python -m benchmarks.check                       # both databases, 200,000 codes
    python -m benchmarks.check --count 20000 --database postgresql
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from benchmarks.running import measure_apart

BATCH = 20_000
PARCEL = 100
BENT = 10


Found = TypeVar("Found")


def measure(count: int) -> bool:
    """Build, check, bend, check again; False when a bent code was not named or the whole takes above a minute per 200,000."""
    from core.database import alembic, db, session
    from wsgi import create_app

    with create_app().app_context():
        alembic.upgrade()
        _timed(f"building {count:,} codes in parcels of {PARCEL}", lambda: _build(count))
        good = _measure(count)
        session.close()
        db.engine.dispose()
    return good


def _build(count: int) -> None:
    from core.clock import now
    from core.database import transaction
    from core.seal.tasks.sequencer import sequence
    from tests.factories.licences import make_licence
    from tests.factories.traceability import approve_plot, make_lot, make_plot
    from traceability.api import accept_codes, activate_batch, bind_codes, ensure_reference_data, issue_codes

    at = now()
    with transaction():
        ensure_reference_data()
        plot = make_plot(at=at, area_m2=count * 100)
        approve_plot(plot, at=at)
        lot = make_lot(plot=plot, quantity=count * 2, quota_plants=0, at=at)
        make_licence(lot.grower_id, at=at)
    parcel = 0
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        with transaction():
            number = issue_codes(lot.id, "unit", size, at=at, by=None).batch.number
            activate_batch(number, grower_id=lot.grower_id, at=at, by=None)
        for first in range(1, size // 2, PARCEL):
            parcel += 1
            with transaction():
                bind_codes(
                    consignment_number=f"C-BENCH-{parcel}",
                    order_number=f"GY-BENCH-{parcel}",
                    grower_id=lot.grower_id,
                    codes=[f"{number} {first}-{first + PARCEL - 1}"],
                    destination_province="浙江省",
                    seller="x",
                    at=at,
                )
            if parcel % 2:
                with transaction():
                    accept_codes(f"C-BENCH-{parcel}", at=at)
    sequence()


def _measure(count: int) -> bool:
    from sqlalchemy import select, text

    from core.checks.tasks import keep, run_sample, run_whole
    from core.database import session, transaction
    from traceability.codes.models.tables import Code

    columns = select(Code.position, Code.state, Code.lot_id).execution_options(yield_per=5000)
    rows = _timed(
        "reading three columns of the codes (baseline)", lambda: sum(1 for _row in session.execute(columns))
    )
    session.rollback()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    whole = _timed("the nightly whole", run_whole)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"    {whole.word}: {whole.counts}; seconds {whole.seconds}; memory at its most {before} -> {after} MB"
    )
    for check, finding in whole.findings:
        print(f"    {check} {finding}")
    keep(whole)
    sample = _timed("the live sample", run_sample)
    print(f"    {sample.word}: {sample.counts}")
    with transaction():
        session.execute(
            text(
                f"UPDATE code SET state = 'accepted', consignment_number = 'X', grower_id = grower_id WHERE id % {count // BENT} = 7"  # noqa: S608 - a number of ours
            )
        )
    bent = _timed("the nightly whole after a change by SQL", run_whole)
    named = [finding.what for check, finding in bent.findings if check == "codes" and finding.table == "code"]
    print(f"    {len(named)} codes named: {', '.join(named[:3])} ...")
    took = sum(whole.seconds.values())
    return (
        rows == count
        and whole.word == "good"
        and len(named) == BENT
        and took < 60 * max(1.0, count / 200_000)
    )


def _timed(name: str, work: Callable[[], Found]) -> Found:
    started, worked = time.perf_counter(), time.process_time()
    found = work()
    spent = time.process_time() - worked
    print(f"  {name:48} {time.perf_counter() - started:6.1f} s, {spent:.1f} s of a processor")
    sys.stdout.flush()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=200_000, help="how many codes")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        return 0 if measure(chosen.count) else 1
    failed = 0
    for database in ["sqlite", "postgresql"] if chosen.database == "both" else [chosen.database]:
        failed += measure_apart("benchmarks.check", database, "--measure", "--count", str(chosen.count))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
