"""Why a payment wants a person's eye: kept as a word and a detail, said in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.payments.rules.standings import Standing


def money_words(standing: str) -> str:
    """Where money is of which more is known than that it is awaited; empty for everything else."""
    words: dict[str, str] = {
        Standing.IN_DOUBT: _("Payment being looked at"),
        Standing.UNDER_WAY: _("Payment on its way"),
    }
    return words.get(standing, "")


def attention_words(attention: str) -> str:
    """The sentence behind `attention`."""
    code, _colon, detail = attention.partition(":")
    if code == "disagrees":
        names = {
            "amount": _("amount"),
            "currency": _("currency"),
            "order": _("order number"),
            "payment": _("our reference"),
        }
        wrong = ", ".join(names.get(field, field) for field in detail.split(","))
        return _("What arrived does not agree with the order: %(wrong)s. It was not booked.", wrong=wrong)
    if code == "foreign_refund":
        return _(
            "The payment service gave back in another currency, which is in no sum: %(what)s", what=detail
        )
    if code == "foreign_dispute":
        return _("A dispute in another currency, which is in no sum: %(what)s", what=detail)
    if code == "named_twice":
        return _("The payment service named two payments alike: %(id)s", id=detail)
    if code == "disputed":
        return _("The buyer's bank took the money back. Answer at the payment service: %(id)s", id=detail)
    if code == "bank_asks":
        return _("The buyer's bank asks about this payment: %(id)s", id=detail)
    if code == "second_dispute":
        return _("A second dispute about the same payment: %(id)s", id=detail)
    if code == "refund_failed":
        return _("Refund %(number)s did not go through: pay it back by hand.", number=detail)
    if code == "session_refused":
        return _("The payment service did not take this order: %(reason)s", reason=detail)
    return attention
