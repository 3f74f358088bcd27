"""What Stripe remembers: sessions, payment intents, charges, refunds and disputes, and how they move.

Follows API version 2026-10-28 ("endive"), which the pinned client speaks: no `payment_method_types` when a
session is created, a payment intent only once the buyer pays, no list of refunds inside a charge.
"""

from __future__ import annotations

import copy
import secrets
import time
from typing import Any

from tests.stand_ins.stripe_delivery import Mailroom
from tests.stand_ins.stripe_form import StripeRefusal, integer, metadata, refuse_unknown, require
from tests.stand_ins.stripe_refunds import Refunds, find

API_VERSION = "2026-10-28.endive"
SESSION_PARAMS = {
    "mode",
    "success_url",
    "cancel_url",
    "line_items",
    "expires_at",
    "client_reference_id",
    "metadata",
    "locale",
    "customer_email",
    "payment_intent_data",
    "payment_method_options",
    "allowed_payment_method_types",
    "excluded_payment_method_types",
    "submit_type",
    "ui_mode",
    "currency",
    "expand",
    "billing_address_collection",
    "phone_number_collection",
    "adaptive_pricing",
    "custom_text",
    "integration_identifier",
}
ENABLED_METHODS = ["card", "alipay", "wechat_pay"]
LEAST_TOTAL_MINOR = {"cny": 400, "usd": 50, "hkd": 400}
HALF_AN_HOUR, A_DAY = 30 * 60, 24 * 60 * 60


