"""What one entry of the log says. Pure: canonical JSON and salted digests.

An entry is public, so it tells only the kind, the second and two digests. Whoever is shown the salt, the
subject and the body can recompute both digests; nobody else can guess them, however short the body is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.clock import to_utc

SALT_BYTES = 16
LONGEST_ENTRY = 4096
LONGEST_SUBJECT = 200
# RFC 8785 writes numbers as IEEE doubles do: integers are exact up to here.
LARGEST_INTEGER = 2**53 - 1
KIND = re.compile(r"[a-z][a-z_]{0,39}")
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
# Of these every value can stand.
_EXACT = frozenset({str, bool, type(None)})
# The body of the last leaf of a subject whose row was removed on purpose.
REMOVED: Mapping[str, Any] = {"removed": True}
# The kind of the leaf that says which entries a restored database has lost.
ADOPTED = "seal_adopted"


class NotSealable(ValueError):  # noqa: N818 - says what it is
    """A body holds something that canonical JSON cannot hold exactly, or a name is malformed."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens an entry's digests: shown to those who may know, together with the proof."""

    subject: str
    salt: bytes
    body: str


def canonical(value: Any) -> str:
    """RFC 8785 canonical JSON of plain facts.

    Integers, strings, booleans, null, lists, and mappings with ASCII keys; fractions are refused, because
    what is measured in fractions is stored in a smaller unit here.

    Raises:
        NotSealable: naming what cannot stand.
    """
    _check(value, "body")
    return _ENCODER.encode(value)


def _check(value: Any, where: str) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise NotSealable(f"{where}: the integer {value} is too large")
        return
    if isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            _check(inner, f"{where}[{place}]")
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotSealable(f"{where}: the key {key!r} is not an ASCII word")
            kind = type(inner)
            if kind not in _EXACT and not (kind is int and -LARGEST_INTEGER <= inner <= LARGEST_INTEGER):
                _check(inner, f"{where}.{key}")
        return
    raise NotSealable(f"{where}: {type(value).__name__} is not plain JSON")


def moment(at: datetime | None) -> str | None:
    """A time as bodies write it: UTC, with microseconds, because databases keep those."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def entry_time_text(at: datetime) -> str:
    """A time as entries write it: UTC, to the second."""
    return f"{to_utc(at):%Y-%m-%dT%H:%M:%SZ}"


def salted_digest(what: str, salt: bytes, text: str) -> str:
    """SHA-256 in hexadecimal of `what`, salt and text; `what` keeps subjects and bodies apart."""
    return hashlib.sha256(b"guiyuan/seal/v1/" + what.encode() + b"\n" + salt + text.encode()).hexdigest()


def compose(kind: str, at: datetime, opening: Opening) -> bytes:
    """The public entry: canonical JSON of at most 4 kB.

    Raises:
        NotSealable: the kind is malformed.
    """
    if not KIND.fullmatch(kind):
        raise NotSealable(f"{kind!r} is not a kind of entry")
    subject = salted_digest("subject", opening.salt, opening.subject)
    body = salted_digest("body", opening.salt, opening.body)
    # The keys stand in canonical order, and nothing in them needs escaping.
    return f'{{"at":"{entry_time_text(at)}","body":"{body}","kind":"{kind}","subject":"{subject}","v":1}}'.encode()


def read_entry(entry: bytes) -> dict[str, Any]:
    """The members of an entry.

    Raises:
        ValueError: it is not an entry of version 1.
    """
    members = json.loads(entry)
    if not isinstance(members, dict) or members.get("v") != 1:
        raise ValueError("not an entry of version 1")
    return members


def entry_time(entry: bytes) -> datetime:
    """The second that an entry names."""
    return datetime.strptime(read_entry(entry)["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def opening_matches(entry: bytes, opening: Opening) -> bool:
    """Whether subject, salt and body are those that `entry` commits to."""
    members = read_entry(entry)
    return members.get("subject") == salted_digest("subject", opening.salt, opening.subject) and members.get(
        "body"
    ) == salted_digest("body", opening.salt, opening.body)
