"""Links that speak of a code without holding it: signed, and no secret inside."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from core.keyed_digests import key_for

MAC_BYTES = 16


@dataclass(frozen=True)
class AboutCode:
    """The code that a report is about: its keyed digest, the verdict shown, its last four characters."""

    digest: bytes
    verdict: str
    masked: str


def about_token(about: AboutCode) -> str:
    """A word for the address of the report form."""
    payload = f"{about.digest.hex()}~{about.verdict}~{about.masked}".encode()
    return f"{_text(payload)}.{_seal(payload)}"


def read_about(token: str | None) -> AboutCode | None:
    """What `about_token` put in; None for anything else."""
    word, _dot, seal = (token or "").partition(".")
    try:
        payload = urlsafe_b64decode(word + "=" * (-len(word) % 4))
        if not hmac.compare_digest(_seal(payload), seal):
            return None
        digest, verdict, shown = payload.decode().split("~", 2)
    except ValueError:
        return None
    return AboutCode(bytes.fromhex(digest), verdict, shown)


def _seal(payload: bytes) -> str:
    return _text(hmac.digest(key_for("about a code v1"), payload, "sha256")[:MAC_BYTES])


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
