"""Tokens are kept and found by keyed digests."""

from core.keyed_digests import derived_key, keyed
from core.settings import current_settings


def digest(secret: str) -> str:
    """The keyed digest under which a token is kept and found; a stolen database yields no token."""
    key = derived_key(current_settings().secret, "api token v1", salt=b"guiyuan accounts")
    return keyed(key, secret).hex()
