"""Keyed digests: keys come from the application's secret by HKDF (RFC 5869), one for each purpose."""

import hmac
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.settings import current_settings


@lru_cache(maxsize=16)
def derived_key(secret: str, purpose: str, *, salt: bytes | None = b"guiyuan traceability") -> bytes:
    """32 bytes for one `purpose`; the same secret, purpose and salt give the same key."""
    return HKDF(SHA256(), length=32, salt=salt, info=purpose.encode()).derive(secret.encode())


def key_for(purpose: str) -> bytes:
    """The application's key for one `purpose`; ask once, then use `keyed` for many messages."""
    return derived_key(current_settings().secret, purpose)


def keyed(key: bytes, message: str) -> bytes:
    """HMAC-SHA256."""
    return hmac.digest(key, message.encode(), "sha256")
