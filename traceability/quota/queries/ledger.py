"""Reads of the quota ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from branch import api as branch
from core.accounts.queries.account import display_names
from core.clock import local_year
from core.database import session, view_of
from core.errors import Conflict, NotFound
from traceability.lots.models.tables import Lot
from traceability.plots.models.tables import Plot
from traceability.quota.models.tables import GrowthStage, QuotaAccount, QuotaMove, QuotaPosting, StageFigures
from traceability.quota.rules import Key, Role, Stage, next_class, size_class

COUNTED = "counted/"  # before the day on which plants were found to have outgrown their class, in a movement's reference
GENERAL = ""  # the table for growers of marks without figures of their own


@dataclass(frozen=True)
class BalanceView:
    """One key with what its five accounts say, in plants."""

    key: Key
    approved: int
    free: int
    activated: int
    lost: int
    expired: int

    @property
    def to_grow(self) -> int:
        """How many can still outgrow their size class: free, and of the plants that the land was approved for."""
        return max(0, min(self.free, self.approved))


@dataclass(frozen=True)
class UseView:
    """A licensee's quota of a year over all groups and classes, in plants."""

    grower_id: int
    approved: int
    free: int
    activated: int
    received: int

    @property
    def share(self) -> float:
        """How much of what could be used was used."""
        usable = self.free + self.activated
        return self.activated / usable if usable else 0.0


@dataclass(frozen=True)
class MoveView:
    """A movement as a grower's history shows it: by how much it changed what is free."""

    number: str
    kind: str
    cultivar_group: str
    size_class: str
    change: int
    lot_number: str | None
    reason: str
    at: datetime
    counted_on: date | None = None


@dataclass(frozen=True)
class FiguresView:
    """Plants on a mu and survivors of 1,000 of a stage, since when, and who wrote them."""

    stage_code: str
    plants_per_mu: int
    survival_per_mille: int
    valid_from: datetime
    reason: str
    by: str
    mark_code: str


def mark_of_grower(grower_id: int, *, at: datetime) -> str:
    """The mark whose table counts for a grower's land: the one of a licence that is valid `at`; "" for the general one."""
    licence = branch.licence_of(grower_id, at=at)
    return licence.mark_code if licence is not None and licence.is_valid else GENERAL


def stages(*, at: datetime, mark_code: str = GENERAL) -> list[Stage]:
    """Every stage with the figures that are in force `at`, in the order of growth.

    A mark's own figures count before the general ones, stage by stage.
    """
    general: dict[str, StageFigures] = {}
    own: dict[str, StageFigures] = {}
    for row in session.scalars(
        select(StageFigures)
        .where(StageFigures.valid_from <= at, StageFigures.mark_code.in_({GENERAL, mark_code}))
        .order_by(StageFigures.valid_from, StageFigures.id)
    ):
        (own if row.mark_code else general)[row.stage_code] = row
    figures = general | own
    return [
        view_of(
            Stage,
            row,
            plants_per_mu=figures[row.code].plants_per_mu,
            survival_per_mille=figures[row.code].survival_per_mille,
            is_marks_own=row.code in own,
        )
        for row in session.scalars(select(GrowthStage).order_by(GrowthStage.position, GrowthStage.id))
        if row.code in figures
    ]


def key_of_lot(lot_id: int, *, at: datetime) -> Key:
    """Which quota the codes of a lot draw on.

    Raises:
        NotFound: there is no such lot.
        Conflict: nothing of the lot was measured, so that its size class is unknown (`lot_not_measured`).
    """
    drawn = _drawn_on([lot_id], at=at)
    if not drawn:
        raise NotFound(_("There is no lot with this number."), code="no_such_lot")
    number, key = drawn[lot_id]
    if key is None:
        raise Conflict(
            _("Measure the plants of lot %(number)s first: its quota depends on their size.", number=number),
            code="lot_not_measured",
        )
    return key


def in_order_of_quota(lot_ids: Iterable[int], *, at: datetime) -> list[int]:
    """Lots in the order in which the accounts that they draw on are locked; those that nobody measured draw on none."""
    drawn = _drawn_on(lot_ids, at=at)
    return [
        lot_id
        for lot_id, (_number, key) in sorted(
            drawn.items(), key=lambda item: (item[1][1] is not None, item[1][1] or item[0], item[0])
        )
    ]


