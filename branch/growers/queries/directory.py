"""Reads of growers, their people and the decisions about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, bindparam, case, select

from branch.growers.models.tables import Grower, GrowerChange, GrowerMember
from branch.growers.states import GrowerState
from branch.organisation.models.tables import Unit
from branch.organisation.queries.tree import UnitView, unit_view, units_below, units_where
from core.accounts.models.account import Account
from core.database import read_columns, session, view_of
from core.errors import Forbidden, NotFound
from core.safe_methods import asked_once_while_reading
from core.scopes import Scope, note_checked
from core.web.queries import PageByState, page_by_state


@dataclass(frozen=True)
class GrowerView:
    """A grower as other rooms and the public see him: no contact person, a phone only when he agreed."""

    id: int
    slug: str
    name: str
    unit_id: int
    unit_path: str
    village_name_zh: str
    village_name_en: str
    state: str
    phone_public: str | None
    about: str
    uscc: str | None
    production_licence_number: str | None


@dataclass(frozen=True)
class GrowerFile:
    """What the branch sees of a grower."""

    grower: GrowerView
    village: UnitView
    contact_name: str
    phone: str
    state_reason: str
    applied_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True)
class GrowerChangeView:
    """One step of a grower's state."""

    at: datetime
    from_state: str | None
    to_state: str
    by: str
    reason: str


@dataclass(frozen=True)
class GrowerPerson:
    """Someone who works with a grower's pages."""

    account_id: int
    display_name: str
    contact: str
    role: str
    since: datetime


def _select() -> Select[Grower, Unit]:
    return select(Grower, Unit).join(Unit, Unit.id == Grower.unit_id)


def _view(grower: Grower, unit: Unit) -> GrowerView:
    return view_of(
        GrowerView,
        grower,
        unit_path=unit.path,
        village_name_zh=unit.name_zh,
        village_name_en=unit.name_en,
        phone_public=grower.phone if grower.phone_public else None,
    )


# The columns of a GrowerView in its order, from a grower and its unit.
GROWER_COLUMNS: tuple[ColumnElement[Any], ...] = tuple(
    column.label(f"grower_{place}")
    for place, column in enumerate(
        (
            Grower.id, Grower.slug, Grower.name, Grower.unit_id, Unit.path, Unit.name_zh, Unit.name_en, Grower.state,
            case((Grower.phone_public, Grower.phone)), Grower.about, Grower.uscc, Grower.production_licence_number,
        )
    )
)  # fmt: skip
_BY_IDS = (
    select(*GROWER_COLUMNS)
    .join(Unit, Unit.id == Grower.unit_id)
    .where(Grower.id.in_(bindparam("ids", expanding=True)))
)


def _file(grower: Grower, unit: Unit) -> GrowerFile:
    return view_of(GrowerFile, grower, grower=_view(grower, unit), village=unit_view(unit))


def find_grower(*, id: int | None = None, slug: str | None = None) -> GrowerView | None:  # noqa: A002 - the public name of the key
    """The grower with this key or slug, in any state."""
    wanted = Grower.id == id if slug is None else Grower.slug == slug
    row = session.execute(_select().where(wanted)).one_or_none()
    return _view(*row) if row else None


def get_grower(*, id: int | None = None, slug: str | None = None) -> GrowerView:  # noqa: A002 - the public name of the key
    """The grower with this key or slug, in any state.

    Raises:
        NotFound: there is none.
    """
    grower = find_grower(id=id, slug=slug)
    if grower is None:
        raise NotFound(_("There is no such grower."), code="grower_unknown")
    return grower


def growers_by_ids(ids: Iterable[int]) -> dict[int, GrowerView]:
    """The growers with these keys, by key; unknown keys are left out."""
    growers = [GrowerView(*row) for row in read_columns(_BY_IDS, {"ids": list(set(ids))})]
    return {view.id: view for view in growers}


def _admitted(*where: ColumnElement[bool]) -> list[GrowerView]:
    rows = session.execute(
        _select().where(Grower.state == GrowerState.ADMITTED, *where).order_by(Grower.name, Grower.id)
    )
    return [_view(*row) for row in rows]


def growers_in(unit_id: int) -> list[GrowerView]:
    """The admitted growers of a unit and of everything below it, by name."""
    return _admitted(Grower.unit_id.in_([unit.id for unit in units_below(unit_id)]))


def growers_in_each(units: Sequence[UnitView]) -> list[GrowerView]:
    """The admitted growers of these units, among which is what lies below them: the first unit's first, by name."""
    place = {unit.path: number for number, unit in enumerate(units)}

    def first_above(grower: GrowerView) -> int:
        parts = grower.unit_path.split("/")
        above = ("/".join(parts[:end]) + "/" for end in range(1, len(parts)))
        return min(place[path] for path in above if path in place)

    return sorted(_admitted(Grower.unit_id.in_([unit.id for unit in units])), key=first_above)


