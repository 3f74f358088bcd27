"""How a form's one-time key is written, read and when it is too old. Pure."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

# A page may stay open so long before its form has to be sent once more; a used key is remembered for longer.
VALID_FOR = timedelta(days=3)
FORGOTTEN_AFTER = VALID_FOR + timedelta(days=1)
KEY_BYTES = 18


def make_key(secret: str, sender: str, *, at: datetime) -> str:
    """A fresh key for one rendering of a form, `<key>.<seconds, hexadecimal>.<seal>`; it is good for `sender` only."""
    payload = f"{secrets.token_urlsafe(KEY_BYTES)}.{int(at.timestamp()):x}"
    return f"{payload}.{_seal(secret, sender, payload)}"


def read_key(secret: str, sender: str, text: str, *, at: datetime) -> str | None:
    """The key itself; None for one that is too old, somebody else's, or no key at all."""
    payload, _dot, seal = text.rpartition(".")
    if not hmac.compare_digest(seal.encode(), _seal(secret, sender, payload).encode()):
        return None
    key, _dot, made_at = payload.partition(".")
    return key if at.timestamp() - int(made_at, 16) <= VALID_FOR.total_seconds() else None


def _seal(secret: str, sender: str, payload: str) -> str:
    """One step of HMAC-SHA256: a page may hold a hundred forms."""
    return hmac.digest(secret.encode(), f"form key\n{sender}\n{payload}".encode(), "sha256").hex()
