"""Keyed digests: the database knows a code only by these (and a visitor: `lookups.visitors`).

The keys come from the application's secret by HKDF (RFC 5869) with a purpose of their own, so that a
stolen database neither yields codes nor lets anyone test guesses, and the kinds cannot be compared.
Changing the application's secret therefore makes every printed code unknown: docs/operations.md says so.
"""

import hmac
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from core.settings import Settings


@lru_cache(maxsize=8)
def derived_key(secret: str, purpose: str) -> bytes:
    """32 bytes for one `purpose`; the same secret and purpose give the same key."""
    return HKDF(algorithm=SHA256(), length=32, salt=b"guiyuan traceability", info=purpose.encode()).derive(
        secret.encode()
    )


def _keyed(purpose: str, message: str) -> bytes:
    settings: Settings = current_app.config["SETTINGS"]
    return hmac.new(derived_key(settings.secret, purpose), message.encode(), sha256).digest()


def code_digest(code: str) -> bytes:
    """The 32 bytes under which `code` (canonical, or whatever was typed) is stored and looked up."""
    return _keyed("trace code v1", code)
