"""What a payment provider is asked, and what it answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shop.payments.rules.provider_news import SessionNews, heard_of


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
            provider_payment_id=id_of(subject.get("payment_intent")),
        ),
        url=subject.get("url"),
        expires_at=datetime.fromtimestamp(subject.get("expires_at") or 0, UTC),
    )


def refund_of(subject: dict[str, Any]) -> RefundNews:
    """Read a refund, from an answer or from an event."""
    return RefundNews(
        provider_id=subject["id"],
        provider_payment_id=id_of(subject.get("payment_intent")),
        amount_minor=subject["amount"],
        status=subject.get("status") or "pending",
        refund_number=(subject.get("metadata") or {}).get("refund"),
        currency=currency_of(subject),
    )


def currency_of(subject: Mapping[str, Any]) -> str | None:
    """The ISO code in capitals, where it is said."""
    return (subject.get("currency") or "").upper() or None


def id_of(value: object) -> str | None:
    """Stripe names a related object by its id, or unfolds it when asked to."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None
