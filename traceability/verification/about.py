"""Links that speak of a code without holding it: signed, and no secret inside."""

from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from traceability.codes.rules import masked
from traceability.verification.queries import Check


@dataclass(frozen=True)
class AboutCode:
    """The code that a report is about: its keyed digest, the verdict shown, its last four characters."""

    digest: bytes
    verdict: str
    masked: str


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=purpose)


def about_token(check: Check) -> str:
    """A word for the address of the report form."""
    word = _signer("about a code").dumps([check.digest.hex(), str(check.verdict), masked(check.typed)])
    return word if isinstance(word, str) else word.decode()


def read_about(token: str | None) -> AboutCode | None:
    """What `about_token` put in; None for anything else."""
    try:
        digest, verdict, shown = _signer("about a code").loads(token or "")
    except (BadSignature, ValueError):
        return None
    return AboutCode(bytes.fromhex(digest), verdict, shown)
