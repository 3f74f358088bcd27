"""Synthetic sale facts by the million for the reports' benchmark, made inside the database by one statement per chunk.

Each fact's grower, day, product and channel come from small tables of slots (large growers and busy days have more of
them), picked by multiples of primes: the same facts every time, on both engines. Nothing is sealed here.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

GROWERS = 150
PRODUCTS = 600
YEARS = 4
FIRST_DAY = date(2022, 1, 1)
CHUNK = 500_000
SEASON = (3, 11, 26, 21, 8, 4, 3, 4, 8, 15, 17, 6)
GROUPS = ("jingui", "dangui", "yingui", "sijigui")
SIZES = ("liner", "two", "pot", "three", "eight")
CHANNELS = ("taobao", "taobao", "taobao", "shop", "website")
PROVINCES = (
    "浙江省",
    "江苏省",
    "湖北省",
    "湖南省",
    "安徽省",
    "江西省",
    "四川省",
    "河南省",
    "福建省",
    "广东省",
    "上海市",
)

SLOTS = """
CREATE TABLE bench_day (slot INTEGER PRIMARY KEY, local_day DATE NOT NULL, occurred_at {moment} NOT NULL);
CREATE TABLE bench_grower (slot INTEGER PRIMARY KEY, grower_id BIGINT NOT NULL, place INTEGER NOT NULL);
CREATE TABLE bench_product (slot INTEGER PRIMARY KEY, place INTEGER NOT NULL, product_key TEXT NOT NULL,
    cultivar_group TEXT NOT NULL, size_class TEXT NOT NULL, price INTEGER NOT NULL);
CREATE TABLE bench_buyer (slot INTEGER PRIMARY KEY, channel TEXT NOT NULL, province TEXT NOT NULL);
"""

# Every fiftieth fact is a refund of goods sold the same day. References are of one length, so that they are in order.
FACTS = """
WITH RECURSIVE numbers(i) AS (
    SELECT CAST(:first AS BIGINT) UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < :last
)
INSERT INTO sale_fact (kind, grower_id, channel, occurred_at, local_day, product_key, product_name, cultivar_group,
    size_class, plants, orders, gross_minor, discount_minor, refund_minor, net_minor, currency, source, source_ref,
    order_ref, province, recorded_at)
SELECT CASE WHEN n.i % 50 = 0 THEN 'refund' ELSE 'sale' END, g.grower_id, b.channel, d.occurred_at, d.local_day,
    p.product_key, p.product_key, p.cultivar_group, p.size_class,
    CASE WHEN n.i % 50 = 0 THEN 0 ELSE 1 + n.i % 90 END,
    CASE WHEN n.i % 50 = 0 THEN 0 ELSE 1 END,
    CASE WHEN n.i % 50 = 0 THEN 0 ELSE p.price * (1 + n.i % 90) END,
    0,
    CASE WHEN n.i % 50 = 0 THEN p.price ELSE 0 END,
    CASE WHEN n.i % 50 = 0 THEN -p.price ELSE p.price * (1 + n.i % 90) END,
    'CNY', 'bench', CAST(1000000000 + n.i AS TEXT), CAST(1000000000 + n.i AS TEXT), b.province, :recorded
