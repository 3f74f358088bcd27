"""Keyed digests: keys come from the application's secret by HKDF (RFC 5869), one for each purpose."""

import hmac
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.settings import current_settings


@lru_cache(maxsize=8)
def derived_key(secret: str, purpose: str) -> bytes:
    """32 bytes for one `purpose`; the same secret and purpose give the same key."""
    return HKDF(algorithm=SHA256(), length=32, salt=b"guiyuan traceability", info=purpose.encode()).derive(
        secret.encode()
    )


def key_for(purpose: str) -> bytes:
    """The application's key for one `purpose`; ask once, then use `keyed` for many messages."""
    return derived_key(current_settings().secret, purpose)


def keyed(key: bytes, message: str) -> bytes:
    """HMAC-SHA256."""
    return hmac.digest(key, message.encode(), "sha256")
