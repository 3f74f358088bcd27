"""Addresses on record that name no shop by today's rules: short, promotion and product links of earlier years.

They answer for nobody. The branch and the grower see them on their pages, and `flask storefronts check` lists them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from branch.platforms.rules.recognition import Refusal, ShopAddress, as_registered
from branch.platforms.wording import why_unrecognised
from branch.storefronts.models.tables import Storefront, StorefrontAddress
from branch.storefronts.states import LIVE, StorefrontState
from core.database import session, view_of

STANDING = frozenset({*LIVE, StorefrontState.PROPOSED})


@dataclass(frozen=True)
class Unjudged:
    """An address of a storefront that names no shop, and why; `alone` when the storefront has no other."""

    public_id: str
    grower_id: int
    shop_name: str
    address: str
    why: str
    alone: bool


def why_unjudged(key: str, given: str) -> str:
    """Why an address that was registered as `key` names no shop, in a sentence; empty when it names one."""
    recognition = as_registered(given)
    if isinstance(recognition, ShopAddress):
        return "" if key in recognition.keys else why_unrecognised(Refusal.NOT_A_SHOP, recognition.platform)
    return why_unrecognised(recognition.reason, recognition.platform)


def unjudged_addresses(*, growers: Iterable[int] | None = None) -> list[Unjudged]:
    """Those of storefronts that stand or wait, the oldest first; of these growers, or of all."""
    wanted = (
        select(Storefront, StorefrontAddress)
        .join(StorefrontAddress, StorefrontAddress.storefront_id == Storefront.id)
        .where(Storefront.state.in_(sorted(STANDING)))
        .order_by(Storefront.id, StorefrontAddress.id)
    )
    if growers is not None:
        wanted = wanted.where(Storefront.grower_id.in_(list(growers)))
    rows = session.execute(wanted).all()
    whys = {row.id: why_unjudged(row.key, row.given) for _storefront, row in rows}
    judged = {storefront.id for storefront, row in rows if not whys[row.id]}
    return [
        view_of(Unjudged, storefront, address=row.shown, why=whys[row.id], alone=storefront.id not in judged)
        for storefront, row in rows
        if whys[row.id]
    ]
