"""How a call to the payment provider fails."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.errors import Unavailable


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
