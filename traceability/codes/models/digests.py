"""Keyed digests: the database knows a code only by these (and a visitor: `lookups.service.visitors`).

The keys come from the application's secret by HKDF (RFC 5869) with a purpose of their own, so that a
stolen database neither yields codes nor lets anyone test guesses, and the kinds cannot be compared.
Changing the application's secret therefore makes every printed code unknown: docs/operations.md says so.
"""

from core.keyed_digests import key_for, keyed

CODE = "trace code v1"
LEAF_SALT = "leaf salt v1"
INNER = "inner code v1"
SALT_BYTES = 16


def _keyed(purpose: str, message: str) -> bytes:
    return keyed(key_for(purpose), message)


def code_digest(code: str) -> bytes:
    """The 32 bytes under which `code` (canonical, or whatever was typed) is stored and looked up."""
    return _keyed(CODE, code)


def leaf_salt(code: str) -> bytes:
    """The salt of a code's leaf in its batch's tree; shown in the proof of this code only."""
    return _keyed(LEAF_SALT, code)[:SALT_BYTES]


def inner_digest(code: str, inner: str) -> bytes:
    """The 32 bytes under which the inner code of `code` is stored; says nothing of either."""
    return _keyed(INNER, f"{code}\n{inner}")
