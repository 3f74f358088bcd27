"""Who witnesses a log: addresses as WITNESS_URLS gives them, each with its key when it was given. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from core.seal.rules.note import COSIGNATURE, BadNote, Verifier


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
        return cls(url.rstrip("/"), witness_key(vkey) if vkey else None)


def witness_key(vkey: str) -> Verifier:
    """The key of a witness.

    Raises:
        BadNote: it is not one of type 0x04.
    """
    key = Verifier.parse(vkey)
    if key.kind != COSIGNATURE:
        raise BadNote(f"{key.name} is not the key of a witness (type 0x04)")
    return key