def growers_within(account_id: int, permission: str) -> set[int]:
    """The ids of the growers, in any state, in the units where the account holds `permission`.

    What is open with a grower who has left (refunds, alarms of his labels) has to be seen and ended by somebody.
    """
    units = [unit.id for unit in units_where(account_id, permission)]
    return set(session.scalars(select(Grower.id).where(Grower.unit_id.in_(units))))


def admitted_growers() -> list[GrowerView]:
    """Every admitted grower, by name."""
    return _admitted()


@asked_once_while_reading
def membership_at_grower(account_id: int) -> tuple[GrowerView, str] | None:
    """The grower, in any state, that the account belongs to, and as what: `owner` or `staff`."""
    row = session.execute(
        _select()
        .add_columns(GrowerMember.role)
        .join(GrowerMember, GrowerMember.grower_id == Grower.id)
        .where(GrowerMember.account_id == account_id)
    ).one_or_none()
    return (_view(row[0], row[1]), row[2]) if row else None


def grower_of(account_id: int | None) -> GrowerView | None:
    """The admitted grower that the account works for."""
    membership = membership_at_grower(account_id) if account_id is not None else None
    return membership[0] if membership and membership[0].state == GrowerState.ADMITTED else None


def require_grower(account_id: int | None) -> GrowerView:
    """The admitted grower that the account works for.

    Raises:
        Forbidden: the account works for none.
    """
    grower = grower_of(account_id)
    if grower is None:
        raise Forbidden(
            _("This page is for growers whom the branch has admitted. You can apply in a few minutes."),
            code="not_a_grower",
        )
    note_checked(Scope.GROWER, of=account_id)
    return grower


def get_file(slug: str) -> GrowerFile:
    """All that the branch knows of a grower.

    Raises:
        NotFound: there is no such grower.
    """
    row = session.execute(_select().where(Grower.slug == slug)).one_or_none()
    if row is None:
        raise NotFound(_("There is no such grower."), code="grower_unknown")
    return _file(*row)


def file_of(account_id: int) -> GrowerFile | None:
    """The account's own application or grower."""
    row = session.execute(
        _select()
        .join(GrowerMember, GrowerMember.grower_id == Grower.id)
        .where(GrowerMember.account_id == account_id)
    ).one_or_none()
    return _file(*row) if row else None


def grower_list(unit_ids: Sequence[int], *, state: str = "", page: int = 1) -> PageByState[GrowerFile]:
    """Growers of these units, newest application first."""
    wanted = (
        _select().where(Grower.unit_id.in_(unit_ids)).order_by(Grower.applied_at.desc(), Grower.id.desc())
    )
    return page_by_state(wanted, Grower.state.expression, _file, chosen=state, page=page)


def changes_of(grower_id: int) -> list[GrowerChangeView]:
    """Every step of a grower's state, oldest first."""
    rows = session.execute(
        select(GrowerChange, Account.display_name)
        .outerjoin(Account, Account.id == GrowerChange.by_account_id)
        .where(GrowerChange.grower_id == grower_id)
        .order_by(GrowerChange.id)
    )
    return [view_of(GrowerChangeView, change, by=name or "") for change, name in rows]


def was_admitted(grower_id: int) -> bool:
    """Whether the grower has ever been admitted; what it then made stands where its village lies, for good."""
    admitted = select(GrowerChange.id).where(
        GrowerChange.grower_id == grower_id, GrowerChange.to_state == GrowerState.ADMITTED
    )
    return session.scalar(admitted.limit(1)) is not None


def people_of(grower_id: int) -> list[GrowerPerson]:
    """Owner first, then staff."""
    rows = session.execute(
        select(GrowerMember, Account)
        .join(Account, Account.id == GrowerMember.account_id)
        .where(GrowerMember.grower_id == grower_id)
        .order_by(GrowerMember.role, GrowerMember.id)
    )
    return [
        GrowerPerson(account.id, account.display_name, account.contact, member.role, member.since)
        for member, account in rows
    ]


def people_below(unit_id: int) -> set[int]:
    """The accounts of everyone who works for an admitted grower of a unit or of anything below it."""
    below = [unit.id for unit in units_below(unit_id)]
    return set(
        session.scalars(
            select(GrowerMember.account_id)
            .join(Grower, Grower.id == GrowerMember.grower_id)
            .where(Grower.unit_id.in_(below), Grower.state == GrowerState.ADMITTED)
        )
    )


def grower_names_below(unit_id: int) -> dict[int, str]:
    """The names of the growers, in any state, of a unit and of everything below it, by id."""
    below = [unit.id for unit in units_below(unit_id)]
    rows = session.execute(select(Grower.id, Grower.name).where(Grower.unit_id.in_(below)))
    return {row.id: row.name for row in rows}
