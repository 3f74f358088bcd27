"""Reads of the public register: licences that were granted, by grower, village and name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial

from sqlalchemy import ColumnElement, and_, func, or_, select

from branch.growers.models.tables import Grower
from branch.licences.models.tables import Licence
from branch.licences.queries.validity import LicenceFile, files, licence_file
from branch.organisation.models.tables import Unit
from branch.storefronts.models.tables import Storefront, StorefrontAddress
from branch.storefronts.states import StorefrontState
from core import pinyin
from core.clock import local_day
from core.database import session
from core.web.queries import page_of
from core.web.rules.pagination import Page

MOST_NAMES = 20_000


@dataclass(frozen=True)
class ShopLine:
    """An authorised outside shop of a licensee."""

    platform: str
    shop_name: str
    address: str


@dataclass(frozen=True)
class RegisterLine:
    """One licence of the register with the shops of its grower."""

    file: LicenceFile
    shops: tuple[ShopLine, ...]


def register(*, at: datetime, text: str = "", village: str = "", page: int = 1) -> Page[RegisterLine]:
    """Granted licences, valid ones first, then by grower. `text` is part of a grower's or shop's name, or pinyin."""
    on = local_day(at)
    wanted: list[ColumnElement[bool]] = [Licence.granted_at.is_not(None)]
    if village:
        wanted.append(Unit.code == village)
    if text:
        wanted.append(_named(text))
    valid = and_(Licence.state == "valid", Licence.valid_from <= on, Licence.valid_until >= on)
    ordered = files().where(*wanted).order_by(valid.desc(), Grower.name, Licence.id.desc())
    licences = page_of(ordered, partial(licence_file, on=on), page=page)
    shops = shops_of({file.licence.grower_id for file in licences.items})
    lines = [RegisterLine(file, shops.get(file.licence.grower_id, ())) for file in licences.items]
    return Page(lines, licences.total, licences.number, licences.size)


def shops_of(grower_ids: set[int]) -> dict[int, tuple[ShopLine, ...]]:
    """The authorised shops of these growers."""
    if not grower_ids:
        return {}
    rows = session.execute(
        select(Storefront, StorefrontAddress.shown)
        .join(
            StorefrontAddress,
            and_(StorefrontAddress.storefront_id == Storefront.id, StorefrontAddress.main),
        )
        .where(Storefront.grower_id.in_(grower_ids), Storefront.state == StorefrontState.AUTHORISED)
        .order_by(Storefront.id)
    )
    shops: dict[int, tuple[ShopLine, ...]] = {}
    for storefront, shown in rows:
        line = ShopLine(storefront.platform, storefront.shop_name, shown)
        shops[storefront.grower_id] = (*shops.get(storefront.grower_id, ()), line)
    return shops


def find_granted(number: str, *, at: datetime) -> LicenceFile | None:
    """The licence with this number, if it was ever granted; applications are nobody's business."""
    row = session.execute(
        files().where(Licence.number == number, Licence.granted_at.is_not(None))
    ).one_or_none()
    return licence_file(*row, local_day(at)) if row else None


def valid_count(on: date) -> int:
    """How many licences are valid on this day."""
    return (
        session.scalar(
            select(func.count(Licence.id)).where(
                Licence.state == "valid", Licence.valid_from <= on, Licence.valid_until >= on
            )
        )
        or 0
    )


def _named(text: str) -> ColumnElement[bool]:
    shop = (
        select(Storefront.grower_id)
        .where(
            Storefront.shop_name.icontains(text, autoescape=True),
            Storefront.state.in_([StorefrontState.AUTHORISED, StorefrontState.SUSPENDED]),
        )
        .scalar_subquery()
    )
    ways = [
        Grower.name.icontains(text, autoescape=True),
        Licence.number.icontains(text, autoescape=True),
        Grower.id.in_(shop),
    ]
    spelled = _spelled(text)
    if spelled:
        ways.append(Grower.id.in_(spelled))
    return or_(*ways)


def _spelled(text: str) -> list[int]:
    """Keys of licensees whose name is written like `text` in pinyin or by its initials."""
    plain = "".join(text.lower().split())
    if not (plain.isascii() and plain.isalpha()):
        return []
    names = session.execute(
        select(Grower.id, Grower.name)
        .where(Grower.id.in_(select(Licence.grower_id).where(Licence.granted_at.is_not(None))))
        .limit(MOST_NAMES)
    )
    return [key for key, name in names if any(plain in spelling for spelling in _spellings(name))]


@lru_cache(maxsize=MOST_NAMES)
def _spellings(name: str) -> Sequence[str]:
    return (
        "".join(pinyin.syllables(name)).lower(),
        "".join(pinyin.initials(name)).lower(),
    )
