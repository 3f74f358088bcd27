"""What a buyer is told about money, queued with the change that it tells of."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from core.accounts.service.notifying import notify_accounts
from core.settings import current_settings
from core.web.wording.formatting import dt
from shop.orders.models.tables import Order
from shop.orders.service.notices import tell_buyer
from shop.payments.models.tables import Payment, Refund, TransferProof


def _queue_buyer_notice(order: Order, template: str, key: str, **context: Any) -> None:
    tell_buyer(order, template, key=f"{template}:{key}", **context)


def payment_failed(order: Order, payment: Payment) -> None:
    """The money of a delayed method did not come; the buyer may try again."""
    _queue_buyer_notice(order, "payment_failed", payment.public_id)


def payment_in_doubt(order: Order, payment: Payment) -> None:
    """Money came that is not what the order asks for; a cashier decides."""
    _queue_buyer_notice(
        order,
        "payment_in_doubt",
        payment.public_id,
        arrived=(
            f"{(payment.heard_amount_minor or 0) / 100:.2f} {payment.heard_currency}"
            if payment.heard_amount_minor and payment.heard_currency
            else ""
        ),
        amount_minor=payment.amount_minor,
        currency=order.currency,
    )


def amount_accepted(order: Order, payment: Payment) -> None:
    """The cashier took what came as the order's payment."""
    _queue_buyer_notice(
        order,
        "amount_accepted",
        payment.public_id,
        amount_minor=payment.received_minor,
        total_minor=payment.amount_minor,
        currency=payment.currency,
    )


def payment_unclaimed(order: Order, payment: Payment, *, reason: str) -> None:
    """The money came too late for the plants, twice, or is not what the order asks for, and goes back."""
    _queue_buyer_notice(
        order,
        "payment_unclaimed",
        payment.public_id,
        reason=reason,
        amount_minor=payment.received_minor,
        currency=payment.currency,
    )


def refunded(order: Order, refund: Refund) -> None:
    """The money is on the buyer's side again."""
    _queue_buyer_notice(
        order,
        "payment_refunded",
        refund.number,
        refund=refund.number,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        by_hand=refund.provider_id is None,
    )


def proof_rejected(order: Order, proof: TransferProof, reason: str) -> None:
    """The cashier did not find the transfer."""
    _queue_buyer_notice(order, "transfer_proof_rejected", proof.public_id, reason=reason)


def account_withdrawn(order: Order, public_id: str, *, another: bool) -> None:
    """The account that the buyer was told to transfer to is no longer used; `another` stands on the order's page."""
    _queue_buyer_notice(order, "transfer_account_withdrawn", f"{order.number}:{public_id}", another=another)


def cancel_declined(order: Order, wish_id: str, consignment_number: str, answer: str) -> None:
    """The grower does not cancel: the plants are on their way already, or similar."""
    _queue_buyer_notice(order, "cancel_declined", wish_id, consignment=consignment_number, answer=answer)


def receipt_waits(order: Order, account_ids: Collection[int], *, key: str) -> None:
    """A buyer's receipt has not been looked at, and the order ends soon."""
    _tell_cashiers(
        account_ids,
        "receipt_waits",
        key,
        number=order.number,
        amount_minor=order.total_minor,
        currency=order.currency,
        until=dt(order.expires_at) if order.expires_at else "",
    )


def part_waits(order: Order, payment: Payment, step: str, account_ids: Collection[int]) -> None:
    """A cashier agreed for his growers' part of a shared order; these cashiers have not, for theirs."""
    _tell_cashiers(
        account_ids,
        "part_waits",
        f"part-waits:{payment.public_id}:{step}",
        number=order.number,
        step=step,
        arrived=f"{(payment.heard_amount_minor or 0) / 100:.2f} {payment.heard_currency}",
        amount_minor=payment.amount_minor,
        currency=order.currency,
    )


def _tell_cashiers(account_ids: Collection[int], template: str, key: str, **context: Any) -> None:
    base_url = current_settings().base_url
    notify_accounts(account_ids, template, context | {"address": f"{base_url}/branch/cashier"}, key=key)
