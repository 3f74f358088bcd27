"""Outside shops that a decided case found to sell fakes: warned of in the register until that is lifted."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select, update

from branch.platforms.rules.recognition import ShopAddress, as_registered
from branch.platforms.wording import why_unrecognised
from branch.storefronts.models.tables import ShopWarning, StorefrontAddress
from core.database import changed, session
from core.errors import Conflict, Invalid


def warn_of_shop(address: str, *, reference: str, at: datetime) -> str:
    """Answer `not_authorised` with a date for this shop from now on.

    Args:
        address: the shop's own address, in any form that can be registered.
        reference: the number of the case that found it.
        at: the moment from which the register says so.

    Returns:
        The address as people read it.

    Raises:
        Invalid: the text does not name one shop.
        Conflict: it is an authorised shop; suspend it instead.
    """
    recognition = as_registered(address)
    if not isinstance(recognition, ShopAddress):
        raise Invalid(
            why_unrecognised(recognition.reason, recognition.platform), code=recognition.reason.value
        )
    live = select(StorefrontAddress.id).where(
        StorefrontAddress.key.in_(recognition.keys), StorefrontAddress.live
    )
    if session.scalar(live.limit(1)) is not None:
        raise Conflict(
            _("This shop stands in the register as a grower's own. Suspend it there instead."),
            code="shop_is_registered",
        )
    there = set(session.scalars(select(ShopWarning.key).where(ShopWarning.reference == reference)))
    if there & set(recognition.keys):
        session.execute(
            update(ShopWarning)
            .where(ShopWarning.reference == reference, ShopWarning.key.in_(recognition.keys))
            .values(lifted_at=None, since=at)
            .execution_options(synchronize_session=False)
        )
    session.add_all(
        ShopWarning(key=key, shown=recognition.shown[:300], reference=reference, since=at)
        for key in recognition.keys
        if key not in there
    )
    session.flush()
    return recognition.shown


def lift_warning(reference: str, *, at: datetime) -> bool:
    """Stop warning because of this case; whether there was a warning."""
    return bool(
        changed(
            update(ShopWarning)
            .where(ShopWarning.reference == reference, ShopWarning.lifted_at.is_(None))
            .values(lifted_at=at)
        )
    )
