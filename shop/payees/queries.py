"""Reads of payee accounts: of a unit with their history, the one that an order is paid to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from branch import api as branch
from core.accounts.queries.account import display_names
from core.database import session, view_of
from core.errors import existing
from shop.payees.models.tables import PayeeAccount
from shop.payees.rules import ON_THE_WAY, Standing, in_force, paths_above, standing


@dataclass(frozen=True, slots=True)
class PayeeView:
    """One account as people see it, with who did what."""

    id: int
    public_id: str
    unit_id: int
    payee: str
    bank: str
    account_number: str
    note: str
    reason: str
    standing: Standing
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    in_force_from: datetime | None
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_reason: str


@dataclass(frozen=True, slots=True)
class UnitPayees:
    """The accounts of one unit: the one in force, the one on the way, and all, newest first."""

    unit: branch.UnitView
    in_force: PayeeView | None
    on_the_way: PayeeView | None
    history: tuple[PayeeView, ...]


@dataclass(frozen=True, slots=True)
class PaidTo:
    """The account of an order: `changed` when the one it was told is no longer used and this is another."""

    account: PayeeView | None
    changed: bool = False


def payees_of(units: Iterable[branch.UnitView], *, at: datetime) -> list[UnitPayees]:
    """The accounts of each of these units, in their order."""
    units = list(units)
    by_unit = _by_unit([unit.id for unit in units], at=at)
    return [_of_unit(unit, by_unit.get(unit.id, ())) for unit in units]


def _of_unit(unit: branch.UnitView, views: tuple[PayeeView, ...]) -> UnitPayees:
    return UnitPayees(
        unit=unit,
        in_force=next((view for view in views if view.standing is Standing.IN_FORCE), None),
        on_the_way=next((view for view in views if view.standing in ON_THE_WAY), None),
        history=views,
    )


def _by_unit(unit_ids: Collection[int], *, at: datetime) -> dict[int, tuple[PayeeView, ...]]:
    rows: dict[int, list[PayeeAccount]] = defaultdict(list)
    query = select(PayeeAccount).where(PayeeAccount.unit_id.in_(unit_ids)).order_by(PayeeAccount.id.desc())
    for row in session.scalars(query):
        rows[row.unit_id].append(row)
    names = display_names(
        person
        for group in rows.values()
        for row in group
        for person in (row.proposed_by_account_id, row.confirmed_by_account_id, row.withdrawn_by_account_id)
    )
    return {unit: tuple(_view(row, group, names, at=at) for row in group) for unit, group in rows.items()}


def _view(
    row: PayeeAccount, group: Iterable[PayeeAccount], names: Mapping[int | None, str], *, at: datetime
) -> PayeeView:
    return view_of(
        PayeeView,
        row,
        standing=standing(row, group, at=at),
        proposed_by_id=row.proposed_by_account_id,
        proposed_by=names[row.proposed_by_account_id],
        confirmed_by=names[row.confirmed_by_account_id],
        withdrawn_by=names[row.withdrawn_by_account_id],
    )


def get_payee(public_id: str, *, at: datetime) -> PayeeView:
    """One account.

    Raises:
        NotFound: there is none with this id.
    """
    row = session.scalar(select(PayeeAccount).where(PayeeAccount.public_id == public_id))
    row = existing(row, _l("There is no such account."), code="no_such_payee")
    return next(view for view in _by_unit([row.unit_id], at=at)[row.unit_id] if view.id == row.id)


def unit_of(public_id: str) -> int:
    """Whose account it is."""
    return session.scalars(select(PayeeAccount.unit_id).where(PayeeAccount.public_id == public_id)).one()


def account_for(grower_paths: Iterable[str], *, at: datetime) -> PayeeAccount | None:
    """The account that an order of these growers is paid to: of the lowest unit above all of them that has one in force."""
    above = paths_above(grower_paths)
    groups: dict[str, list[PayeeAccount]] = defaultdict(list)
    rows = select(PayeeAccount).where(PayeeAccount.unit_path.in_(above), PayeeAccount.in_force_from <= at)
    for row in session.scalars(rows):
        groups[row.unit_path].append(row)
    return next((account for path in above if (account := in_force(groups[path], at=at)) is not None), None)


def account_of_order(payee_account: str | None, grower_ids: Collection[int], *, at: datetime) -> PaidTo:
    """Where an order is paid: to `payee_account`, which its buyer was told, also when the unit has another one by now.

    Only when that one was ended, because nobody should transfer to it any more, to the one in force.
    """
    if payee_account is not None:
        account = get_payee(payee_account, at=at)
        if account.withdrawn_at is None:
            return PaidTo(account)
    growers = branch.growers_by_ids(grower_ids).values()
    present = account_for([grower.unit_path for grower in growers], at=at)
    view = get_payee(present.public_id, at=at) if present is not None else None
    return PaidTo(view, changed=payee_account is not None)
