"""Our own provenance steps, and the EPCIS event that each becomes (pure).

Things are named by our own web addresses: lots and growers by their pages, batches of codes and parcels by
keyed ids that say nothing; no GTIN is invented and no person is named.
"""

from dataclasses import dataclass
from typing import Any, Protocol

Event = dict[str, Any]


class LotLike(Protocol):
    """What a step needs to know of a lot; `lots.queries.records.LotView` is one."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def grower_id(self) -> int: ...
    @property
    def species(self) -> str: ...
    @property
    def cultivar_group(self) -> str: ...
    @property
    def cultivar(self) -> str: ...
    @property
    def propagation(self) -> str: ...
    @property
    def age_code(self) -> str: ...
    @property
    def root(self) -> str: ...
    @property
    def grade(self) -> str: ...
    @property
    def origin(self) -> str: ...


Portion = tuple[LotLike, int]


@dataclass(frozen=True)
class Commissioned:
    """A lot came into being: so many plants stand on one plot."""

    lot: LotLike
    plants: int


@dataclass(frozen=True)
class Inspected:
    """Somebody looked at a lot: conformant or not; `certificates` are web addresses or URNs of papers."""

    lot: LotLike
    conformant: bool
    certificates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Transformed:
    """Lots became other lots (split, merged, grafted, potted on, lifted); `reference` is our own number of it."""

    kind: str
    reference: str
    inputs: tuple[Portion, ...]
    outputs: tuple[Portion, ...]


@dataclass(frozen=True)
class CodesCommissioned:
    """A batch of codes was issued for a lot: `codes` labels, each standing for `plants_per_code` plants."""

    lot: LotLike
    batch_number: str
    codes: int
    plants_per_code: int


@dataclass(frozen=True)
class Packed:
    """Plants were put into a parcel."""

    consignment_number: str
    contents: tuple[Portion, ...]


@dataclass(frozen=True)
class Shipped:
    """A parcel left; `certificates` as with `Inspected`."""

    consignment_number: str
    contents: tuple[Portion, ...]
    certificates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Received:
    """A parcel reached its buyer."""

    consignment_number: str
    contents: tuple[Portion, ...]


@dataclass(frozen=True)
class Decommissioned:
    """Codes of a batch speak for their plants no more: `accepted`, `voided`, `returned` or `recalled`."""

    lot: LotLike
    batch_number: str
    codes: int
    reason: str


Step = (
    Commissioned | Inspected | Transformed | CodesCommissioned | Packed | Shipped | Received | Decommissioned
)


def lots_of(step: Step) -> list[LotLike]:
    """The lots that a step is about."""
    if isinstance(step, Transformed):
        return [lot for lot, _plants in (*step.inputs, *step.outputs)]
    if isinstance(step, Packed | Shipped | Received):
        return [lot for lot, _plants in step.contents]
    return [step.lot]


# What our extension fields say, for whoever reads our events.
TERMS: dict[str, dict[str, str]] = {
    "species": {"en": "species of the plants", "zh": "树种"},
    "cultivarGroup": {"en": "cultivar group: jingui, yingui, dangui or sijigui", "zh": "品种群"},
    "cultivar": {"en": "cultivar", "zh": "品种"},
    "propagation": {"en": "how the plants were raised", "zh": "繁殖方式"},
    "ageCode": {"en": "age: years in all, then after each transplanting", "zh": "苗龄"},
    "root": {"en": "how the root travels", "zh": "根系状态"},
    "grade": {"en": "grade", "zh": "等级"},
    "origin": {"en": "place of origin", "zh": "产地"},
    "lot": {"en": "the lot that codes stand for", "zh": "所属批次"},
    "plantsPerCode": {"en": "plants that one code stands for", "zh": "每码株数"},
    "reason": {"en": "why codes speak no more", "zh": "停用原因"},
    "transformation": {"en": "how lots became other lots", "zh": "转变方式"},
}
