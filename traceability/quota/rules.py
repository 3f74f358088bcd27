"""What land can grow, and to which size class plants belong. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

MU_PER_HECTARE = 15
M2_PER_HECTARE = 10_000


class Role(StrEnum):
    """The five accounts of one key. `capacity` is where quota comes from, so it is never above zero."""

    CAPACITY = "capacity"
    FREE = "free"
    ACTIVATED = "activated"
    LOST = "lost"
    EXPIRED = "expired"


class MoveKind(StrEnum):
    """Why quota moved."""

    APPROVE = "approve"
    WITHDRAW = "withdraw"
    ACTIVATE = "activate"
    VOID = "void"
    RETURN = "return"
    TRANSFER = "transfer"
    GROW = "grow"
    EXPIRE = "expire"


@dataclass(frozen=True, order=True)
class Key:
    """Whose quota for what: a licensee's plots in one village, a cultivar group, a size class, a year.

    The plots of a grower in one village are one plot group: the village approves them together.
    """

    grower_id: int
    unit_id: int
    cultivar_group: str
    size_class: str
    year: int


@dataclass(frozen=True, order=True)
class AccountName:
    """One account: a key and the part that the account plays."""

    key: Key
    role: Role


@dataclass(frozen=True)
class Stage:
    """A growth stage with its figures: plants on one mu and how many of 1,000 survive.

    Plants belong to the last stage whose least ground diameter or, where none was measured, whose
    least height they reach.
    """

    code: str
    position: int
    name_zh: str
    name_en: str
    diameter_from_mm: int
    height_from_cm: int
    plants_per_mu: int
    survival_per_mille: int
    is_marks_own: bool = False


def capacity(area_m2: int, plants_per_mu: int, survival_per_mille: int) -> int:
    """Plants that an area can bring to sale, rounded down: area x density x survival; 15 mu are a hectare."""
    return area_m2 * MU_PER_HECTARE * plants_per_mu * survival_per_mille // (M2_PER_HECTARE * 1_000)


def size_class(stages: Iterable[Stage], *, diameter_mm: int | None, height_cm: int | None) -> str | None:
    """The class of plants by their largest measure; None when nothing was measured.

    The largest counts, because the classes of larger plants are the scarcer ones.
    """
    reached = None
    for stage in sorted(stages, key=lambda stage: stage.position):
        if diameter_mm is not None:
            reached = stage.code if diameter_mm >= stage.diameter_from_mm else reached
        elif height_cm is not None:
            reached = stage.code if height_cm >= stage.height_from_cm else reached
    return reached


def is_balanced(legs: Mapping[AccountName, int]) -> bool:
    """Whether a set of postings moves something and adds up to nothing."""
    return any(legs.values()) and sum(legs.values()) == 0


def next_class(stages: Iterable[Stage], code: str) -> str | None:
    """The size class that follows, or None after the last."""
    ordered = [stage.code for stage in sorted(stages, key=lambda stage: stage.position)]
    place = ordered.index(code) + 1 if code in ordered else len(ordered)
    return ordered[place] if place < len(ordered) else None


MU_CM2 = 6_666_667
#: How close two plants of a stage can stand at most, in cm: half of what the trade plants (`traceability/reference/service.py`).
CLOSEST_CM = {"first_year": 15, "second_third": 25, "specimen": 100}


def most_plants_per_mu(stage_code: str) -> int:
    """How many plants of a stage fit on a mu when they stand as close as they can; more is no figure but a slip or a lie."""
    return MU_CM2 // CLOSEST_CM.get(stage_code, min(CLOSEST_CM.values())) ** 2
