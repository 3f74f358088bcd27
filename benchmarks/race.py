"""Many buyers at once for few plants, over HTTP against a real server; and the same without the guard.

    python -m benchmarks.race                      # 200 buyers, 50 plants, SQLite and PostgreSQL
    python -m benchmarks.race --buyers 40 --plants 10 --database sqlite

Every buyer is a thread with a connection of its own that waits at a barrier, then sends one order for one
plant. Prints what was sold, refused and how long it took; fails when the guarded run sells anything but
exactly what was there, or when the unguarded run does not oversell (then the race proves nothing).
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from benchmarks.running import busy_server, empty_database
from tests.running import ROOT, environment

PATIENCE_S = 120
GUARDED = "wsgi:create_app"
UNGUARDED = "benchmarks.race_unguarded:create_app"
CHECKS = ("ck_stock_held_not_negative", "ck_stock_held_within_on_hand", "ck_stock_sold_not_negative")


@dataclass(frozen=True)
class Outcome:
    """`answers` counts (status, code); `sold` is what the stock says is sold or held for orders, `ordered` what the order lines add up to."""

    database: str
    guarded: bool
    buyers: int
    plants: int
    answers: Counter[tuple[int, str]]
    sold: int
    ordered: int
    left: int
    seconds: float
    latencies_s: list[float]

    @property
    def accepted(self) -> int:
        return self.answers[201, ""]

    @property
    def refused(self) -> int:
        return self.answers[409, "out_of_stock"]

    @property
    def stuck(self) -> int:
        """Buyers who got neither an order nor a clear refusal."""
        return self.buyers - self.accepted - self.refused

    @property
    def exact(self) -> bool:
        """Whether exactly what was there was sold, and everybody else was clearly refused."""
        return (
            self.accepted == self.sold == self.ordered == self.plants
            and self.refused == self.buyers - self.plants
            and self.left == 0
        )

    @property
    def oversold(self) -> bool:
        return self.ordered > self.plants

    def line(self) -> str:
        guard = "guarded  " if self.guarded else "unguarded"
        median = statistics.median(self.latencies_s)
        return (
            f"{self.database:10} {guard} {self.buyers} buyers for {self.plants} plants: "
            f"{self.accepted} orders, {self.refused} refusals (out_of_stock), {self.stuck} stuck; "
            f"stock says {self.sold} sold, {self.left} left; "
            f"{self.seconds:.1f} s, answer {median:.2f} s median, {max(self.latencies_s):.2f} s slowest"
        )


def run_race(database: str, *, buyers: int, plants: int, guarded: bool, workers: int = 2) -> Outcome:
    """One race on a fresh database; `database` is `sqlite` or `postgresql`."""
    with (
        tempfile.TemporaryDirectory(prefix="gy-race-", ignore_cleanup_errors=True) as folder,
        empty_database(database, Path(folder)) as url,
    ):
        environ = environment(
            Path(folder) / "var", DATABASE_URL=url, RATELIMIT_ENABLED="0", LOG_LEVEL="ERROR"
        )
        sku = _prepare(environ, plants)
        if database == "postgresql" and not guarded:
            _drop_checks(url)
        with busy_server(environ, factory=GUARDED if guarded else UNGUARDED, workers=workers) as port:
            answers, latencies, seconds = _rush(port, sku, buyers)
        sold, left, ordered = _figures(url)
    return Outcome(database, guarded, buyers, plants, answers, sold, ordered, left, seconds, latencies)


def _prepare(environ: dict[str, str], plants: int) -> str:
    """Migrate, put one variant on sale, and answer its SKU; in a process of its own with that environment."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.race", "--prepare", str(plants)],
        cwd=ROOT,
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()[-1]


def _drop_checks(url: str) -> None:
    with _engine(url).begin() as connection:
        for name in CHECKS:
            connection.exec_driver_sql(f"ALTER TABLE stock DROP CONSTRAINT {name}")


def _engine(url: str) -> sa.Engine:
    return sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)


def put_on_sale(plants: int) -> str:
    """A migrated database and in it one variant with this many plants, of a licensed grower."""
    from core.clock import now
    from core.database import alembic, transaction
    from tests.factories.orders import make_variant
    from wsgi import create_app

    app = create_app()
    with app.app_context():
        alembic.upgrade()
    with app.app_context(), transaction():
        return make_variant(at=now(), on_hand=plants).sku


def _rush(port: int, sku: str, buyers: int) -> tuple[Counter[tuple[int, str]], list[float], float]:
    barrier = threading.Barrier(buyers + 1)
    answers: list[tuple[int, str]] = []
    latencies: list[float] = []
    body = json.dumps(
        {
            "lines": [{"sku": sku, "quantity": 1}],
            "buyer": {"name": "Race", "phone": "13800138000"},
            "ship_to": {"province": "湖北省", "city": "咸宁市", "district": "咸安区", "street": "1"},
            "payment_method": "cash_on_delivery",
        }
    )

    def buy() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        barrier.wait()
        begun = time.monotonic()
        try:
            connection.request("POST", "/api/v1/orders", body, headers)
            response = connection.getresponse()
            told = json.loads(response.read())
            answers.append((response.status, told.get("code", "")))
        except (OSError, ValueError) as error:
            answers.append((0, type(error).__name__))
        finally:
            connection.close()
        latencies.append(time.monotonic() - begun)

    threads = [threading.Thread(target=buy) for _ in range(buyers)]
    for thread in threads:
        thread.start()
    barrier.wait()
    begun = time.monotonic()
    for thread in threads:
        thread.join()
    return Counter(answers), latencies, time.monotonic() - begun


def _figures(url: str) -> tuple[int, int, int]:
    """What the stock says was sold or is held for an order and is left, and what the order lines add up to."""
    with _engine(url).connect() as connection:
        sold, left = connection.execute(sa.text("SELECT sold + held, on_hand - held FROM stock")).one()
        ordered = connection.execute(sa.text("SELECT COALESCE(SUM(quantity), 0) FROM order_line")).scalar()
    return int(sold), int(left), int(ordered or 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--buyers", type=int, default=200)
    parser.add_argument("--plants", type=int, default=50)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--prepare", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.prepare is not None:
        print(put_on_sale(chosen.prepare))
        return 0
    databases = ["sqlite", "postgresql"] if chosen.database == "both" else [chosen.database]
    right = True
    for database in databases:
        for guarded in (True, False):
            outcome = run_race(database, buyers=chosen.buyers, plants=chosen.plants, guarded=guarded)
            print(outcome.line(), flush=True)
            as_expected = outcome.exact if guarded else outcome.oversold
            if not as_expected:
                print(f"  NOT AS EXPECTED: {dict(outcome.answers)}")
            right = right and as_expected
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
