"""What a lost message or a dead process left open: found by asking Stripe, and finished."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from core.database import session
from core.sweeps import for_each_key
from shop.payments.queries.due import CHECKING, REFUNDING, Orders, payments_to_check, refunds_to_send
from shop.payments.service.provider import configured
from shop.payments.service.provider_errors import ProviderAway, ProviderRefused
from shop.payments.states import RefundState
from shop.payments.tasks.stripe_calls import check, send_refund

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Swept:
    """What a sweep found open; what it could not ask because Stripe was away; what went wrong here."""

    sessions: int = 0
    refunds: int = 0
    changed: int = 0
    away: int = 0
    failed: int = 0


def sweep(*, everything: bool = False, of: Orders | None = None) -> Swept:
    """Ask Stripe about everything open and finish it; an edge with transactions of its own.

    Args:
        everything: also what was looked at lately.
        of: only the payments and refunds of these orders.
    """
    swept = Swept()
    if not configured():
        return swept
    session.rollback()

    def ask(payment_id: int) -> bool:
        swept.sessions += 1
        try:
            return check(payment_id) not in {"nothing_new", "nothing_to_ask"}
        except (ProviderAway, ProviderRefused) as error:
            swept.away += 1
            log.warning("payment_not_checked", payment_id=payment_id, error=type(error).__name__)
            return False

    due = payments_to_check(everything=everything, of=of)
    checks = for_each_key(CHECKING, due, ask, own_transactions=True, when_due=not everything)
    swept.changed += checks.counted
    swept.failed += checks.failed
    send_due_refunds(everything=everything, of=of, swept=swept)
    session.rollback()
    return swept


def send_due_refunds(
    *, everything: bool = False, of: Orders | None = None, swept: Swept | None = None
) -> Swept:
    """Send what is decided and not sent, or only what concerns the orders `of`; adds to `swept`."""
    swept = swept or Swept()
    if not configured():
        return swept
    session.rollback()

    def send(refund_id: int) -> bool:
        swept.refunds += 1
        state = send_refund(refund_id)
        swept.away += state == RefundState.DUE
        return state != RefundState.DUE

    due = refunds_to_send(everything=everything, of=of)
    sent = for_each_key(REFUNDING, due, send, own_transactions=True, when_due=not everything)
    swept.changed += sent.counted
    swept.failed += sent.failed
    return swept
