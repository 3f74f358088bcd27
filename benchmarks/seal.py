"""Appends to the seal beside bare inserts of as many rows of the same width, and whether sealing keeps up.

    python -m benchmarks.seal                        # both databases
    python -m benchmarks.seal --database sqlite --seconds 10
    python -m benchmarks.seal --auditor 70000        # the independent auditor over HTTP against a log of that size

Keeping up: one process is offered 1,000 leaves a second in batches of 50, another one, started before, sequences, writes and signs
every second; what is not signed yet must never be more than three seconds' worth. Fails when it is, when fewer than 95 % of
what was offered were appended, or when the log then does not verify.
"""

from __future__ import annotations

import argparse
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from benchmarks.running import busy_server, measure_apart
from tests.running import ROOT, environment

ROWS = 20_000
SINGLE = 1_000
BATCH = 50
RATE = 1_000
MOST_BEHIND = 3 * RATE
READY = "ready"


def body(n: int) -> dict[str, object]:
    """A sale's figures, about as long as a real one's."""
    return {
        "kind": "sale", "grower_id": n % 97, "channel": "shop", "product_key": f"GH-{n % 500}", "plants": n % 40,
        "gross_minor": 100 * n, "discount_minor": 0, "refund_minor": 0, "net_minor": 100 * n, "currency": "CNY",
        "source": "shop", "source_ref": f"GY-2026-{n}/1", "province": "浙江省", "recorded_at": "2026-03-12T04:00:00.000000Z",
    }  # fmt: skip


def measure(seconds: float) -> bool:
    """In a process of its own with one database: append, insert, sequence, keep up, verify."""
    from core.database import alembic, session
    from core.seal.models.leaves import SealLeaf
    from core.seal.models.log import this_log
    from core.seal.queries.audit import audit_files_and_leaves
    from core.seal.queries.unsealed import waiting
    from core.seal.tasks.sequencer import sequence
    from wsgi import create_app

    app = create_app()
    with app.app_context():
        alembic.upgrade()
        bare = SealLeaf.__table__.to_metadata(sa.MetaData(), name="bare_leaf")
        for named in (*bare.indexes, *bare.constraints):
            named.name = f"bare_{named.name}"
        bare.create(session.get_bind())
        for one, count in ((500, ROWS), (1, SINGLE)):
            inserts = _timed(lambda first, n: _insert(bare, first, n), count, one)
            appends = _timed(_append, count, one)
            print(
                f"  {one:4} a transaction: {count / inserts:8.0f} bare inserts/s  {count / appends:8.0f} appends/s  "
                f"an append takes {appends / inserts:.2f} times as long",
                flush=True,
            )
        begun = time.perf_counter()
        added = sequence()
        took = time.perf_counter() - begun
        print(
            f"  sequenced, written and signed {added} leaves in {took:.1f} s: {(added or 0) / took:.0f}/s",
            flush=True,
        )
        kept_up = _keep_up(seconds)
        session.rollback()
        sequence()
        findings = list(audit_files_and_leaves(this_log()))
        print(f"  verified: {len(findings)} findings, {waiting()[0]} waiting", flush=True)
        return kept_up and not findings


def _timed(work: object, count: int, each: int) -> float:
    begun = time.perf_counter()
    for first in range(0, count, each):
        work(first, each)  # type: ignore[operator]
    return time.perf_counter() - begun


def _append(first: int, count: int) -> None:
    from core import seal
    from core.database import transaction

    with transaction():
        seal.append_many(
            "sale_fact", [(f"sale/shop/GY-2026-{n}/1", body(n)) for n in range(first, first + count)]
        )


def _insert(table: sa.Table, first: int, count: int) -> None:
    """The same rows without anything that the seal does: no canonical text, no random salt."""
    from core.clock import now
    from core.database import session, transaction

    text = str(body(first))
    row = {"kind": "sale_fact", "at": now(), "salt": bytes(16), "body": text}
    with transaction():
        session.execute(
            sa.insert(table),
            [row | {"subject": f"sale/shop/GY-2026-{n}/1"} for n in range(first, first + count)],
        )