FROM numbers n
JOIN bench_day d ON d.slot = (n.i * 7919) % :days
JOIN bench_grower g ON g.slot = (n.i * 104729) % :growers
JOIN bench_product p ON p.slot = g.place * 4 + (n.i / 7) % 4
JOIN bench_buyer b ON b.slot = (n.i * 31) % :buyers
"""


def make_growers() -> list[int]:
    """A branch with its growers, two thirds of whom got the mark's licence one after the other."""
    from branch import api as branch
    from core.database import transaction
    from tests.factories.licences import make_licence, make_mark
    from tests.factories.organisation import make_grower

    villages = ("guihua-bamboo", "guihua-spring")
    began = datetime(2022, 1, 1, 4, tzinfo=UTC)
    with transaction():
        mark = make_mark(at=began)
        made = [make_grower(unit=villages[number % 2], at=began) for number in range(GROWERS)]
        for number, grower in enumerate(made):
            if number % 3 < 2:
                since = date(2024, 1 + number // 15, 1)
                make_licence(
                    grower,
                    mark=mark,
                    valid_from=since,
                    valid_until=date(2026, 12, 31),
                    at=datetime(since.year, since.month, 1, 4, tzinfo=UTC),
                )
            for channel in ("taobao", "website"):
                branch.declare_channel(
                    grower.id, channel, sells=True, since=FIRST_DAY, by_account_id=None, at=began
                )
                branch.record_coverage(
                    grower.id,
                    channel,
                    first_day=FIRST_DAY,
                    last_day=FIRST_DAY + timedelta(days=365 * YEARS),
                    reference="bench",
                    at=began,
                )
    return [grower.id for grower in made]


def load_facts(count: int, grower_ids: list[int]) -> float:
    """Write `count` facts into an empty table; the seconds that it took.

    The indexes that guard nothing are made once all facts are there.
    """
    from branch.ledger.models.tables import SaleFactRow
    from core.database import session, transaction

    dialect = session.get_bind().dialect.name
    moment = "TIMESTAMP WITH TIME ZONE" if dialect == "postgresql" else "DATETIME"
    days, growers, products, buyers = _slots(grower_ids)
    with transaction():
        for statement in SLOTS.format(moment=moment).split(";"):
            if statement.strip():
                session.execute(sa.text(statement))
        for table, rows in (
            ("bench_day", days),
            ("bench_grower", growers),
            ("bench_product", products),
            ("bench_buyer", buyers),
        ):
            marks = ", ".join(f":{name}" for name in rows[0])
            session.execute(sa.text(f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({marks})"), rows)  # noqa: S608 - names from above
    begun = time.perf_counter()
    indexes = sorted(SaleFactRow.__table__.indexes, key=lambda one: str(one.name))
    with transaction():
        for index in indexes:
            index.drop(session.connection())
    for first in range(0, count, CHUNK):
        with transaction():
            session.execute(
                sa.text(FACTS),
                {
                    "first": first,
                    "last": min(first + CHUNK, count),
                    "days": len(days),
                    "growers": len(growers),
                    "buyers": len(buyers),
                    "recorded": _moment(date(2026, 1, 2), dialect),
                },
            )
        done = min(first + CHUNK, count)
        sys.stderr.write(f"\r  {done:,} of {count:,} facts, {time.perf_counter() - begun:.0f} s")
        sys.stderr.flush()
    sys.stderr.write("\n")
    with transaction():
        for index in indexes:
            index.create(session.connection())
    return time.perf_counter() - begun


def _moment(day: date, dialect: str) -> object:
    noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return noon if dialect == "postgresql" else noon.strftime("%Y-%m-%d %H:%M:%S.%f")


def _slots(
    grower_ids: list[int],
) -> tuple[list[dict[str, object]], ...]:
    from core.database import session

    dialect = session.get_bind().dialect.name
    days = []
    for number in range(365 * YEARS + 1):
        day = FIRST_DAY + timedelta(days=number)
        days += [
            {"slot": len(days) + copy, "local_day": day.isoformat() if dialect == "sqlite" else day,
             "occurred_at": _moment(day, dialect)}
            for copy in range(SEASON[day.month - 1])
        ]  # fmt: skip
    growers = []
    for place, grower_id in enumerate(grower_ids):
        growers += [
            {"slot": len(growers) + copy, "grower_id": grower_id, "place": place}
            for copy in range(1 + 900 // (place + 20))
        ]
    products = [
        {"slot": slot, "place": slot // 4, "product_key": f"P{slot:03d}", "cultivar_group": GROUPS[slot % 4],
         "size_class": SIZES[slot % 5], "price": 40 + 37 * (slot % 11)}
        for slot in range(PRODUCTS)
    ]  # fmt: skip
    buyers = [
        {"slot": slot, "channel": CHANNELS[slot % 5], "province": PROVINCES[slot % 11]} for slot in range(55)
    ]
    return days, growers, products, buyers
