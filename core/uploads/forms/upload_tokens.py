"""Uploads that outlive a form shown again: their keys travel in a hidden field, signed."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"kept uploads: {purpose}")


def kept_token(keys: list[str], *, purpose: str) -> str:
    """A word for a hidden field; another purpose does not accept it."""
    word = _signer(purpose).dumps(keys)
    return word if isinstance(word, str) else word.decode()


def read_kept(token: str | None, *, purpose: str) -> list[str]:
    """The keys that `kept_token` put in; nothing for anything else."""
    try:
        return [str(key) for key in _signer(purpose).loads(token or "")]
    except (BadSignature, ValueError):
        return []
