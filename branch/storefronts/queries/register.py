"""Reads of outside storefronts, and the check of a pasted address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, select

from branch.growers.models.tables import Grower
from branch.licences.rules.suspensions import BRANCH, standing_sources
from branch.organisation.models.tables import Unit
from branch.storefronts.models.tables import Storefront, StorefrontAddress, StorefrontChange
from branch.storefronts.states import StorefrontState
from core.accounts.models.account import Account
from core.database import session, view_of
from core.errors import NotFound
from core.web.queries import PageByState, page_by_state


@dataclass(frozen=True)
class StorefrontView:
    """An outside shop of a grower; `address` is for people to read, without scheme."""

    id: int
    public_id: str
    grower_id: int
    mark_id: int
    platform: str
    shop_name: str
    address: str
    state: str
    proposed_at: datetime
    since: datetime | None

    @property
    def channel(self) -> str:
        """The name of its channel in sale facts and in the scope of licences."""
        return self.platform


@dataclass(frozen=True)
class StorefrontFile:
    """A storefront with what staff see around it."""

    id: int
    storefront: StorefrontView
    grower_slug: str
    grower_name: str
    grower_unit_id: int
    village_name_zh: str
    village_name_en: str


@dataclass(frozen=True)
class AddressView:
    """One address by which a storefront is recognised."""

    shown: str
    given: str
    main: bool
    added_at: datetime


@dataclass(frozen=True)
class StorefrontChangeView:
    """One step of a storefront."""

    at: datetime
    step: str
    to_state: str
    by: str
    reason: str


def _files() -> Select[Storefront, str, Grower, Unit]:
    return (
        select(Storefront, StorefrontAddress.shown, Grower, Unit)
        .join(
            StorefrontAddress,
            (StorefrontAddress.storefront_id == Storefront.id) & StorefrontAddress.main,
        )
        .join(Grower, Grower.id == Storefront.grower_id)
        .join(Unit, Unit.id == Grower.unit_id)
    )


def storefront_view(storefront: Storefront, shown: str) -> StorefrontView:
    """The row as others see it, under this address."""
    return view_of(StorefrontView, storefront, address=shown)


def _file(storefront: Storefront, shown: str, grower: Grower, unit: Unit) -> StorefrontFile:
    return StorefrontFile(
        id=storefront.id,
        storefront=storefront_view(storefront, shown),
        grower_slug=grower.slug,
        grower_name=grower.name,
        grower_unit_id=grower.unit_id,
        village_name_zh=unit.name_zh,
        village_name_en=unit.name_en,
    )


def get_storefront_file(public_id: str) -> StorefrontFile:
    """The storefront with this public id, with its grower.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(_files().where(Storefront.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound(_("There is no such storefront."), code="storefront_unknown")
    return _file(*row)


def get_storefront(public_id: str) -> StorefrontView:
    """The storefront with this public id, in any state.

    Raises:
        NotFound: there is none.
    """
    return get_storefront_file(public_id).storefront


def storefronts_of(
    grower_id: int, *, states: Iterable[StorefrontState] | None = None
) -> list[StorefrontView]:
    """A grower's storefronts, the oldest first; without `states`, in all of them."""
    wanted = _files().where(Storefront.grower_id == grower_id).order_by(Storefront.id)
    if states is not None:
        wanted = wanted.where(Storefront.state.in_(set(states)))
    return [storefront_view(row[0], row[1]) for row in session.execute(wanted)]


def storefront_list(
    unit_ids: Sequence[int], *, state: str = "", page: int = 1
) -> PageByState[StorefrontFile]:
    """Storefronts of growers at these units, the newest proposal first."""
    wanted = _files().where(Grower.unit_id.in_(unit_ids)).order_by(Storefront.id.desc())
    return page_by_state(wanted, Storefront.state.expression, _file, chosen=state, page=page)


def addresses_of(storefront_id: int) -> list[AddressView]:
    """Every address by which a storefront is recognised, the main one first."""
    rows = session.scalars(
        select(StorefrontAddress)
        .where(StorefrontAddress.storefront_id == storefront_id)
        .order_by(StorefrontAddress.main.desc(), StorefrontAddress.id)
    )
    return [view_of(AddressView, row) for row in rows]


def changes_of(storefront_id: int) -> list[StorefrontChangeView]:
    """Every step of a storefront, oldest first."""
    rows = session.execute(
        select(StorefrontChange, Account.display_name)
        .outerjoin(Account, Account.id == StorefrontChange.by_account_id)
        .where(StorefrontChange.storefront_id == storefront_id)
        .order_by(StorefrontChange.id)
    )
    return [view_of(StorefrontChangeView, change, by=name or "") for change, name in rows]


def suspended_by(public_id: str) -> list[str]:
    """The sources that suspend a storefront now: the branch, cases by their numbers."""
    rows = session.execute(
        select(StorefrontChange.step, StorefrontChange.source)
        .join(Storefront, Storefront.id == StorefrontChange.storefront_id)
        .where(Storefront.public_id == public_id)
        .order_by(StorefrontChange.id)
    )
    return standing_sources((row.step, row.source or BRANCH) for row in rows)
