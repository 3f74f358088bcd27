"""Keyed digests of where an order goes and whence it comes: enough to count by, nothing to read back."""

from __future__ import annotations

import hmac
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app

from shop.orders.hold_limits import plain_street


def address_key(district_code: str, street: str) -> str:
    """One key for one door, however its street was typed."""
    return _keyed("address", f"{district_code}\n{plain_street(street)}")


def network_key(address: str | None) -> str | None:
    """The key of a visitor's IPv4 address or IPv6 /64; None where it names no single visitor, as behind a proxy."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if not parsed.is_global:
        return None
    return _keyed("network", str(ip_network((parsed, 32 if parsed.version == 4 else 64), strict=False)))


def _keyed(purpose: str, message: str) -> str:
    secret: str = current_app.config["SETTINGS"].secret
    return hmac.digest(secret.encode(), f"order {purpose} v1\n{message}".encode(), "sha256").hex()[:32]
