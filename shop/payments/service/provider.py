"""What a payment provider is asked and what it answers; `gateway` speaks to Stripe when it is configured.

Stripe's client is loaded then only: most towns start with bank transfers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from core.errors import Unavailable
from core.settings import SettingError, Settings

if TYPE_CHECKING:
    from shop.payments.service.stripe_gateway import Gateway


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
    stripe: Gateway | None = current_app.extensions["stripe"]
    if stripe is None:
        raise Unavailable(_l("Payment by Stripe is not set up here."), code="stripe_not_set_up")
    return stripe


def configured() -> bool:
    """Whether Stripe is set up."""
    return current_app.extensions["stripe"] is not None
