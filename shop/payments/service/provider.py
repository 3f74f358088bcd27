"""What a payment provider is asked and what it answers; `gateway` speaks to Stripe when it is configured.

Stripe's client is loaded then only: most towns start with bank transfers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from core.errors import Unavailable
from core.settings import SettingError, Settings
from shop.payments.rules.provider_news import SessionNews, heard_of

if TYPE_CHECKING:
    from shop.payments.service.stripe_gateway import Gateway


class ProviderAway(Unavailable):
    """Stripe did not answer; the same call may be repeated."""

    code = "payment_provider_away"

    def __init__(self) -> None:
        super().__init__(
            _l("The payment service does not answer. Nothing was charged; please try again soon.")
        )


class ProviderRefused(Exception):  # noqa: N818 - read as a sentence
    """Stripe understood and said no; repeating the same call would not help."""

    def __init__(self, message: str, *, param: str | None, code: str | None) -> None:
        super().__init__(message)
        self.param = param
        self.code = code


class BadSignature(Exception):  # noqa: N818 - read as a sentence
    """What was posted does not come from Stripe."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the hosted page: one grower's consignment, freight and discount included."""

    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """What a session is made from; the same order gives the same request, to the byte."""

    idempotency_key: str
    payment_ref: str
    order_number: str
    currency: str
    items: tuple[Item, ...]
    expires_at: datetime
    success_url: str
    cancel_url: str
    locale: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """`url` is None once the session is no longer open."""

    news: SessionNews
    url: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefundNews:
    """One refund as the provider has it; `refund_number` is ours when we asked for it."""

    provider_id: str
    provider_payment_id: str | None
    amount_minor: int
    status: str
    refund_number: str | None
    currency: str | None = None


def init_app(app: Flask, settings: Settings) -> None:
    """Open the way to Stripe when its key is given, and ask whether the key is good.

    Raises:
        SettingError: naming the setting of Stripe's that is missing, malformed or refused.
    """
    app.extensions["stripe"] = None
    if settings.stripe_secret_key is None:
        for name in ("stripe_webhook_secret", "stripe_api_base"):
            if getattr(settings, name):
                raise SettingError("STRIPE_SECRET_KEY", f"{name.upper()} is set and this is not")
        return
    from shop.payments.service.stripe_gateway import Gateway

    key = settings.stripe_secret_key.get_secret_value()
    if not key.startswith(("sk_", "rk_")):
        raise SettingError("STRIPE_SECRET_KEY", "a secret key of Stripe starts with sk_ or rk_")
    if settings.stripe_webhook_secret is None:
        raise SettingError(
            "STRIPE_WEBHOOK_SECRET", "it is missing, so Stripe's messages could not be believed"
        )
    secret = settings.stripe_webhook_secret.get_secret_value()
    if not secret.strip():
        raise SettingError("STRIPE_WEBHOOK_SECRET", "it is empty")
    gateway = Gateway(key, secret, api_base=settings.stripe_api_base)
    gateway.check(own_base=bool(settings.stripe_api_base))
    app.extensions["stripe"] = gateway


def gateway() -> Gateway:
    """Stripe, when it is configured.

    Raises:
        Unavailable: it is not.
    """
    found: Gateway | None = current_app.extensions["stripe"]
    if found is None:
        raise Unavailable(_l("Payment by Stripe is not set up here."), code="stripe_not_set_up")
    return found


def configured() -> bool:
    return current_app.extensions["stripe"] is not None


def session_of(subject: dict[str, Any], *, failed: bool = False) -> Session:
    """Read a Checkout session, from an answer or from an event."""
    metadata = subject.get("metadata") or {}
    return Session(
        news=SessionNews(
            session_id=subject["id"],
            heard=heard_of(subject.get("status"), subject.get("payment_status"), failed=failed),
            amount_minor=subject.get("amount_total"),
            currency=subject.get("currency"),
            payment_ref=metadata.get("payment"),
            order_number=subject.get("client_reference_id"),
            provider_payment_id=_id_of(subject.get("payment_intent")),
        ),
        url=subject.get("url"),
        expires_at=datetime.fromtimestamp(subject.get("expires_at") or 0, UTC),
    )


def refund_of(subject: dict[str, Any]) -> RefundNews:
    """Read a refund, from an answer or from an event."""
    return RefundNews(
        provider_id=subject["id"],
        provider_payment_id=_id_of(subject.get("payment_intent")),
        amount_minor=subject["amount"],
        status=subject.get("status") or "pending",
        refund_number=(subject.get("metadata") or {}).get("refund"),
        currency=currency_of(subject),
    )


def currency_of(subject: Mapping[str, Any]) -> str | None:
    """The ISO code in capitals, where it is said."""
    return (subject.get("currency") or "").upper() or None


def _id_of(value: object) -> str | None:
    """Stripe names a related object by its id, or unfolds it when asked to."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None
