"""What a grower does about plants that buyers hold unpaid: allow a known one more, or ask for them."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete

from core.database import changed, insert_into, session
from core.errors import Conflict
from core.outbox.service import record
from shop.orders.events import HoldAskedFor
from shop.orders.models.tables import HoldAllowance
from shop.orders.service.transitions import locked_consignment
from shop.orders.states import PaymentState


def allow_more(
    grower_id: int,
    *,
    phone: str,
    plants: int,
    value_minor: int,
    note: str,
    by_account_id: int | None,
    at: datetime,
) -> None:
    """Let the buyer with this number (E.164) hold so much of the grower's plants unpaid; a later word counts."""
    given = {
        "plants": plants,
        "value_minor": value_minor,
        "note": note,
        "given_at": at,
        "given_by": by_account_id,
    }
    session.execute(
        insert_into(HoldAllowance)
        .values(grower_id=grower_id, phone=phone, **given)
        .on_conflict_do_update(index_elements=[HoldAllowance.grower_id, HoldAllowance.phone], set_=given)
    )


def allow_no_more(grower_id: int, allowance_id: int) -> bool:
    """Take an allowance back; what is held already stays. Whether it was there."""
    return bool(
        changed(
            delete(HoldAllowance).where(
                HoldAllowance.id == allowance_id, HoldAllowance.grower_id == grower_id
            )
        )
    )


def ask_for_held(consignment_id: int, *, at: datetime) -> None:
    """Have the buyer reminded to pay or let go, or the cashier to look; whoever was reminded today is not told again.

    Raises:
        Conflict: code `nothing_to_ask_for`, when the next word is neither the buyer's nor the cashier's.
    """
    order, consignment = locked_consignment(consignment_id)
    if order.payment_state not in {PaymentState.AWAITING_PAYMENT, PaymentState.PROOF_SUBMITTED}:
        raise Conflict(_("This order does not wait for its payment any more."), code="nothing_to_ask_for")
    record(HoldAskedFor(order.id, consignment.id, consignment.number), at=at)
