"""Stripe, spoken to with its own client: Checkout sessions, refunds, signatures. Network only, no database.

Every call that changes something carries an idempotency key made from our own row, so asking again after a
crash gets the first answer.
"""

from __future__ import annotations

from typing import Any

import stripe
import structlog

from core.languages import language_of
from core.settings import SettingError
from shop.payments.rules.provider_answers import RefundNews, Session, SessionOrder, refund_of, session_of
from shop.payments.service.provider_errors import BadSignature, ProviderAway, ProviderRefused

log = structlog.get_logger(__name__)
METHODS = ["card", "alipay", "wechat_pay"]
SIGNATURE_TOLERANCE_S = 300


class Gateway:
    """One account at Stripe; `live` when its key moves real money."""

    def __init__(self, key: str, webhook_secret: str, *, api_base: str = "", timeout_s: float = 15) -> None:
        self._secret = webhook_secret
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": api_base} if api_base else None,
            max_network_retries=2,
            http_client=stripe.RequestsClient(timeout=timeout_s),
        )
        self.live = "_live_" in key

    def check(self, *, own_base: bool) -> None:
        """Ask Stripe whether the key is good.

        Raises:
            SettingError: the key is refused, or nobody answers at STRIPE_API_BASE.
        """
        try:
            self._client.v1.balance.retrieve()
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            # A restricted key may lack this one permission and still serve.
            if isinstance(error, stripe.AuthenticationError):
                raise SettingError("STRIPE_SECRET_KEY", "Stripe refuses it") from None
        except stripe.APIConnectionError:
            if own_base:
                raise SettingError("STRIPE_API_BASE", "nobody answers there") from None
            log.warning("stripe_away_at_start")
        except stripe.StripeError as error:
            log.warning("stripe_check_failed", error=type(error).__name__)

    def create_session(self, order: SessionOrder) -> Session:
        """Make a Checkout session, or get the one already made under the same key.

        Raises:
            ProviderAway: ask again with the same order.
            ProviderRefused: the order cannot be paid this way as it is.
        """
        metadata = {"payment": order.payment_ref, "order": order.order_number}
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": order.order_number,
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata, "description": order.order_number},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": order.currency.lower(),
                        "unit_amount": item.amount_minor,
                        "product_data": {"name": item.name},
                    },
                }
                for item in order.items
            ],
            "allowed_payment_method_types": METHODS,
            "payment_method_options": {"wechat_pay": {"client": "web"}},
            "expires_at": int(order.expires_at.timestamp()),
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "locale": language_of(order.locale).tag.split("-")[0],
        }
        if order.email:
            params["customer_email"] = order.email
        made = _call(
            self._client.v1.checkout.sessions.create, params, {"idempotency_key": order.idempotency_key}
        )
        return session_of(made)

    def get_session(self, session_id: str) -> Session:
        """A session as it stands now."""
        return session_of(_call(self._client.v1.checkout.sessions.retrieve, session_id))

    def expire_session(self, session_id: str) -> Session:
        """End a session before its time; a session that is over already is read instead."""
        try:
            return session_of(_call(self._client.v1.checkout.sessions.expire, session_id))
        except ProviderRefused:
            return self.get_session(session_id)

    def create_refund(
        self, *, provider_payment_id: str, amount_minor: int, refund_number: str, idempotency_key: str
    ) -> RefundNews:
        """Give money back, or get the answer already given under the same key.

        Raises:
            ProviderAway: ask again.
            ProviderRefused: this amount cannot be given back this way.
        """
        params = {
            "payment_intent": provider_payment_id,
            "amount": amount_minor,
            "reason": "requested_by_customer",
            "metadata": {"refund": refund_number},
        }
        return refund_of(_call(self._client.v1.refunds.create, params, {"idempotency_key": idempotency_key}))

    def list_refunds(self, provider_payment_id: str) -> list[RefundNews]:
        """The refunds of a payment, a hundred at most, the latest first."""
        page = _call(self._client.v1.refunds.list, {"payment_intent": provider_payment_id, "limit": 100})
        return [refund_of(refund) for refund in page["data"]]

    def require_signature(self, body: bytes, header: str | None) -> None:
        """Prove the signature of an event over its raw bytes.

        Raises:
            BadSignature: forged, altered, or older than five minutes.
        """
        try:
            stripe.WebhookSignature.verify_header(body, header, self._secret, SIGNATURE_TOLERANCE_S)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise BadSignature(str(error)) from None


def _call(verb: Any, *arguments: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = verb(*arguments).to_dict()
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise ProviderAway from error
    except stripe.InvalidRequestError as error:
        raise ProviderRefused(str(error.user_message or error), param=error.param, code=error.code) from None
    except stripe.IdempotencyError as error:
        raise ProviderRefused(str(error.user_message or error), param=None, code="idempotency") from None
    except stripe.StripeError as error:
        log.warning("stripe_error", error=type(error).__name__, status=error.http_status)
        raise ProviderAway from error
    return answer
