"""Refunds and disputes of the stand-in: how much is left, what comes back, what the bank takes."""

from __future__ import annotations

import secrets
from typing import Any

from tests.stand_ins.stripe_form import StripeRefusal, integer, metadata, refuse_unknown


def find(rows: dict[str, Any], key: str, kind: str, param: str = "id") -> dict[str, Any]:
    """The object under `key`, or Stripe's 404."""
    if key not in rows:
        raise StripeRefusal(f"No such {kind}: '{key}'", status=404, code="resource_missing", param=param)
    found: dict[str, Any] = rows[key]
    return found


class Refunds:
    """The half of `StripeState` that gives money back."""

    refund_outcome: str
    sessions: dict[str, dict[str, Any]]
    intents: dict[str, dict[str, Any]]
    charges: dict[str, dict[str, Any]]
    refunds: dict[str, dict[str, Any]]
    disputes: dict[str, dict[str, Any]]

    def now(self) -> int:
        raise NotImplementedError

    def emit(self, kind: str, subject: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def create_refund(self, params: dict[str, Any]) -> dict[str, Any]:
        refuse_unknown(
            params, {"charge", "payment_intent", "amount", "reason", "metadata", "expand", "currency"}
        )
        if not params.get("charge") and not params.get("payment_intent"):
            raise StripeRefusal(
                "One of the following params should be provided for this request: payment_intent or charge."
            )
        if params.get("reason") not in {None, "duplicate", "fraudulent", "requested_by_customer"}:
            raise StripeRefusal("Invalid reason", param="reason")
        charge_id = params.get("charge")
        if not charge_id:
            intent = find(self.intents, params["payment_intent"], "payment_intent", param="payment_intent")
            charge_id = intent["latest_charge"]
            if charge_id is None:
                raise StripeRefusal(
                    "This PaymentIntent does not have a successful charge to refund.", param="payment_intent"
                )
        charge = find(self.charges, charge_id, "charge", param="charge")
        left = charge["amount"] - charge["amount_refunded"]
        if left == 0:
            raise StripeRefusal(
                f"Charge {charge_id} has already been refunded.", code="charge_already_refunded"
            )
        if charge["disputed"]:
            raise StripeRefusal(
                f"Charge {charge_id} has been charged back; cannot issue a refund.", code="charge_disputed"
            )
        amount = integer(params["amount"], "amount", minimum=1) if "amount" in params else left
        if amount > left:
            raise StripeRefusal(
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
                param="amount",
            )
        refund = {
            "id": f"re_{secrets.token_hex(12)}",
            "object": "refund",
            "amount": amount,
            "charge": charge_id,
            "created": self.now(),
            "currency": charge["currency"],
            "metadata": metadata(params),
            "payment_intent": charge["payment_intent"],
            "reason": params.get("reason"),
            "status": self.refund_outcome,
        }
        self.refunds[refund["id"]] = refund
        if refund["status"] != "failed":
            charge["amount_refunded"] += amount
            charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.emit("refund.created", refund)
        if refund["status"] != "failed":
            self.emit("charge.refunded", charge)
        return dict(refund)

    def end_refund(self, refund_id: str, *, succeeds: bool) -> dict[str, Any]:
        """A pending (or even a finished) refund succeeds or comes back."""
        refund = self.refunds[refund_id]
        if succeeds:
            refund["status"] = "succeeded"
            self.emit("refund.updated", refund)
            return dict(refund)
        charge = self.charges[refund["charge"]]
        refund.update(status="failed", failure_reason="declined")
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self.emit("refund.failed", refund)
        return dict(refund)

    def dispute(self, session_id: str) -> dict[str, Any]:
        """The buyer asks the bank for the money back."""
        charge = self.charges[self.intents[self.sessions[session_id]["payment_intent"]]["latest_charge"]]
        charge["disputed"] = True
        row = {
            "id": f"du_{secrets.token_hex(12)}",
            "object": "dispute",
            "amount": charge["amount"],
            "charge": charge["id"],
            "created": self.now(),
            "currency": charge["currency"],
            "payment_intent": charge["payment_intent"],
            "reason": "product_not_received",
            "status": "needs_response",
            "metadata": {},
        }
        self.disputes[row["id"]] = row
        self.emit("charge.dispute.created", row)
        return row

    def close_dispute(self, dispute_id: str, *, won: bool) -> None:
        row = self.disputes[dispute_id]
        row["status"] = "won" if won else "lost"
        self.charges[row["charge"]]["disputed"] = not won
        self.emit("charge.dispute.closed", row)
