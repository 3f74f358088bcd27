"""Who witnesses the log: addresses as WITNESS_URLS gives them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from core.seal.note import COSIGNATURE, BadNote, Verifier


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """Where a witness takes checkpoints, and its key when it was given."""

    url: str
    key: Verifier | None

    @classmethod
    def parse(cls, text: str) -> WitnessAddress:
        """Read `https://witness.example/w1#<its verifier key>`; without a key, it is asked once and kept.

        Raises:
            BadNote: not an address, or not the key of a witness.
        """
        url, _, vkey = text.partition("#")
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise BadNote(f"{url!r} is not an address that starts with http:// or https://")
        key = Verifier.parse(vkey) if vkey else None
        if key is not None and key.kind != COSIGNATURE:
            raise BadNote(f"the key of {url} is not that of a witness (type 0x04)")
        return cls(url.rstrip("/"), key)