def _keep_up(seconds: float) -> bool:
    """Offer `RATE` leaves a second while another process signs; whether all were taken and signed in time."""
    from core.seal.queries.subjects import signed_size

    with _sequencer():
        before, begun = signed_size(), time.perf_counter()
        most, done = 0, 0
        while (passed := time.perf_counter() - begun) < seconds:
            if done < passed * RATE:
                _append(1_000_000 + done, BATCH)
                done += BATCH
                if done % RATE == 0:
                    most = max(most, done - signed_size() + before)
            else:
                time.sleep(0.002)
        took = time.perf_counter() - begun
        signed = signed_size() - before
        most = max(most, done - signed)
        while signed_size() - before < done and time.perf_counter() - begun < took + 30:
            time.sleep(0.01)
        rest = time.perf_counter() - begun - took
    print(
        f"  offered {RATE} leaves/s for {took:.1f} s in batches of {BATCH}: appended {done / took:.0f}/s, "
        f"signed {signed / took:.0f}/s meanwhile, at most {most} not signed yet, "
        f"the last {rest:.1f} s after it was appended: {done / (took + rest):.0f}/s signed in all",
        flush=True,
    )
    return most <= MOST_BEHIND and done >= 0.95 * RATE * seconds


@contextmanager
def _sequencer() -> Iterator[None]:
    """Another process that sequences every second, from when it is ready until the block ends."""
    command = [sys.executable, "-m", "benchmarks.seal", "--sequence"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline().strip() != READY:
            raise RuntimeError("the sequencer did not start")
        yield
        process.stdin.close()
        process.wait()


def sequence_until_told() -> None:
    """What the worker does, every second, until nobody listens any more."""
    from core.seal.tasks.sequencer import sequence
    from wsgi import create_app

    with create_app().app_context():
        sequence()
        print(READY, flush=True)
        while not select.select([sys.stdin], [], [], 1)[0]:
            sequence()


def audit_over_http(size: int) -> bool:
    """The auditor, of which every byte was written by others, over HTTP against the running application."""
    from tests.auditor import run_auditor

    with tempfile.TemporaryDirectory(prefix="gy-seal-", ignore_cleanup_errors=True) as folder:
        environ = environment(Path(folder) / "var", LOG_LEVEL="ERROR")
        subprocess.run(
            [sys.executable, "-m", "benchmarks.seal", "--fill", str(size)],
            cwd=ROOT,
            env=environ,
            check=True,
        )
        key = subprocess.run(
            [sys.executable, "-m", "flask", "seal", "status"], cwd=ROOT, env=environ, check=True,
            capture_output=True, text=True,
        ).stdout.split("key          ")[1].split("\n")[0]  # fmt: skip
        with busy_server(environ) as port:
            begun = time.perf_counter()
            passed, said = run_auditor(f"http://127.0.0.1:{port}/log", key, patience_s=6 * 3600)
            print(f"  {said.strip()[:200]} in {time.perf_counter() - begun:.0f} s", flush=True)
    return passed


def fill(size: int) -> None:
    from core.database import alembic
    from core.seal.tasks.sequencer import sequence
    from wsgi import create_app

    with create_app().app_context():
        alembic.upgrade()
        for first in range(0, size, 1000):
            _append(first, min(1000, size - first))
        sequence()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--auditor", type=int, help="audit a log of this size over HTTP instead")
    parser.add_argument("--measure", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--sequence", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        return 0 if measure(chosen.measure) else 1
    if chosen.sequence:
        sequence_until_told()
        return 0
    if chosen.fill:
        fill(chosen.fill)
        return 0
    if chosen.auditor:
        return 0 if audit_over_http(chosen.auditor) else 1
    failed = 0
    for database in ["sqlite", "postgresql"] if chosen.database == "both" else [chosen.database]:
        failed += measure_apart("benchmarks.seal", database, "--measure", str(chosen.seconds))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
