"""Reads of cultivars and lots."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import bindparam, select

from core.database import read_columns, session, view_of
from core.errors import NotFound
from core.safe_methods import asked_once_while_reading
from core.web.wording.languages import in_chinese
from traceability.lots.models.tables import Cultivar, CultivarGroup, Lot, LotChange
from traceability.lots.rules.sizes import span

PER_PAGE = 30


@dataclass(frozen=True)
class CultivarGroupView:
    """A group of cultivars with its botanical epithet."""

    code: str
    name_zh: str
    name_en: str
    epithet: str

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.name_zh if in_chinese() else self.name_en


@dataclass(frozen=True)
class CultivarView:
    """A named cultivar of a group."""

    code: str
    group_code: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.name_zh if in_chinese() else self.name_en


@dataclass(frozen=True)
class LotView:
    """A lot; lengths in cm and mm as their names say, None where they were not measured."""

    id: int
    number: str
    grower_id: int
    plot_id: int
    species: str
    cultivar_group: str
    cultivar: str
    cultivar_en: str
    propagation: str
    age_code: str
    height_cm_min: int | None
    height_cm_max: int | None
    ground_diameter_mm_min: int | None
    ground_diameter_mm_max: int | None
    root: str
    grade: str
    origin: str
    quantity_recorded: int
    quantity_on_hand: int
    quantity_moved: int
    state: str
    state_reason: str
    photo_key: str | None
    recorded_at: datetime

    @property
    def quantity_own(self) -> int:
        """What codes of this lot may stand for: recorded, neither struck off nor gone on into other lots."""
        return self.quantity_recorded - self.quantity_moved

    @property
    def cultivar_name(self) -> str:
        """The cultivar in the language of the page."""
        return self.cultivar if in_chinese() or not self.cultivar_en else self.cultivar_en

    @property
    def height_cm(self) -> str:
        """`300–320`, `300`, or nothing."""
        return span(self.height_cm_min, self.height_cm_max)

    @property
    def ground_diameter_mm(self) -> str:
        """`75–84`, `80`, or nothing."""
        return span(self.ground_diameter_mm_min, self.ground_diameter_mm_max)


@dataclass(frozen=True)
class LotChangeView:
    """One step in the life of a lot; `plants` below 0 left it."""

    kind: str
    plants: int
    reason: str
    at: datetime


# The columns of a LotView in its order.
LOT_COLUMNS = tuple(getattr(Lot, field.name) for field in fields(LotView))
_BY_IDS = select(*LOT_COLUMNS).where(Lot.id.in_(bindparam("ids", expanding=True)))


def view(lot: Lot) -> LotView:
    """The lot as others see it."""
    return view_of(LotView, lot)


def find_lot(*, id: int | None = None, number: str | None = None) -> LotView | None:  # noqa: A002 - the public name of the key
    """The lot with this id or number."""
    wanted = Lot.id == id if id is not None else Lot.number == (number or "").strip().upper()
    row = session.scalar(select(Lot).where(wanted))
    return view(row) if row else None


def get_lot(*, id: int | None = None, number: str | None = None) -> LotView:  # noqa: A002 - the public name of the key
    """The lot with this id or number.

    Raises:
        NotFound: there is none.
    """
    lot = find_lot(id=id, number=number)
    if lot is None:
        raise NotFound(_("There is no lot with this number."), code="no_such_lot")
    return lot


def lots_by_ids(ids: Iterable[int]) -> dict[int, LotView]:
    """The lots with these ids; unknown ids are left out."""
    lots = [LotView(*row) for row in read_columns(_BY_IDS, {"ids": list(ids)})]
    return {view.id: view for view in lots}


def lots_of_grower(grower_id: int, *, state: str | None = None) -> list[LotView]:
    """The grower's lots, the newest first."""
    query = select(Lot).where(Lot.grower_id == grower_id).order_by(Lot.id.desc())
    if state:
        query = query.where(Lot.state == state)
    return [view(row) for row in session.scalars(query)]


def find_lots(
    grower_ids: Iterable[int], wanted: str, named: Iterable[int], *, page: int
) -> tuple[list[LotView], bool]:
    """Lots of these growers by number, a part of the cultivar's name, or of the growers `named`; the latest first.

    Returns:
        The lots of the page, and whether there are more on the next; all lots where nothing is `wanted`.
    """
    query = select(Lot).where(Lot.grower_id.in_(list(grower_ids))).order_by(Lot.id.desc())
    if wanted:
        query = query.where(
            (Lot.number == wanted.upper())
            | Lot.cultivar.contains(wanted, autoescape=True)
            | Lot.grower_id.in_(list(named))
        )
    rows = session.scalars(query.offset((page - 1) * PER_PAGE).limit(PER_PAGE + 1)).all()
    return [view(row) for row in rows[:PER_PAGE]], len(rows) > PER_PAGE


def ids_by_number() -> dict[str, int]:
    """Every lot's id by its number."""
    rows = session.execute(select(Lot.number, Lot.id))
    return {row.number: row.id for row in rows}


def changes_of(lot_id: int) -> list[LotChangeView]:
    """What happened to the lot, the oldest first."""
    rows = session.scalars(select(LotChange).where(LotChange.lot_id == lot_id).order_by(LotChange.id))
    return [view_of(LotChangeView, row) for row in rows]


@asked_once_while_reading
def cultivar_groups() -> list[CultivarGroupView]:
    """Every cultivar group in its usual order."""
    rows = session.scalars(select(CultivarGroup).order_by(CultivarGroup.position, CultivarGroup.id))
    return [view_of(CultivarGroupView, row) for row in rows]


def cultivars(group: str | None = None) -> list[CultivarView]:
    """The cultivars of a group, or of all."""
    query = select(Cultivar).order_by(Cultivar.group_code, Cultivar.position, Cultivar.id)
    if group:
        query = query.where(Cultivar.group_code == group)
    return [view_of(CultivarView, row) for row in session.scalars(query)]


def cultivar_group_name(code: str) -> str:
    """The group's name in the language of the page; the code itself when it is unknown."""
    group = next((candidate for candidate in cultivar_groups() if candidate.code == code), None)
    return code if group is None else group.name
