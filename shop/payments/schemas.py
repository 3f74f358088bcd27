"""What an event of the provider says, checked in type and size before anything is done with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

LONGEST_TEXT = 500
# What no database of ours takes in a text: control characters and halves of characters.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
MOST_MINOR = 10**15
LATEST = 2**33


class Malformed(Exception):  # noqa: N818 - read as a sentence
    """An event bears the provider's signature and cannot be read; it is kept, and an operator looks at it."""


def _id_of(value: object) -> object:
    """Stripe names a related object by its id, or unfolds it when asked to."""
    return value.get("id") if isinstance(value, Mapping) else value


def _printable(value: object) -> object:
    if isinstance(value, str) and UNPRINTABLE.search(value):
        raise ValueError("holds characters that are no text")
    return value


Text = Annotated[str, BeforeValidator(_printable), Field(max_length=LONGEST_TEXT)]
Name = Annotated[str, BeforeValidator(_printable), Field(min_length=1, max_length=120)]
Word = Annotated[str, BeforeValidator(_printable), Field(max_length=20)]
Related = Annotated[Name | None, BeforeValidator(_id_of)]
Currency = Annotated[str, Field(pattern=r"^[A-Za-z]{3}$")]
Minor = Annotated[int, Field(ge=0, le=MOST_MINOR)]
Moment = Annotated[int, Field(ge=0, le=LATEST)]
Labels = dict[Name, Text]


class StripeModel(BaseModel):
    """Strict: a number is no text and a text no number; what we do not read may be anything."""

    model_config = ConfigDict(extra="ignore", strict=True)


class _Data(StripeModel):
    object: dict[str, Any]


class EventSaid(StripeModel):
    """An event's envelope (Stripe API, object `event`)."""

    id: Annotated[str, BeforeValidator(_printable), Field(min_length=1, max_length=80)]
    type: Annotated[str, BeforeValidator(_printable), Field(max_length=80)]
    created: Moment = 0
    livemode: bool = False
    data: _Data


class SessionSaid(StripeModel):
    """A Checkout session (Stripe API, object `checkout.session`)."""

    id: Name
    status: Word | None = None
    payment_status: Word | None = None
    amount_total: Minor | None = None
    currency: Currency | None = None
    metadata: Labels | None = None
    client_reference_id: Text | None = None
    payment_intent: Related = None
    url: str | None = None
    expires_at: Moment | None = None


class RefundSaid(StripeModel):
    """A refund (Stripe API, object `refund`)."""

    id: Name
    amount: Annotated[int, Field(gt=0, le=MOST_MINOR)]
    currency: Currency | None = None
    status: Word | None = None
    metadata: Labels | None = None
    payment_intent: Related = None


class _Refunds(StripeModel):
    data: list[RefundSaid] = []


class ChargeSaid(StripeModel):
    """A charge with its refunds (Stripe API, object `charge`)."""

    amount_refunded: Minor | None = None
    currency: Currency | None = None
    metadata: Labels | None = None
    payment_intent: Related = None
    refunds: _Refunds | None = None


class DisputeSaid(StripeModel):
    """A dispute (Stripe API, object `dispute`)."""

    id: Name
    status: Annotated[str, BeforeValidator(_printable), Field(max_length=40)] | None = None
    amount: Minor | None = None
    currency: Currency | None = None
    metadata: Labels | None = None
    payment_intent: Related = None


def checked(kind: type[StripeModel], subject: object) -> None:
    """Refuse a subject of which something that we read is missing, of another type, or beyond bounds.

    Raises:
        Malformed: naming the first field and what is wrong with it.
    """
    try:
        kind.model_validate(subject)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:80]
        raise Malformed(f"{where}: {first['msg']}"[:200]) from None


def recorded_fields(subject: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """What of a subject is kept: short plain values, and labels; nothing that a database could choke on."""
    return {name: _plain(subject[name]) for name in sorted(names & set(subject))}


def _plain(value: object) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= MOST_MINOR:
        return value
    if isinstance(value, Mapping):
        return {str(_plain(str(key))): _plain(str(text)) for key, text in list(value.items())[:50]}
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(value))[:LONGEST_TEXT]