def _drawn_on(lot_ids: Iterable[int], *, at: datetime) -> dict[int, tuple[str, Key | None]]:
    """The number of each lot and the key of its quota; None where no size was measured."""
    rows = session.execute(
        select(
            Lot.id,
            Lot.grower_id,
            Plot.unit_id,
            Lot.number,
            Lot.cultivar_group,
            Lot.ground_diameter_mm_max,
            Lot.height_cm_max,
        )
        .join(Plot, Plot.id == Lot.plot_id)
        .where(Lot.id.in_(list(lot_ids)))
    ).all()
    table, year = stages(at=at), local_year(at)
    reached = {
        row.id: size_class(table, diameter_mm=row.ground_diameter_mm_max, height_cm=row.height_cm_max)
        for row in rows
    }
    return {
        row.id: (
            row.number,
            None
            if (size := reached[row.id]) is None
            else Key(row.grower_id, row.unit_id, row.cultivar_group, size, year),
        )
        for row in rows
    }


def balance(key: Key) -> BalanceView:
    """What the accounts of one key say; zeros where nothing was ever approved."""
    balances = _balances(QuotaAccount.key == key)
    return balances[0] if balances else BalanceView(key, 0, 0, 0, 0, 0)


def balances_of_grower(grower_id: int, *, year: int) -> list[BalanceView]:
    """The grower's quota of a year, by village, group and size class."""
    return _balances(QuotaAccount.grower_id == grower_id, QuotaAccount.year == year)


def balances_of_units(unit_ids: Iterable[int], *, year: int) -> list[BalanceView]:
    """The quota of a year on land in these units, by grower, village, group and size class."""
    return _balances(QuotaAccount.unit_id.in_(list(unit_ids)), QuotaAccount.year == year)


def _balances(*conditions: ColumnElement[bool]) -> list[BalanceView]:
    sums: dict[Key, dict[Role, int]] = {}
    query = select(QuotaAccount).where(*conditions).execution_options(populate_existing=True)
    for row in session.scalars(query):
        sums.setdefault(row.key, {})[Role(row.role)] = row.balance
    return [
        BalanceView(
            key=key,
            approved=-by_role.get(Role.CAPACITY, 0),
            free=by_role.get(Role.FREE, 0),
            activated=by_role.get(Role.ACTIVATED, 0),
            lost=by_role.get(Role.LOST, 0),
            expired=by_role.get(Role.EXPIRED, 0),
        )
        for key, by_role in sorted(sums.items())
    ]


def use_by_grower(unit_ids: Iterable[int], *, year: int) -> list[UseView]:
    """Every licensee's use of the year's quota on land in these units, the fullest use first."""
    lines: dict[int, list[BalanceView]] = {}
    for line in balances_of_units(unit_ids, year=year):
        lines.setdefault(line.key.grower_id, []).append(line)
    uses = [
        UseView(
            grower_id=grower_id,
            approved=sum(line.approved for line in own),
            free=sum(line.free for line in own),
            activated=sum(line.activated for line in own),
            received=sum(
                line.free + line.activated + line.lost + line.expired - line.approved for line in own
            ),
        )
        for grower_id, own in lines.items()
    ]
    return sorted(uses, key=lambda use: (-use.share, use.grower_id))


def moves_of_grower(grower_id: int, *, limit: int) -> list[MoveView]:
    """The movements that changed what is free for a grower, the newest first."""
    rows = session.execute(
        select(
            QuotaMove, QuotaAccount.cultivar_group, QuotaAccount.size_class, QuotaPosting.plants, Lot.number
        )
        .join(QuotaPosting, QuotaPosting.move_id == QuotaMove.id)
        .join(QuotaAccount, QuotaAccount.id == QuotaPosting.account_id)
        .outerjoin(Lot, Lot.id == QuotaMove.lot_id)
        .where(QuotaAccount.grower_id == grower_id, QuotaAccount.role == str(Role.FREE))
        .order_by(QuotaMove.id.desc(), QuotaPosting.id)
        .limit(limit)
    )
    return [
        view_of(
            MoveView,
            move,
            cultivar_group=group,
            size_class=size,
            change=plants,
            lot_number=lot_number,
            counted_on=_counted(move.reference),
        )
        for move, group, size, plants, lot_number in rows
    ]


def _counted(reference: str) -> date | None:
    return date.fromisoformat(reference.removeprefix(COUNTED)) if reference.startswith(COUNTED) else None


def growing_on(lines: Sequence[BalanceView], *, at: datetime) -> list[BalanceView]:
    """Those lines of a grower's quota whose plants can still outgrow their size class this year."""
    known = stages(at=at)
    return [line for line in lines if line.to_grow and next_class(known, line.key.size_class)]


def figures_history(mark_code: str = GENERAL) -> list[FiguresView]:
    """Every set of figures ever written into one table, the newest first."""
    rows = list(
        session.scalars(
            select(StageFigures).where(StageFigures.mark_code == mark_code).order_by(StageFigures.id.desc())
        )
    )
    names = display_names(row.by_account_id for row in rows)
    return [view_of(FiguresView, row, by=names[row.by_account_id]) for row in rows]
