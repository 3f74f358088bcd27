"""Years of invented sales with a known effect of the mark. Pure; the totals of each year are exact.

A year's plants and money are spread over what `truth` says each grower's month weighs, by largest remainder, so a
year's sum is its target to the plant and the fen.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, time, timedelta
from itertools import accumulate

from branch.api import SaleFact
from core.clock import local_moment
from core.money import allocate
from shop.demo.rules.plan import SEED, STAGES, Nursery, Stage, TownPlan
from shop.demo.rules.truth import EFFECT, SEASONS, weights

REFUNDED = 0.025
GROUP_NAMES = {"jingui": "金桂", "dangui": "丹桂", "yingui": "银桂", "sijigui": "四季桂"}
PROVINCES = (
    ("浙江省", 18), ("江苏省", 16), ("湖北省", 15), ("湖南省", 10), ("安徽省", 9), ("江西省", 8), ("四川省", 7),
    ("河南省", 6), ("福建省", 5), ("广东省", 4), ("上海市", 2),
)  # fmt: skip
PROVINCE_NAMES = tuple(name for name, _share in PROVINCES)
PROVINCE_SHARES = tuple(accumulate(share for _name, share in PROVINCES))


@dataclass(frozen=True)
class Year:
    """The targets of one calendar year: plants sold and net money in fen, before scaling to the town's size."""

    year: int
    plants: int
    net_minor: int


def targets(third_year: int) -> tuple[Year, ...]:
    """Year 2 is that of the reports; year 3 sells 30 % more plants; the running year goes on a little above it."""
    return (
        Year(third_year - 2, 32_500_000, 25_600_000_00),
        Year(third_year - 1, 30_000_000, 25_000_000_00),
        Year(third_year, 39_000_000, 32_800_000_00),
        Year(third_year + 1, 41_000_000, 34_900_000_00),
    )


@dataclass(frozen=True)
class _Sale:
    nursery: Nursery
    day: date
    stage: Stage
    group: str
    channel: str
    plants: int
    value: int


def facts(
    plan: TownPlan, year: Year, grower_ids: Sequence[int], *, until: date, effect: float = EFFECT
) -> Iterator[SaleFact]:
    """The facts of one year up to and excluding `until`, grower by grower; another `until` changes none of them.

    Args:
        plan: the town.
        year: what the year amounts to when it is complete.
        grower_ids: ids of `plan.nurseries`, in their order.
        until: the first day that has not happened yet.
        effect: how much more an authorised grower sells.
    """
    rng = random.Random(SEED * 10_000 + year.year)  # noqa: S311 - the same history every time is the point
    sales = list(_sales(plan, year, rng, effect))
    net = round(year.net_minor * plan.scale)
    paid_total = round(net / (1 - REFUNDED))
    paid = allocate(paid_total, [sale.value for sale in sales])
    refunds = _refunds(paid, paid_total - net, rng)
    ids = {n.number: grower_id for n, grower_id in zip(plan.nurseries, grower_ids, strict=True)}
    for place, (sale, amount, refund) in enumerate(zip(sales, paid, refunds, strict=True)):
        fact = _fact(sale, amount, ids[sale.nursery.number], f"D{year.year}{place:07d}", rng)
        if sale.day >= until:
            continue
        yield fact
        if refund:
            yield replace(
                fact,
                kind="refund",
                plants=-sale.plants if refund == amount else 0,
                orders=0,
                gross_minor=0,
                discount_minor=0,
                refund_minor=refund,
                source_ref=f"{fact.source_ref}/refund",
            )


def _sales(plan: TownPlan, year: Year, rng: random.Random, effect: float) -> Iterator[_Sale]:
    cells = [(n, month) for n in plan.nurseries for month in range(1, 13)]
    on_record = [
        weight * (date(year.year, month, 1) >= nursery.records_since)
        for (nursery, month), weight in zip(
            cells, weights(plan.nurseries, year.year, rng, effect=effect), strict=True
        )
    ]
    plants = allocate(round(year.plants * plan.scale), on_record)
    for (nursery, month), count in zip(cells, plants, strict=True):
        yield from _month(nursery, year.year, month, count, rng)


def _month(nursery: Nursery, year: int, month: int, count: int, rng: random.Random) -> Iterator[_Sale]:
    by_stage = allocate(count, [round(stage.share * 10_000) for stage in STAGES])
    days = calendar.monthrange(year, month)[1]
    in_season = [SEASONS[group][month - 1] for group in nursery.groups]
    for stage, plants in zip(STAGES, by_stage, strict=True):
        if not plants:
            continue
        orders = max(1, round(plants / stage.plants_per_order))
        for size in allocate(plants, [round(100 * rng.lognormvariate(0, 0.7)) + 1 for _ in range(orders)]):
            if size:
                day = date(year, month, rng.randrange(days) + 1)
                yield _Sale(
                    nursery=nursery,
                    day=day,
                    stage=stage,
                    group=rng.choices(nursery.groups, in_season)[0],
                    channel=_channel(nursery, day, rng),
                    plants=size,
                    value=round(size * stage.price_minor * rng.uniform(0.88, 1.12)) + 1,
                )


def _channel(nursery: Nursery, day: date, rng: random.Random) -> str:
    draw = rng.random()
    if nursery.has_joined(day) and draw < 0.2:
        return "shop"
    if nursery.website and draw > 0.88:
        return "website"
    return "taobao"


def _refunds(paid: Sequence[int], target: int, rng: random.Random) -> list[int]:
    """Refunds on random orders that sum to `target` exactly."""
    refunds = [0] * len(paid)
    left = target
    for place in rng.sample(range(len(paid)), len(paid)):
        if left <= 0:
            break
        refunds[place] = min(left, paid[place] if rng.random() < 0.6 else paid[place] // 3)
        left -= refunds[place]
    return refunds


def _fact(sale: _Sale, paid: int, grower_id: int, reference: str, rng: random.Random) -> SaleFact:
    moment = local_moment(sale.day, time(8)) + timedelta(seconds=rng.randrange(13 * 3600))
    discount = paid // 20 if rng.random() < 0.15 else 0
    province = rng.choices(PROVINCE_NAMES, cum_weights=PROVINCE_SHARES)[0]
    name = GROUP_NAMES[sale.group]
    return SaleFact(
        kind="sale",
        grower_id=grower_id,
        channel=sale.channel,
        occurred_at=moment.astimezone(UTC),
        product_key=f"{sale.group}-{sale.stage.key}",
        product_name=f"{name} {sale.stage.words}",
        cultivar_group=sale.group,
        size_class=sale.stage.size_class,
        plants=sale.plants,
        orders=1,
        gross_minor=paid + discount,
        discount_minor=discount,
        source="demo",
        source_ref=reference,
        order_ref=reference,
        province=province,
    )
