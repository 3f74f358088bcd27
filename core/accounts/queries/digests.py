"""Tokens are kept and found by keyed digests."""

import hmac
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.settings import current_settings


def digest(secret: str) -> str:
    """The keyed digest under which a token is kept and found; a stolen database yields no token."""
    key = _key(current_settings().secret)
    return hmac.new(key, secret.encode(), sha256).hexdigest()


@lru_cache(maxsize=8)
def _key(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"guiyuan accounts", info=b"api token v1").derive(
        secret.encode()
    )
