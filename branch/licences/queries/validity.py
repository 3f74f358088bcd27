"""Reads of marks and licences, and the question that every sale asks: is the licence valid?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, Select, bindparam, select

from branch.growers.models.tables import Grower
from branch.growers.queries.directory import GROWER_COLUMNS, GrowerView
from branch.growers.states import GrowerState
from branch.licences.models.tables import Licence, LicenceChange, Mark
from branch.licences.rules.suspensions import BRANCH, standing_sources
from branch.licences.states import LicenceState, Scope, Standing, standing
from branch.organisation.models.tables import Unit
from core.accounts.models.account import Account
from core.clock import local_day
from core.database import read_columns, session, view_of
from core.errors import Conflict, NotFound
from core.web.queries import PageByState, page_by_state

# Of several licences of a grower the one that is worth most speaks for him.
_WORTH = (
    Standing.VALID,
    Standing.SUSPENDED,
    Standing.NOT_STARTED,
    Standing.EXPIRED,
    Standing.WITHDRAWN,
    Standing.APPLIED,
)


class LicenceNotValid(Conflict):
    """A grower may not sell, issue codes or activate them; `details` has `grower_id`, `standing`, `licence_number`."""

    code = "not_on_sale"


@dataclass(frozen=True)
class LicenceView:
    """A licence on a day. `state` is what is written, `effective_state` what it is worth on that day.

    `valid_until` is the last day on which it is valid. Empty tuples set no limit.
    """

    number: str
    grower_id: int
    mark_code: str
    mark_name: str
    registrant: str
    registration_number: str
    state: str
    effective_state: Standing
    valid_from: date | None
    valid_until: date | None
    cultivar_groups: tuple[str, ...]
    plots: tuple[str, ...]
    channels: tuple[str, ...]
    rules_version: int | None
    granted_at: datetime | None

    @property
    def is_valid(self) -> bool:
        """Whether it allows anything on that day."""
        return self.effective_state is Standing.VALID

    @property
    def scope(self) -> Scope:
        """What it covers."""
        return Scope(self.cultivar_groups, self.plots, self.channels)


@dataclass(frozen=True)
class LicenceFile:
    """A licence with what staff see around it."""

    id: int
    licence: LicenceView
    grower_slug: str
    grower_name: str
    grower_unit_id: int
    village_name_zh: str
    village_name_en: str
    note: str
    applied_at: datetime


@dataclass(frozen=True)
class LicenceChangeView:
    """One step of a licence; `by` is empty for what came by date."""

    at: datetime
    step: str
    from_state: str | None
    to_state: str
    by: str
    reason: str
    valid_until: date | None


def licence_view(
    licence: Licence | Row[*tuple[Any, ...]], mark: Mark | Row[*tuple[Any, ...]], on: date
) -> LicenceView:
    """A row and its mark as others see them on the day `on`."""
    return LicenceView(
        number=licence.number,
        grower_id=licence.grower_id,
        mark_code=mark.code,
        mark_name=mark.name,
        registrant=mark.registrant,
        registration_number=mark.registration_number,
        state=licence.state,
        effective_state=standing(LicenceState(licence.state), licence.valid_from, licence.valid_until, on),
        valid_from=licence.valid_from,
        valid_until=licence.valid_until,
        cultivar_groups=tuple(licence.cultivar_groups),
        plots=tuple(licence.plots),
        channels=tuple(licence.channels),
        rules_version=licence.rules_version,
        granted_at=licence.granted_at,
    )


# The columns that `licence_view` reads of a licence and of its mark; no two of them have the same name.
_COLUMNS = (
    Licence.number, Licence.grower_id, Licence.state, Licence.valid_from, Licence.valid_until, Licence.granted_at,
    Licence.cultivar_groups, Licence.plots, Licence.channels, Licence.rules_version, Mark.code, Mark.name,
    Mark.registrant, Mark.registration_number,
)  # fmt: skip
_OF_GROWERS = (
    select(*_COLUMNS)
    .join(Mark, Mark.id == Licence.mark_id)
    .where(Licence.grower_id.in_(bindparam("growers", expanding=True)))
)
_LICENSEE = (
    select(*_COLUMNS, *GROWER_COLUMNS)
    .select_from(Grower)
    .join(Unit, Unit.id == Grower.unit_id)
    .outerjoin(Licence, Licence.grower_id == Grower.id)
    .outerjoin(Mark, Mark.id == Licence.mark_id)
    .where(Grower.id == bindparam("grower"))
)


def licences_of_growers(ids: Iterable[int], *, at: datetime) -> dict[int, LicenceView]:
    """The licence that speaks for each grower: a valid one if there is one; growers without any are left out."""
    on = local_day(at)
    of: dict[int, list[LicenceView]] = {}
    for row in read_columns(_OF_GROWERS, {"growers": list(set(ids))}):
        of.setdefault(row.grower_id, []).append(licence_view(row, row, on))
    return {grower_id: max(views, key=weight) for grower_id, views in of.items()}


def weight(view: LicenceView) -> tuple[int, date, str]:
    """Orders licences by what they are worth: a valid one above a suspended one, and so on; then the later one."""
    return -_WORTH.index(view.effective_state), view.valid_until or date.min, view.number


def licence_of(grower_id: int, *, at: datetime) -> LicenceView | None:
    """The licence that speaks for a grower."""
    return licences_of_growers([grower_id], at=at).get(grower_id)


@dataclass(frozen=True)
class Licensee:
    """A grower with the licence that speaks for him; None when he never asked for one."""

    grower: GrowerView
    licence: LicenceView | None


def find_licensee(grower_id: int, *, at: datetime) -> Licensee | None:
    """The grower with this key, in any state, and his licence, with one statement."""
    rows = read_columns(_LICENSEE, {"grower": grower_id}).all()
    if not rows:
        return None
    on = local_day(at)
    licences = [licence_view(row, row, on) for row in rows if row.number is not None]
    return Licensee(GrowerView(*rows[0][len(_COLUMNS) :]), max(licences, key=weight, default=None))


def require_valid_licence(
    grower_id: int,
    *,
    at: datetime,
    cultivar_group: str | None = None,
    plot: str | None = None,
    channel: str | None = None,
    lock: bool = False,
) -> LicenceView:
    """The grower's licence that is valid `at` and covers what is asked for.

    With `lock`, the row is held until the caller's transaction ends, so that a suspension and a sale
    happen one after the other: FOR SHARE on PostgreSQL; on SQLite `transaction()` holds the write lock.

    Raises:
        LicenceNotValid: there is none; nothing of this grower may be sold, issued or activated.
    """
    on = local_day(at)
    wanted = (
        select(Licence, Mark)
        .join(Mark, Mark.id == Licence.mark_id)
        .join(Grower, Grower.id == Licence.grower_id)
        .where(
            Licence.grower_id == grower_id,
            Licence.state == LicenceState.VALID,
            Licence.valid_from <= on,
            Licence.valid_until >= on,
            Grower.state == GrowerState.ADMITTED,
        )
        .order_by(Licence.id)
        .execution_options(populate_existing=True)
    )
    if lock:
        wanted = wanted.with_for_update(read=True, of=Licence)
    valid = [licence_view(licence, mark, on) for licence, mark in session.execute(wanted)]
    left_out = None
    for view in valid:
        left_out = view.scope.leaves_out(cultivar_group=cultivar_group, plot=plot, channel=channel)
        if left_out is None:
            return view
    if left_out is not None:
        raise LicenceNotValid(
            _("The licence %(number)s does not cover this.", number=valid[-1].number),
            grower_id=grower_id,
            standing="out_of_scope",
            outside=left_out,
            licence_number=valid[-1].number,
        )
    present = licence_of(grower_id, at=at)
    raise LicenceNotValid(
        _("The grower's licence to use the mark is not valid at present."),
        grower_id=grower_id,
        standing=str(present.effective_state) if present else "none",
        licence_number=present.number if present else None,
    )


def files() -> Select[Licence, Mark, Grower, Unit]:
    """Licences with their marks, growers and villages."""
    return (
        select(Licence, Mark, Grower, Unit)
        .join(Mark, Mark.id == Licence.mark_id)
        .join(Grower, Grower.id == Licence.grower_id)
        .join(Unit, Unit.id == Grower.unit_id)
    )


def licence_file(licence: Licence, mark: Mark, grower: Grower, unit: Unit, on: date) -> LicenceFile:
    """One row of `files`."""
    return LicenceFile(
        id=licence.id,
        licence=licence_view(licence, mark, on),
        grower_slug=grower.slug,
        grower_name=grower.name,
        grower_unit_id=grower.unit_id,
        village_name_zh=unit.name_zh,
        village_name_en=unit.name_en,
        note=licence.note,
        applied_at=licence.applied_at,
    )


def get_licence(number: str, *, at: datetime) -> LicenceFile:
    """The licence with this number.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(files().where(Licence.number == number)).one_or_none()
    if row is None:
        raise NotFound(
            _("There is no licence with the number %(number)s.", number=number), code="licence_unknown"
        )
    return licence_file(*row, local_day(at))


