"""Reads of the quota ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.clock import local_day
from core.database import session
from core.errors import Conflict, NotFound
from traceability.lots.models import Lot
from traceability.plots.models import Plot
from traceability.quota.models import GrowthStage, QuotaAccount, StageFigures
from traceability.quota.rules import Key, Role, Stage, size_class


@dataclass(frozen=True)
class BalanceView:
    """One key with what its five accounts say, in plants."""

    key: Key
    approved: int
    free: int
    activated: int
    lost: int
    expired: int


def stages(*, at: datetime) -> list[Stage]:
    """Every stage with the figures that are in force `at`, in the order of growth."""
    figures: dict[str, StageFigures] = {}
    for row in session.scalars(
        select(StageFigures)
        .where(StageFigures.valid_from <= at)
        .order_by(StageFigures.valid_from, StageFigures.id)
    ):
        figures[row.stage_code] = row
    return [
        Stage(
            code=row.code,
            position=row.position,
            name_zh=row.name_zh,
            name_en=row.name_en,
            diameter_from_mm=row.diameter_from_mm,
            height_from_cm=row.height_from_cm,
            plants_per_mu=figures[row.code].plants_per_mu,
            survival_per_mille=figures[row.code].survival_per_mille,
        )
        for row in session.scalars(select(GrowthStage).order_by(GrowthStage.position, GrowthStage.id))
        if row.code in figures
    ]


def year_of(at: datetime) -> int:
    """The quota year of a moment: the calendar year in Shanghai."""
    return local_day(at).year


def key_of_lot(lot_id: int, *, at: datetime) -> Key:
    """Which quota the codes of a lot draw on.

    Raises:
        NotFound: there is no such lot.
        Conflict: nothing of the lot was measured, so that its size class is unknown (`lot_not_measured`).
    """
    row = session.execute(
        select(
            Lot.grower_id,
            Plot.unit_id,
            Lot.number,
            Lot.cultivar_group,
            Lot.ground_diameter_mm_max,
            Lot.height_cm_max,
        )
        .join(Plot, Plot.id == Lot.plot_id)
        .where(Lot.id == lot_id)
    ).one_or_none()
    if row is None:
        raise NotFound(_("There is no lot with this number."), code="no_such_lot")
    reached = size_class(stages(at=at), diameter_mm=row.ground_diameter_mm_max, height_cm=row.height_cm_max)
    if reached is None:
        raise Conflict(
            _(
                "Measure the plants of lot %(number)s first: its quota depends on their size.",
                number=row.number,
            ),
            code="lot_not_measured",
        )
    return Key(row.grower_id, row.unit_id, row.cultivar_group, reached, year_of(at))


def balance(key: Key) -> BalanceView:
    """What the accounts of one key say; zeros where nothing was ever approved."""
    found = _views(
        session.scalars(
            select(QuotaAccount)
            .where(
                QuotaAccount.grower_id == key.grower_id,
                QuotaAccount.unit_id == key.unit_id,
                QuotaAccount.cultivar_group == key.cultivar_group,
                QuotaAccount.size_class == key.size_class,
                QuotaAccount.year == key.year,
            )
            .execution_options(populate_existing=True)
        )
    )
    return found[0] if found else BalanceView(key, 0, 0, 0, 0, 0)


def balances_of_grower(grower_id: int, *, year: int) -> list[BalanceView]:
    """The grower's quota of a year, by village, group and size class."""
    return _views(
        session.scalars(
            select(QuotaAccount)
            .where(QuotaAccount.grower_id == grower_id, QuotaAccount.year == year)
            .execution_options(populate_existing=True)
        )
    )


def _views(rows: Iterable[QuotaAccount]) -> list[BalanceView]:
    sums: dict[Key, dict[Role, int]] = {}
    for row in rows:
        key = Key(row.grower_id, row.unit_id, row.cultivar_group, row.size_class, row.year)
        sums.setdefault(key, {})[Role(row.role)] = row.balance
    return [
        BalanceView(
            key=key,
            approved=-held.get(Role.CAPACITY, 0),
            free=held.get(Role.FREE, 0),
            activated=held.get(Role.ACTIVATED, 0),
            lost=held.get(Role.LOST, 0),
            expired=held.get(Role.EXPIRED, 0),
        )
        for key, held in sorted(sums.items())
    ]
