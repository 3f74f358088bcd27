"""Keyed digests of where an order goes and whence it comes: enough to count by, nothing to read back."""

from __future__ import annotations

import hmac

from core.networks import customer_of, parsed_address
from core.settings import current_settings
from shop.orders.rules.unpaid_limits import plain_street


def address_key(district_code: str, street: str) -> str:
    """One key for one door, however its street was typed."""
    return _keyed("address", f"{district_code}\n{plain_street(street)}")


def network_key(address: str | None) -> str | None:
    """The key of a visitor's IPv4 address or IPv6 /64; None where it names no single visitor, as behind a proxy."""
    parsed = parsed_address(address or "")
    if parsed is None or not parsed.is_global:
        return None
    return _keyed("network", customer_of(str(parsed)))


def _keyed(purpose: str, message: str) -> str:
    return hmac.digest(
        current_settings().secret.encode(), f"order {purpose} v1\n{message}".encode(), "sha256"
    ).hex()[:32]
