"""Visitors and their look-ups, without going through the page."""

from datetime import datetime
from hashlib import sha256

from traceability.lookups.service.recording import record
from traceability.lookups.service.visitors import Visitor
from traceability.verification.queries import look_up


def make_visitor(name: str, province: str | None = "浙江省", *, network: str = "") -> Visitor:
    """Somebody with a wireless network and a telephone of their own."""

    def digest(kind: str, text: str, length: int) -> bytes:
        return sha256(f"{kind} {text}".encode()).digest()[:length]

    return Visitor(
        digest("device", name, 16),
        digest("address", name, 8),
        digest("agent", name, 8),
        digest("network", network or name, 8),
        province,
    )


def make_lookup(text: str, visitor: Visitor, at: datetime) -> None:
    """A look-up as the page records it; call inside a transaction."""
    record(look_up(text, visitor=visitor, at=at), visitor=visitor, at=at)
