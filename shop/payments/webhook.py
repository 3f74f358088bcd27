"""Stripe's events: proven, stored once by id in the transaction of their effect, and answered 200."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

import structlog
from flask import Blueprint, request

from core import strict_json
from core.application import csrf
from core.clock import now
from core.database import transaction
from core.gate import public
from core.scopes import Scope, note_checked
from core.sweeps import note_failure
from core.web.views.bounds import MB, takes
from core.work_claims import Retry
from shop.payments.queries import lookups
from shop.payments.rules.provider_answers import currency_of, id_of, refund_of, session_of
from shop.payments.schemas import (
    ChargeSaid,
    DisputeSaid,
    EventSaid,
    Malformed,
    RefundSaid,
    SessionSaid,
    StripeModel,
    checked,
    recorded_fields,
)
from shop.payments.service import attempts, settling, stripe_events
from shop.payments.service.provider import gateway
from shop.payments.service.provider_errors import BadSignature
from shop.payments.tasks.fault_points import fault_point

log = structlog.get_logger(__name__)
EVENT = "shop.payments.event"
blueprint = Blueprint("payments_webhook", __name__)
# What is kept of an event: enough to see what it said, nothing about a person.
KEPT = frozenset(
    {"id", "object", "amount", "amount_total", "amount_refunded", "currency", "status", "payment_status",
     "client_reference_id", "metadata", "payment_intent", "charge", "reason", "expires_at"}
)  # fmt: skip


@blueprint.post("/payments/stripe/webhook")
@public(scope=Scope.SIGNATURE)
@takes(MB)
@csrf.exempt
def stripe_webhook() -> tuple[dict[str, str], int]:
    """Take one event; anything but 2xx makes Stripe send it again later."""
    try:
        gateway().require_signature(request.get_data(), request.headers.get("Stripe-Signature"))
        event = _event_in(request.get_data())
    except BadSignature:
        log.warning("stripe_bad_signature")
        return {"error": "bad_signature"}, 400
    except Malformed as fault:
        note_checked(Scope.SIGNATURE)
        return _keep_malformed(fault), 200
    note_checked(Scope.SIGNATURE)
    fault_point("webhook.verified")
    try:
        with transaction():
            result = hear_event(event, at=now())
            fault_point("webhook.written")
    except Malformed as fault:
        return _keep_malformed(fault), 200
    fault_point("webhook.committed")
    return {"result": result}, 200


def _event_in(body: bytes) -> dict[str, Any]:
    """The event in a body whose signature is proven.

    Raises:
        Malformed: it comes from Stripe and is no event that we can read.
    """
    try:
        event = strict_json.read(body, most_values=strict_json.MOST_VALUES, exact=False)
    except ValueError as error:
        raise Malformed(f"no JSON: {type(error).__name__}") from None
    checked(EventSaid, event)
    typed_event: dict[str, Any] = event
    return typed_event


def _keep_malformed(fault: Malformed) -> dict[str, str]:
    """Keep what bears Stripe's signature and cannot be read, and have an operator look.

    It is answered as taken: Stripe would only send the same again.
    """
    body = request.get_data()
    event_id = f"malformed-{sha256(body).hexdigest()[:40]}"
    log.warning("stripe_malformed_event", event_id=event_id, fault=str(fault))
    with transaction():
        moment = now()
        stripe_events.store(
            id=event_id,
            kind="malformed",
            created_at=moment,
            received_at=moment,
            result="malformed",
            subject={"fault": str(fault), "bytes": len(body)},
        )
    note_failure(EVENT, event_id, fault, retry=Retry(attempts=1))
    return {"result": "malformed"}


def hear_event(event: dict[str, Any], *, at: datetime) -> str:
    """Store an event and do what it says, in the caller's transaction; one seen before does nothing.

    Raises:
        Malformed: what it is about cannot be read; nothing of it is stored then.
    """
    subject, effect = event["data"]["object"], EFFECTS.get(event["type"])
    if effect is not None:
        checked(effect.said, subject)
    is_new = stripe_events.store(
        id=event["id"],
        kind=event["type"],
        created_at=datetime.fromtimestamp(event.get("created") or 0, UTC),
        received_at=at,
        result="new",
        subject=recorded_fields(subject, KEPT),
    )
    if not is_new:
        return "seen_before"
    payment_id, result = None, "unknown_kind"
    if event.get("livemode", False) and not gateway().live:
        result = "other_mode"
    elif effect is not None:
        payment_id = effect.payment_of(subject)
        result = "not_ours" if payment_id is None else effect.hear(payment_id, subject, at)
    stripe_events.note_effect(event["id"], payment_id, result)
    return result


def _payment_of_session(subject: dict[str, Any]) -> int | None:
    return lookups.find_payment(session_of(subject).news)


def _payment_of(subject: dict[str, Any]) -> int | None:
    """The payment behind a charge, a refund or a dispute."""
    name = (subject.get("metadata") or {}).get("payment")
    return lookups.payment_named_by_provider(id_of(subject.get("payment_intent")), name)


def _hear_session(payment_id: int, subject: dict[str, Any], at: datetime, *, failed: bool = False) -> str:
    return attempts.hear_session(payment_id, session_of(subject, failed=failed).news, at=at)


def _hear_charge(payment_id: int, subject: dict[str, Any], at: datetime) -> str:
    refunded_minor = subject.get("amount_refunded") or 0
    result = settling.hear_charge(
        payment_id, refunded_minor=refunded_minor, currency=currency_of(subject), at=at
    )
    for refund in (subject.get("refunds") or {}).get("data", []):
        result = settling.hear_refund(payment_id, refund_of(refund), at=at)
    return result


def _hear_refund(payment_id: int, subject: dict[str, Any], at: datetime) -> str:
    return settling.hear_refund(payment_id, refund_of(subject), at=at)


def _hear_dispute(payment_id: int, subject: dict[str, Any], at: datetime) -> str:
    return settling.hear_dispute(
        payment_id,
        dispute_id=subject["id"],
        status=subject.get("status") or "needs_response",
        amount_minor=subject.get("amount") or 0,
        currency=currency_of(subject),
        at=at,
    )


class Effect(NamedTuple):
    """What events of a kind say, which payment they are about, and what follows: from its id, the subject and now."""

    said: type[StripeModel]
    payment_of: Callable[[dict[str, Any]], int | None]
    hear: Callable[[int, dict[str, Any], datetime], str]


_SESSION = Effect(SessionSaid, _payment_of_session, _hear_session)
_REFUND = Effect(RefundSaid, _payment_of, _hear_refund)
_DISPUTE = Effect(DisputeSaid, _payment_of, _hear_dispute)
EFFECTS = {
    "checkout.session.completed": _SESSION,
    "checkout.session.async_payment_succeeded": _SESSION,
    "checkout.session.async_payment_failed": _SESSION._replace(hear=partial(_hear_session, failed=True)),
    "checkout.session.expired": _SESSION,
    "charge.refunded": Effect(ChargeSaid, _payment_of, _hear_charge),
    "charge.refund.updated": _REFUND,
    "refund.created": _REFUND,
    "refund.updated": _REFUND,
    "refund.failed": _REFUND,
    "charge.dispute.created": _DISPUTE,
    "charge.dispute.updated": _DISPUTE,
    "charge.dispute.closed": _DISPUTE,
    "charge.dispute.funds_withdrawn": _DISPUTE,
    "charge.dispute.funds_reinstated": _DISPUTE,
}
