"""Appending to the log: one insert in the caller's transaction; no read, no lock, no commit."""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert

from core.clock import now
from core.database import session
from core.seal.models.leaves import SealLeaf
from core.seal.queries.sources import Body
from core.seal.rules.entries import KIND, LONGEST_SUBJECT, SALT_BYTES, NotSealable, canonical

CHUNK = 2000
CONTROL = re.compile(r"[\x00-\x1f]")


def append(kind: str, subject: str, body: Body) -> None:
    """Seal what `subject` says from now on.

    Args:
        kind: what sort of thing it is, as `licence`; the only thing besides the time that the public log tells.
        subject: the row in our own words, as `licence/018`: a natural key, no personal data.
        body: the facts that must not be bent, as plain JSON: integers, strings, lists, mappings.

    Raises:
        NotSealable: the body is not plain JSON, or a name is malformed.
    """
    append_many(kind, [(subject, body)])


def append_many(kind: str, leaves: Iterable[tuple[str, Body]]) -> None:
    """Seal many subjects of one kind with one insert (per two thousand)."""
    if not KIND.fullmatch(kind):
        raise NotSealable(f"{kind!r} is not a kind of entry")
    at = now()
    given = list(leaves)
    random = secrets.token_bytes(SALT_BYTES * len(given))
    rows = [
        _row(kind, subject, body, at, random[SALT_BYTES * place : SALT_BYTES * (place + 1)])
        for place, (subject, body) in enumerate(given)
    ]
    table = cast("Table", SealLeaf.__table__)
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(table), rows[start : start + CHUNK])


def _row(kind: str, subject: str, body: Body, at: datetime, salt: bytes) -> dict[str, Any]:
    if not subject or len(subject) > LONGEST_SUBJECT or CONTROL.search(subject):
        raise NotSealable(f"{subject!r} cannot name a subject")
    return {
        "kind": kind,
        "at": at,
        "subject": subject,
        "salt": salt,
        "body": canonical(dict(body)),
    }
