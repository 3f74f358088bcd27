"""A question that a person answers at once and a simple program does not; no third party, no script, no picture.

The word in the form holds the answer as a keyed digest, the cookie afterwards only the network's digest and
how far the network had come. A program written for this page can add too: the question makes mass guessing
slow, the length of the codes makes it hopeless.
"""

import hmac
import secrets
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.keyed_digests import key_for, keyed

ASKED_FOR_S = 600
PASS_FOR_S = 1_800
COOKIE = "answered"


@dataclass(frozen=True)
class Question:
    """Two numbers to add, the signed word that knows the answer, and the code that was asked for."""

    first: int
    second: int
    word: str


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=purpose)


def _digest(nonce: str, answer: int) -> str:
    return keyed(key_for("answer to a question v1"), f"{nonce} {answer}").hex()


def ask(code: str, network: bytes, texts: int) -> Question:
    """A fresh question for whoever wanted `code`."""
    first, second, nonce = 10 + secrets.randbelow(40), 1 + secrets.randbelow(9), secrets.token_hex(8)
    body = [code, network.hex(), texts, nonce, _digest(nonce, first + second)]
    return Question(first, second, str(_signer("question").dumps(body)))


def answer(word: str, typed: str) -> tuple[str, str] | None:
    """The code that was asked for and the cookie that lets the network on; None for a wrong or late answer.

    Raises:
        ValueError: the word is not ours, or older than ten minutes.
    """
    try:
        code, network, texts, nonce, wanted = _signer("question").loads(word, max_age=ASKED_FOR_S)
    except BadSignature:
        raise ValueError(word) from None
    digits = typed.strip()
    if (
        not digits.isdecimal()
        or len(digits) > 4
        or not hmac.compare_digest(_digest(nonce, int(digits)), wanted)
    ):
        return None
    return code, str(_signer("answered").dumps([network, texts]))


def answered_at(cookie: str | None, network: bytes) -> int | None:
    """How far this network had come when somebody answered, within the last half hour; None if nobody did."""
    if not cookie:
        return None
    try:
        network_hex, texts = _signer("answered").loads(cookie, max_age=PASS_FOR_S)
    except (BadSignature, ValueError):
        return None
    return int(texts) if network_hex == network.hex() else None
