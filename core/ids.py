"""Identifiers that outsiders see: unguessable, or meant to be read aloud; never a sequence number."""

import secrets

# Crockford's base 32: no I, L, O, U, so that a number read over the telephone survives.
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_id(length: int = 16) -> str:
    """`length` random lower-case Crockford characters, 5 bits each."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length)).lower()


def readable_number(prefix: str, year: int, length: int = 7) -> str:
    """A number to be read aloud, as `GY-2026-7K3F9QA`; 35 random bits at the default length."""
    return f"{prefix}-{year}-{random_id(length).upper()}"


def access_token() -> str:
    """A bearer secret for a link: 160 random bits."""
    return random_id(32)
