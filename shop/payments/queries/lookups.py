"""Payments, refunds, receipts and requests by what others call them."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.errors import NotFound
from shop.payments.models.tables import CancelWish, TransferProof


def get_wish(public_id: str) -> CancelWish:
    """One wish.

    Raises:
        NotFound: no such wish.
    """
    wish = session.scalars(select(CancelWish).where(CancelWish.public_id == public_id)).one_or_none()
    if wish is None:
        raise NotFound(_("There is no such request."), code="no_such_wish")
    return wish


def get_proof(public_id: str) -> TransferProof:
    """One proof.

    Raises:
        NotFound: no such proof.
    """
    proof = session.scalars(select(TransferProof).where(TransferProof.public_id == public_id)).one_or_none()
    if proof is None:
        raise NotFound(_("There is no such proof."), code="no_such_proof")
    return proof