def licences_at_grower(grower_id: int, *, at: datetime) -> list[LicenceFile]:
    """All licences and applications of a grower, the newest first."""
    rows = session.execute(files().where(Licence.grower_id == grower_id).order_by(Licence.id.desc()))
    return [licence_file(*row, local_day(at)) for row in rows]


def licence_list(
    unit_ids: Sequence[int], *, at: datetime, state: str = "", page: int = 1
) -> PageByState[LicenceFile]:
    """Licences of growers at these units, the newest application first; `counts` by written state."""
    wanted = files().where(Grower.unit_id.in_(unit_ids)).order_by(Licence.id.desc())
    view = partial(licence_file, on=local_day(at))
    return page_by_state(wanted, Licence.state.expression, view, chosen=state, page=page)


def changes_of(licence_id: int) -> list[LicenceChangeView]:
    """Every step of a licence, oldest first."""
    return changes_by_licence([licence_id])[licence_id]


def changes_by_licence(licence_ids: Iterable[int]) -> dict[int, list[LicenceChangeView]]:
    """Every step of these licences, oldest first, by licence."""
    changes: dict[int, list[LicenceChangeView]] = {licence_id: [] for licence_id in licence_ids}
    rows = session.execute(
        select(LicenceChange, Account.display_name)
        .outerjoin(Account, Account.id == LicenceChange.by_account_id)
        .where(LicenceChange.licence_id.in_(changes))
        .order_by(LicenceChange.id)
    )
    for change, name in rows:
        until = change.details.get("valid_until")
        changes[change.licence_id].append(
            view_of(
                LicenceChangeView,
                change,
                by=name or "",
                valid_until=date.fromisoformat(until) if until else None,
            )
        )
    return changes


def suspended_by(number: str) -> list[str]:
    """The sources that suspend a licence now: the branch, cases by their numbers."""
    rows = session.execute(
        select(LicenceChange.step, LicenceChange.details)
        .join(Licence, Licence.id == LicenceChange.licence_id)
        .where(Licence.number == number)
        .order_by(LicenceChange.id)
    )
    return standing_sources((row.step, row.details.get("source", BRANCH)) for row in rows)
