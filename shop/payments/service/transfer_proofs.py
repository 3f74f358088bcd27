"""Verbs on bank transfers: the buyer's proof, the cashier's decision."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.errors import Conflict
from core.ids import random_id
from shop.orders.models.tables import Order
from shop.orders.service import paying
from shop.orders.service.deadlines import pay_by
from shop.orders.service.transitions import consignments_of, locked_order
from shop.orders.states import BUYER, By, PaymentMethod, PaymentState
from shop.payees.queries import account_of_order
from shop.payments.models.tables import Payment, TransferProof
from shop.payments.queries.lookups import get_proof
from shop.payments.service import attempts, notices
from shop.payments.states import ProofState

MAX_PROOFS = 6


def submit(order_id: int, *, file_key: str, stated_minor: int, note: str, at: datetime) -> TransferProof:
    """The buyer shows that the transfer was made; the plants stay held while the cashier looks, for some working days.

    Raises:
        Conflict: `not_a_transfer`, `proof_waits`, `too_many_proofs`, or `wrong_state`.
    """
    order = locked_order(order_id)
    if order.payment_method != PaymentMethod.OFFLINE_TRANSFER:
        raise Conflict(_("This order is not paid by bank transfer."), code="not_a_transfer")
    if order.payment_state == PaymentState.PROOF_SUBMITTED:
        raise Conflict(_("Your proof is with the cashier already."), code="proof_waits")
    sent = session.scalars(select(TransferProof.id).where(TransferProof.order_id == order_id)).all()
    if len(sent) >= MAX_PROOFS:
        raise Conflict(_("There are many proofs already; please call the branch."), code="too_many_proofs")
    attempts.begin(order_id, at=at)
    paying.submit_proof(order_id, at=at, by=BUYER)
    growers = {consignment.grower_id for consignment in consignments_of(order_id)}
    paid_to = account_of_order(order.payee_account, growers, at=at)
    proof = TransferProof(
        public_id=random_id(20),
        order_id=order_id,
        file_key=file_key,
        payee_account=paid_to.account.public_id if paid_to.account else None,
        stated_minor=stated_minor,
        note=note,
        state=ProofState.SUBMITTED,
        submitted_at=at,
    )
    session.add(proof)
    session.flush()
    return proof


def _open_proof(public_id: str) -> tuple[Order, TransferProof]:
    proof = get_proof(public_id)
    order = locked_order(proof.order_id)
    session.refresh(proof)
    if proof.state != ProofState.SUBMITTED:
        raise Conflict(_("Somebody has decided on this proof meanwhile."), code="proof_decided")
    return order, proof


def confirm(
    public_id: str, *, amount_minor: int, reference: str, by_account_id: int | None, at: datetime
) -> Payment:
    """The cashier sees exactly the order's total on the account.

    Raises:
        Conflict: `amount_differs`, `proof_decided`, `received_before`; nothing changes then.
    """
    order, proof = _open_proof(public_id)
    payment = attempts.receive_by_hand(
        order.id, amount_minor=amount_minor, reference=reference, by_account_id=by_account_id, at=at
    )
    proof.state = ProofState.CONFIRMED
    proof.decided_at = at
    proof.decided_by = by_account_id
    proof.reference = reference
    return payment


def reject(public_id: str, *, reason: str, by_account_id: int | None, at: datetime) -> None:
    """The cashier does not find the money; the buyer is told why and may send another proof.

    An order that ended meanwhile stays ended.

    Raises:
        Conflict: `proof_decided`.
    """
    order, proof = _open_proof(public_id)
    if order.payment_state == PaymentState.PROOF_SUBMITTED:
        paying.refuse_proof(
            order.id,
            at=at,
            by=By("cashier", by_account_id),
            reason=reason,
            expires_at=pay_by(PaymentMethod.OFFLINE_TRANSFER, at=at, placed_at=order.placed_at),
        )
    proof.state = ProofState.REJECTED
    proof.reason = reason
    proof.decided_at = at
    proof.decided_by = by_account_id
    notices.proof_rejected(order, proof, reason)
