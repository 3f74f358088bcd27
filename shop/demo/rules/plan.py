"""The invented town on paper: villages, nurseries, what each grows and when it joined. Pure and deterministic."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

SEED = 20140301
# The largest join first; what share of the growers has joined by the end of the third year, and of the next.
PIONEERS = 3
# One grower in twelve exported no orders from before May of the first year.
LATE_EXPORT = 7
THIRD_YEAR = 0.60
NEXT_YEAR = 0.88

VILLAGES = (
    ("guihua-bamboo", "竹影村", "Bamboo Shade"),
    ("guihua-spring", "清泉村", "Clear Spring"),
    ("guihua-bridge", "石桥村", "Stone Bridge"),
    ("guihua-willow", "柳塘村", "Willow Pond"),
    ("guihua-hill", "云岭村", "Cloud Ridge"),
    ("guihua-field", "稻香村", "Rice Fields"),
    ("guihua-stream", "溪口村", "Stream Mouth"),
    ("guihua-moon", "月湾村", "Moon Bend"),
)
FIRST = "青云溪月松竹兰桐枫荷芳晨春秋雨霞锦瑞丰和"
SECOND = "山泉谷园林岭湖苑坡田畔石岸圃台源野洲湾庭"
KINDS = (("苗圃", "Nursery"), ("花木", "Plants"), ("园艺", "Gardens"))

GROUPS = ("jingui", "dangui", "yingui", "sijigui")
CULTIVARS = {
    "jingui": ("波叶金桂", "大花金桂", "圆叶金桂", "晚金桂"),
    "yingui": ("早银桂", "晚银桂", "九龙桂"),
    "dangui": ("朱砂丹桂", "状元红", "大叶丹桂"),
    "sijigui": ("日香桂", "佛顶珠", "月月桂"),
}


@dataclass(frozen=True)
class Stage:
    """A size that the trade sells; prices in fen per plant, lengths in cm and mm, `share` of a nursery's plants."""

    key: str
    words: str
    root: str
    height_cm: tuple[int, int]
    ground_diameter_mm: tuple[int, int] | None
    price_minor: int
    share: float
    plants_per_order: int
    weight_g: int
    age_code: str
    propagation: str
    root_ball_cm: int | None = None
    container_l: int | None = None

    @property
    def measures(self) -> dict[str, Any]:
        """Height in cm and ground diameter in mm, from the least to the most, as lots and listings name them."""
        least_mm, most_mm = self.ground_diameter_mm or (None, None)
        return {
            "height_cm_min": self.height_cm[0],
            "height_cm_max": self.height_cm[1],
            "ground_diameter_mm_min": least_mm,
            "ground_diameter_mm_max": most_mm,
        }

    @property
    def size_class(self) -> str:
        """As the shop writes it for the ledger: ground diameter in cm, else height."""
        if self.ground_diameter_mm is None:
            return f"H{self.height_cm[0]}–{self.height_cm[1]}"
        return f"D{self.ground_diameter_mm[0] / 10:g}–{self.ground_diameter_mm[1] / 10:g}"


STAGES = (
    Stage("liner", "一年生扦插苗", "bare_root", (20, 35), None, 45, 0.62, 1_200, 25, "1-0", "cutting"),
    Stage("two", "二年生移植苗", "bare_root", (50, 70), (5, 8), 110, 0.30, 600, 90, "2-1", "cutting"),
    Stage("pot", "容器苗", "container", (60, 90), (8, 12), 480, 0.07, 100, 2_500, "2-1", "grafting", container_l=3),
    Stage("three", "地径3公分", "root_ball", (120, 160), (28, 32), 2_200, 0.008, 20, 9_000, "4-2", "grafting", 30),
    Stage("eight", "地径8公分", "root_ball", (280, 340), (76, 84), 68_000, 0.0004, 2, 95_000, "9-4", "grafting", 80),
)  # fmt: skip


@dataclass(frozen=True)
class Nursery:
    """One invented grower. `weight` is its size among all; `joined` the first day of its licence; sales outside of
    the own shop are on record from `records_since` on.
    """

    number: int
    name: str
    name_en: str
    village: str
    weight: float
    groups: tuple[str, ...]
    joined: date | None
    records_since: date
    area_mu: int
    taobao_shop: str | None
    website: str | None

    def has_joined(self, day: date) -> bool:
        """Whether its licence is valid by then; licences begin on the first of a month."""
        return self.joined is not None and self.joined <= day


@dataclass(frozen=True)
class TownPlan:
    """How large the demonstration is; `scale` is its share of the figures of the reports."""

    size: str
    nurseries: tuple[Nursery, ...]
    listings: int
    scale: float


def plan_town(size: str, *, third_year: int) -> TownPlan:
    """`small` has 12 growers and 60 listings; `town` 150 growers, 53 sites and 150 shops.

    Growers join the mark in the course of `third_year` and the year after it, large ones mostly first; the others
    (18 of the 150) never. Whoever has joined has 24 months or more without the mark behind it.
    """
    rng = random.Random(SEED)  # noqa: S311 - the same town every time is the point
    count = {"small": 12, "town": 150}[size]
    weights = sorted((rng.lognormvariate(0, 0.8) for _ in range(count)), reverse=True)
    names = _names(rng, count)
    joined = _joined(weights, third_year)
    nurseries = tuple(
        Nursery(
            number=i + 1,
            name=names[i][0],
            name_en=names[i][1],
            village=VILLAGES[rng.randrange(len(VILLAGES))][0] if i >= len(VILLAGES) else VILLAGES[i][0],
            weight=weights[i],
            groups=tuple(rng.sample(GROUPS, k=2 if i % 4 else 3)),
            joined=joined[i],
            records_since=date(third_year - 2, 5 if i % 12 == LATE_EXPORT else 1, 1),
            area_mu=12 + int(weights[i] * 30) + rng.randrange(20),
            taobao_shop=f"https://shop{760_000_001 + i}.taobao.com",
            website=f"https://nursery-{i + 1:03d}.guiyuan-demo.example" if i < count * 53 // 150 else None,
        )
        for i in range(count)
    )
    return TownPlan(size, nurseries, {"small": 60, "town": 600}[size], {"small": 0.08, "town": 1.0}[size])


def _joined(weights: Sequence[float], third_year: int) -> list[date | None]:
    """The first of the month in which each joins: six in ten in the third year, three in the next, the rest never."""
    rng = random.Random(SEED + 1)  # noqa: S311 - the same town every time is the point
    count = len(weights)
    eager = [
        math.inf if i < PIONEERS else weight * rng.lognormvariate(0, 0.6) for i, weight in enumerate(weights)
    ]
    dates: list[date | None] = [None] * count
    for rank, i in enumerate(sorted(range(count), key=lambda i: -eager[i])):
        place = rank / count
        if place < THIRD_YEAR:
            dates[i] = date(third_year, 1 + int(place / THIRD_YEAR * 10), 1)
        elif place < NEXT_YEAR:
            dates[i] = date(third_year + 1, 1 + int((place - THIRD_YEAR) / (NEXT_YEAR - THIRD_YEAR) * 8), 1)
    return dates


def _names(rng: random.Random, count: int) -> Sequence[tuple[str, str]]:
    pairs = [(a, b) for a in FIRST for b in SECOND]
    rng.shuffle(pairs)
    names = []
    for i, (a, b) in enumerate(pairs[:count]):
        zh, en = KINDS[i % len(KINDS)]
        names.append((f"{a}{b}{zh}", f"Demo {en} {i + 1:03d}"))
    return names