class StripeState(Refunds):
    """One account's objects; `skew_s` moves its clock, `refund_outcome` is how refunds end at first."""

    def __init__(self, mailroom: Mailroom) -> None:
        self.mailroom = mailroom
        self.skew_s = 0
        self.refund_outcome = "succeeded"
        self.sessions: dict[str, dict[str, Any]] = {}
        self.line_items: dict[str, list[dict[str, Any]]] = {}
        self.intents: dict[str, dict[str, Any]] = {}
        self.charges: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}

    def now(self) -> int:
        return int(time.time()) + self.skew_s

    def emit(self, kind: str, subject: dict[str, Any]) -> dict[str, Any]:
        event = {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": copy.deepcopy(subject)},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self.mailroom.add(event)
        return event

    # Checkout sessions

    def create_session(self, params: dict[str, Any], *, version: str, base: str) -> dict[str, Any]:
        if "payment_method_types" in params and version >= "2026-09-30":
            raise StripeRefusal(
                "The parameter `payment_method_types` is no longer supported; use `allowed_payment_method_types`.",
                code="payment_method_types_no_longer_supported",
                param="payment_method_types",
            )
        refuse_unknown(params, SESSION_PARAMS | {"payment_method_types"})
        require(params, "mode", "success_url", "line_items")
        if params["mode"] != "payment":
            raise StripeRefusal("This stand-in sells; it knows mode=payment only.", param="mode")
        for name in ("success_url", "cancel_url"):
            if name in params and not str(params[name]).startswith(("http://", "https://")):
                raise StripeRefusal(f"Not a valid URL: {name}", code="url_invalid", param=name)
        items, currency = self._line_items(params["line_items"])
        total = sum(one["amount_total"] for one in items)
        if total < LEAST_TOTAL_MINOR.get(currency, 1):
            raise StripeRefusal(
                "The Checkout Session's total amount must convert to at least 400 cents.",
                code="amount_too_small",
            )
        offered = (
            params.get("allowed_payment_method_types")
            or params.get("payment_method_types")
            or ENABLED_METHODS
        )
        if not isinstance(offered, list):
            raise StripeRefusal("Invalid array", param="allowed_payment_method_types")
        offered = [one for one in ENABLED_METHODS if one in offered]
        options = params.get("payment_method_options") or {}
        if "wechat_pay" in offered and (options.get("wechat_pay") or {}).get("client") not in {
            "web",
            "ios",
            "android",
        }:
            require(options.get("wechat_pay") or {}, "client", prefix="payment_method_options[wechat_pay]")
        intent_data = params.get("payment_intent_data") or {}
        refuse_unknown(
            intent_data, {"metadata", "description", "statement_descriptor_suffix"}, "payment_intent_data"
        )
        session_id = f"cs_test_{secrets.token_hex(24)}"
        row = {
            "id": session_id,
            "object": "checkout.session",
            "amount_subtotal": total,
            "amount_total": total,
            "cancel_url": params.get("cancel_url"),
            "client_reference_id": params.get("client_reference_id"),
            "created": self.now(),
            "currency": currency,
            "customer": None,
            "customer_details": None,
            "customer_email": params.get("customer_email"),
            "expires_at": self._expiry(params),
            "livemode": False,
            "locale": params.get("locale"),
            "metadata": metadata(params),
            "mode": "payment",
            "payment_intent": None,
            "payment_method_options": options,
            "payment_method_types": offered,
            "payment_status": "unpaid",
            "status": "open",
            "success_url": params["success_url"],
            "ui_mode": "hosted_page",
            "url": f"{base}/c/pay/{session_id}",
        }
        self.sessions[session_id] = row
        self.line_items[session_id] = items
        row["_intent_metadata"] = metadata(intent_data, "payment_intent_data[metadata]")
        return self.session(session_id)

    def _line_items(self, given: Any) -> tuple[list[dict[str, Any]], str]:
        if not isinstance(given, list):
            raise StripeRefusal("Invalid array", param="line_items")
        if len(given) > 100:
            raise StripeRefusal("You can pass at most 100 line items.", param="line_items")
        items, currencies = [], set()
        for index, one in enumerate(given):
            where = f"line_items[{index}]"
            require(one, "quantity", "price_data", prefix=where)
            price = one["price_data"]
            require(price, "currency", "product_data", "unit_amount", prefix=f"{where}[price_data]")
            require(price["product_data"], "name", prefix=f"{where}[price_data][product_data]")
            if price["currency"] != price["currency"].lower():
                raise StripeRefusal(
                    f"Invalid currency: {price['currency']}", param=f"{where}[price_data][currency]"
                )
            currencies.add(price["currency"])
            quantity = integer(one["quantity"], f"{where}[quantity]", minimum=1)
            amount = quantity * integer(price["unit_amount"], f"{where}[price_data][unit_amount]")
            items.append(
                {
                    "id": f"li_{secrets.token_hex(12)}",
                    "object": "item",
                    "amount_subtotal": amount,
                    "amount_total": amount,
                    "amount_discount": 0,
                    "amount_tax": 0,
                    "currency": price["currency"],
                    "description": price["product_data"]["name"],
                    "quantity": quantity,
                }
            )
        if len(currencies) != 1:
            raise StripeRefusal("All line items must have the same currency.", param="line_items")
        return items, currencies.pop()

    def _expiry(self, params: dict[str, Any]) -> int:
        now = self.now()
        if "expires_at" not in params:
            return now + A_DAY
        expires = integer(params["expires_at"], "expires_at")
        if expires < now + HALF_AN_HOUR:
            raise StripeRefusal(
                "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
                param="expires_at",
            )
        if expires >= now + A_DAY:
            raise StripeRefusal(
                "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
                param="expires_at",
            )
        return expires

    def session(self, session_id: str) -> dict[str, Any]:
        row = find(self.sessions, session_id, "checkout.session")
        if row["status"] == "open" and self.now() >= row["expires_at"]:
            self._expire(row)
        return {key: value for key, value in row.items() if not key.startswith("_")}

    def expire_session(self, session_id: str) -> dict[str, Any]:
        row = self.session(session_id)
        if row["status"] != "open":
            raise StripeRefusal(
                f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of {row["status"]}.'
            )
        self._expire(self.sessions[session_id])
        return self.session(session_id)

    def _expire(self, row: dict[str, Any]) -> None:
        row.update(status="expired", url=None)
        self._emit_session("checkout.session.expired", row["id"])

    def advance(self, seconds: int) -> None:
        """Let time pass; sessions past their end expire as they do at Stripe."""
        self.skew_s += seconds
        for session_id in list(self.sessions):
            self.session(session_id)

    def _emit_session(self, kind: str, session_id: str) -> None:
        row = self.sessions[session_id]
        self.emit(kind, {key: value for key, value in row.items() if not key.startswith("_")})

    # What the buyer does on the hosted page

    def pay(self, session_id: str, method: str = "card") -> dict[str, Any]:
        row = self._open(session_id)
        intent = self._intent(row, method)
        self._succeed(intent, row, method)
        row.update(status="complete", payment_status="paid", url=None)
        self._emit_session("checkout.session.completed", session_id)
        return self.session(session_id)

    def pay_later(self, session_id: str, method: str = "alipay") -> dict[str, Any]:
        """The buyer is done, the money is on its way: `completed` with `payment_status` unpaid."""
        row = self._open(session_id)
        intent = self._intent(row, method)
        intent["status"] = "processing"
        self.emit("payment_intent.processing", intent)
        row.update(status="complete", payment_status="unpaid", url=None)
        self._emit_session("checkout.session.completed", session_id)
        return self.session(session_id)

    def settle_later(self, session_id: str, *, arrives: bool) -> dict[str, Any]:
        """The delayed money arrives, or does not."""
        row = self.sessions[session_id]
        intent = self.intents[row["payment_intent"]]
        if arrives:
            self._succeed(intent, row, "alipay")
            row["payment_status"] = "paid"
            self._emit_session("checkout.session.async_payment_succeeded", session_id)
        else:
            intent["status"] = "requires_payment_method"
            self.emit("payment_intent.payment_failed", intent)
            self._emit_session("checkout.session.async_payment_failed", session_id)
        return self.session(session_id)

    def fail(self, session_id: str) -> None:
        """The card was declined; the page stays open."""
        row = self._open(session_id)
        intent = self._intent(row, "card")
        intent["status"] = "requires_payment_method"
        self.emit("payment_intent.payment_failed", intent)

    def _open(self, session_id: str) -> dict[str, Any]:
        if self.session(session_id)["status"] != "open":
            raise StripeRefusal("This session is no longer open.")
        return self.sessions[session_id]

    def _intent(self, row: dict[str, Any], method: str) -> dict[str, Any]:
        if row["payment_intent"] is None:
            intent_id = f"pi_{secrets.token_hex(12)}"
            self.intents[intent_id] = {
                "id": intent_id,
                "object": "payment_intent",
                "amount": row["amount_total"],
                "amount_received": 0,
                "created": self.now(),
                "currency": row["currency"],
                "latest_charge": None,
                "livemode": False,
                "metadata": row["_intent_metadata"],
                "payment_method_types": [method],
                "status": "requires_payment_method",
            }
            row["payment_intent"] = intent_id
            self.emit("payment_intent.created", self.intents[intent_id])
        return self.intents[row["payment_intent"]]

    def _succeed(self, intent: dict[str, Any], row: dict[str, Any], method: str) -> None:
        charge_id = f"ch_{secrets.token_hex(12)}"
        self.charges[charge_id] = {
            "id": charge_id,
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount"],
            "amount_refunded": 0,
            "captured": True,
            "created": self.now(),
            "currency": intent["currency"],
            "disputed": False,
            "livemode": False,
            "metadata": dict(intent["metadata"]),
            "paid": True,
            "payment_intent": intent["id"],
            "payment_method_details": {"type": method},
            "refunded": False,
            "status": "succeeded",
        }
        intent.update(status="succeeded", amount_received=intent["amount"], latest_charge=charge_id)
        self.emit("charge.succeeded", self.charges[charge_id])
        self.emit("payment_intent.succeeded", intent)
        row["customer_details"] = {"email": row["customer_email"], "name": None}
