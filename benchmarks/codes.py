"""Issuing a million codes with their sealed batch root, beside inserting as many rows into the same table.

Each row of the baseline is made up beforehand and inserted in the same portions by the same Core insert, in one
transaction; issuing draws each code from the system's randomness, computes its keyed digest and its leaf, builds
the Merkle root in one pass and seals it. Prints the most memory that issuing held.

    python -m benchmarks.codes --count 1000000
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

MOST_TIMES = 3.0


def compare(*, count: int) -> bool:
    """Issue and insert in turns on fresh SQLite files; False when issuing takes more than three times as long."""
    with tempfile.TemporaryDirectory(prefix="gy-codes-", ignore_cleanup_errors=True) as folder:
        os.environ.update({"GUIYUAN_VAR": str(Path(folder) / "var"), "LOG_LEVEL": "ERROR"})
        for name in ("DATABASE_URL", "CELERY_BROKER_URL", "PUBLIC_URL"):
            os.environ.pop(name, None)
        from core.database import Base, db
        from wsgi import create_app

        app = create_app()
        with app.app_context():
            Base.metadata.create_all(db.engine)
            lot_id, grower_id = _lot(count)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            bare_s = _insert(count, lot_id, grower_id)
            between = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            issue_s = _issue(count, lot_id)
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            db.session.close()
            db.engine.dispose()
    times = issue_s / bare_s
    print(f"  {count:,} bare rows       {bare_s:7.1f} s  {count / bare_s:9,.0f} rows/s")
    print(
        f"  {count:,} codes issued    {issue_s:7.1f} s  {count / issue_s:9,.0f} codes/s"
        f"  {times:.2f} times the bare rows (at most {MOST_TIMES:g})"
    )
    print(
        f"  memory at its most: {before // 1024} MB before, {between // 1024} MB after rows, {after // 1024} MB after issuing"
    )
    return times <= MOST_TIMES


def _lot(count: int) -> tuple[int, int]:
    from core.clock import now
    from core.database import transaction
    from tests.factories.licences import make_licence
    from tests.factories.traceability import make_lot

    with transaction():
        lot = make_lot(quantity=count * 2, at=now())
        make_licence(lot.grower_id, at=now())
    return lot.id, lot.grower_id


def _insert(count: int, lot_id: int, grower_id: int) -> float:
    from sqlalchemy import insert

    from core.clock import now
    from core.database import transaction
    from traceability.codes.models.tables import Code, CodeBatch
    from traceability.codes.service.issuing import AT_A_TIME

    def portions(batch_id: int) -> Iterator[list[dict[str, object]]]:
        for first in range(0, count, AT_A_TIME):
            noise = os.urandom(64 * AT_A_TIME)
            yield [
                {
                    "digest": noise[64 * n : 64 * n + 32],
                    "leaf": noise[64 * n + 32 : 64 * n + 64],
                    "batch_id": batch_id,
                    "position": first + n + 1,
                    "lot_id": lot_id,
                    "grower_id": grower_id,
                    "level": "unit",
                    "plants": 1,
                    "quota": 0,
                    "state": "voided",
                    "state_reason": "",
                }
                for n in range(min(AT_A_TIME, count - first))
            ]

    spent = 0.0
    with transaction() as session:
        batch = CodeBatch(
            number="B-2026-BARE000",
            lot_id=lot_id,
            grower_id=grower_id,
            level="unit",
            count=count,
            plants_per_code=1,
            licence_number="-",
            issued_at=now(),
        )
        session.add(batch)
        session.flush()
        for rows in portions(batch.id):
            started = time.perf_counter()
            session.execute(insert(Code), rows)
            spent += time.perf_counter() - started
        started = time.perf_counter()
    return spent + time.perf_counter() - started


def _issue(count: int, lot_id: int) -> float:
    from core.clock import now
    from core.database import transaction
    from tests.factories.accounts import make_account
    from traceability.codes.models.tables import CodeBatch
    from traceability.codes.service.issuing import decide_batch, make_codes, request_batch
    from traceability.codes.states import BatchState

    with transaction():
        batch = request_batch(lot_id, "unit", count, at=now(), by=None)
        if batch.state is BatchState.REQUESTED:
            decide_batch(batch.number, approve=True, reason="", at=now(), by=make_account().id)
    started = time.perf_counter()
    made = 0
    with transaction() as session:
        for some in make_codes(batch.number, at=now(), by=None):
            made += len(some)
    spent = time.perf_counter() - started
    root = session.get_one(CodeBatch, batch.id).root
    if made != count or root is None:
        raise RuntimeError("not every code was made")
    return spent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000, help="how many codes")
    return 0 if compare(count=parser.parse_args().count) else 1


if __name__ == "__main__":
    sys.exit(main())
