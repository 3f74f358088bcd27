"""Verbs about outside storefronts: propose, decide, add another address. Nothing here commits."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, select, update

from branch.growers.models.tables import Grower
from branch.growers.queries.independence import require_independent
from branch.licences.rules.suspensions import BRANCH
from branch.licences.service.suspensions import other_sources
from branch.organisation.queries.tree import require_unit_access
from branch.platforms.rules.recognition import ShopAddress, as_registered
from branch.platforms.wording import why_unrecognised
from branch.storefronts import events
from branch.storefronts.models.tables import Storefront, StorefrontAddress, StorefrontChange
from branch.storefronts.queries.register import suspended_by
from branch.storefronts.queries.unusable_addresses import why_unjudged
from branch.storefronts.queries.warnings import warned_since
from branch.storefronts.states import LIVE, NEEDS_REASON, TRANSITIONS, StorefrontState, StorefrontStep
from core.database import locked, session
from core.errors import Conflict, Invalid, NotFound
from core.ids import random_id
from core.outbox.service import record
from core.transitions import StateMachine, decided_meanwhile, require_reason

MOST_ADDRESSES = 12
SHOP = StateMachine(TRANSITIONS, StorefrontChange, of="storefront_id", refusal=decided_meanwhile)


def propose_storefront(
    grower_id: int,
    mark_id: int,
    *,
    address: str,
    shop_name: str,
    by_account_id: int | None,
    at: datetime,
) -> str:
    """Put an outside shop of a grower before the branch.

    Returns:
        The storefront's public id.

    Raises:
        Conflict: the shop is known already.
        Invalid: the address does not name one shop.
    """
    shop_address = _readable(address)
    _refuse_if_taken(shop_address.keys, by_grower=grower_id)
    storefront = Storefront(
        public_id=random_id(8),
        grower_id=grower_id,
        mark_id=mark_id,
        platform=shop_address.platform,
        shop_name=shop_name.strip(),
        state=StorefrontState.PROPOSED,
        proposed_at=at,
    )
    session.add(storefront)
    session.flush()
    _add_keys(storefront, shop_address, given=address, main=True, at=at)
    SHOP.note(storefront, None, step=StorefrontStep.PROPOSE, at=at, by=by_account_id)
    session.flush()
    return storefront.public_id


def add_address(
    public_id: str,
    address: str,
    *,
    at: datetime,
    grower_id: int | None = None,
    by_account_id: int | None = None,
) -> None:
    """Register another address of the same shop; a grower (`grower_id`) only while it is proposed.

    Raises:
        Conflict: the address belongs to another shop, or there are too many.
        Forbidden: the grower is outside the actor's units.
        Invalid: the address does not name one shop.
    """
    storefront = _locked(public_id)
    if grower_id is not None:
        if storefront.grower_id != grower_id:
            raise _unknown()
        if storefront.state != StorefrontState.PROPOSED:
            raise Conflict(
                _("The branch has decided about this shop; ask it to add the address."), code="decided"
            )
    elif by_account_id is not None:
        _require_access(storefront, by_account_id)
    shop_address = _readable(address)
    present = list(
        session.scalars(select(StorefrontAddress.key).where(StorefrontAddress.storefront_id == storefront.id))
    )
    if set(shop_address.keys) <= set(present):
        return
    if len(present) >= MOST_ADDRESSES:
        raise Conflict(_("This shop has enough addresses already."), code="too_many_addresses")
    _refuse_if_taken(shop_address.keys, besides=storefront.id)
    _add_keys(storefront, shop_address, given=address, main=False, at=at)


def decide(
    public_id: str,
    step: StorefrontStep,
    *,
    reason: str = "",
    by_account_id: int | None,
    at: datetime,
    source: str = BRANCH,
) -> None:
    """Authorise, refuse, suspend, reinstate or end a storefront. Without an actor (demonstration) nobody is asked.

    A suspension stands until its own `source` (the branch, or a case by its number) ends it. What a case suspended ends with
    its verdict, also where no address names a shop any more: the storefront then answers for nobody.

    Raises:
        Conflict: the step does not fit its state, a case holds the suspension (`held_by_case`), another shop carries one of
            its addresses, or the branch decides though none of them names a shop (`address_unjudged`).
        Forbidden: the grower is outside the actor's units.
        Invalid: the step needs a reason.
    """
    storefront = _locked(public_id)
    if by_account_id is not None:
        _require_access(storefront, by_account_id)
    before = storefront.state
    to_state = SHOP.require(storefront, step)
    if step in NEEDS_REASON:
        require_reason(reason, _("Say why; the grower reads it."))
    if step in {StorefrontStep.SUSPEND, StorefrontStep.REINSTATE}:
        suspending = step is StorefrontStep.SUSPEND
        if other_sources(suspended_by(public_id), source, suspending=suspending):
            to_state = StorefrontState.SUSPENDED
    judged = _judged_keys(storefront)
    if source == BRANCH and to_state in LIVE and not judged:
        raise Conflict(
            _("The address of this shop names no shop: add the shop's own address first."),
            code="address_unjudged",
        )
    if step is StorefrontStep.AUTHORISE:
        own = judged
        _refuse_if_taken(own, besides=storefront.id)
        _refuse_if_warned_of(own)
        storefront.since = at
    SHOP.move(
        storefront,
        step,
        to=to_state,
        at=at,
        by=by_account_id,
        reason=reason.strip(),
        source=None if source == BRANCH else source,
    )
    session.flush()
    session.execute(
        update(StorefrontAddress)
        .where(StorefrontAddress.storefront_id == storefront.id)
        .values(live=StorefrontAddress.key.in_(judged) if to_state in LIVE else false())
    )
    if to_state != before or step is StorefrontStep.SUSPEND:
        _record_event(storefront, to_state, reason.strip(), at)


def take_back(public_id: str, *, grower_id: int, by_account_id: int, at: datetime) -> None:
    """The grower takes back a proposal, or says that a shop is his no longer.

    Raises:
        Conflict: it has ended already.
        NotFound: it is not his.
    """
    storefront = _locked(public_id)
    if storefront.grower_id != grower_id:
        raise _unknown()
    SHOP.move(storefront, StorefrontStep.END, at=at, by=by_account_id)
    session.flush()
    session.execute(
        update(StorefrontAddress).where(StorefrontAddress.storefront_id == storefront.id).values(live=False)
    )
    _record_event(storefront, StorefrontState.ENDED, "", at)


def _judged_keys(storefront: Storefront) -> tuple[str, ...]:
    rows = session.execute(
        select(StorefrontAddress.key, StorefrontAddress.given).where(
            StorefrontAddress.storefront_id == storefront.id
        )
    )
    return tuple(row.key for row in rows if not why_unjudged(row.key, row.given))


def _readable(address: str) -> ShopAddress:
    recognition = as_registered(address)
    if not isinstance(recognition, ShopAddress):
        raise Invalid(
            why_unrecognised(recognition.reason, recognition.platform), code=recognition.reason.value
        )
    return recognition


def _refuse_if_taken(keys: tuple[str, ...], *, besides: int = 0, by_grower: int | None = None) -> None:
    taken = select(Storefront.shop_name).join(
        StorefrontAddress, StorefrontAddress.storefront_id == Storefront.id
    )
    taken = taken.where(StorefrontAddress.key.in_(keys), Storefront.id != besides)
    live: ColumnElement[bool] = StorefrontAddress.live.expression  # bare, as the rule of its index says
    if by_grower is not None:
        live = live | ((Storefront.grower_id == by_grower) & (Storefront.state == StorefrontState.PROPOSED))
    name = session.scalar(taken.where(live).limit(1))
    if name is not None:
        raise Conflict(
            _("This address is registered already, for the shop %(name)s.", name=name), code="address_taken"
        )


def _refuse_if_warned_of(keys: tuple[str, ...]) -> None:
    if warned_since(keys) is not None:
        raise Conflict(
            _("A decided case speaks against this shop. Reopen the case first."), code="shop_warned_of"
        )


def _add_keys(
    storefront: Storefront, shop_address: ShopAddress, *, given: str, main: bool, at: datetime
) -> None:
    have = set(
        session.scalars(select(StorefrontAddress.key).where(StorefrontAddress.storefront_id == storefront.id))
    )
    for position, key in enumerate(key for key in shop_address.keys if key not in have):
        session.add(
            StorefrontAddress(
                storefront_id=storefront.id,
                key=key,
                given=given.strip()[:500],
                shown=shop_address.shown[:300],
                main=main and position == 0,
                live=StorefrontState(storefront.state) in LIVE,
                added_at=at,
            )
        )
    session.flush()


def _locked(public_id: str) -> Storefront:
    storefront = locked(Storefront, Storefront.public_id == public_id)
    if storefront is None:
        raise _unknown()
    return storefront


def _unknown() -> NotFound:
    return NotFound(_("There is no such storefront."), code="storefront_unknown")


def _require_access(storefront: Storefront, account_id: int) -> None:
    unit_id = session.scalar(select(Grower.unit_id).where(Grower.id == storefront.grower_id))
    require_unit_access(account_id, unit_id or 0, "storefronts.decide")
    require_independent(account_id, storefront.grower_id)


def _record_event(storefront: Storefront, state: StorefrontState | None, reason: str, at: datetime) -> None:
    public_id, grower_id = storefront.public_id, storefront.grower_id
    if state is StorefrontState.AUTHORISED:
        record(events.StorefrontAuthorised(public_id, grower_id), at=at)
    elif state is StorefrontState.REFUSED:
        record(events.StorefrontRefused(public_id, grower_id, reason), at=at)
    elif state is StorefrontState.SUSPENDED:
        record(events.StorefrontSuspended(public_id, grower_id, reason), at=at)
    elif state is StorefrontState.ENDED:
        record(events.StorefrontEnded(public_id, grower_id), at=at)
