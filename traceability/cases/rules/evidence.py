"""Evidence of a case as a chain: each piece carries the digest of the one before it (pure).

Whoever changes, removes or reorders a piece afterwards changes every digest that follows, and the last one
is in the sealed verdict.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import rfc8785

from traceability.cases.states import EvidenceKind

BEGINNING = "0" * 64


@dataclass(frozen=True)
class Evidence:
    """One piece to be put on record: plain facts, or a private file with the sha256 of its bytes."""

    kind: EvidenceKind
    body: Mapping[str, Any] = field(default_factory=dict)
    file_key: str | None = None
    file_sha256: str | None = None

    @classmethod
    def of_rule(cls, rule: str, *, version: int, facts: Mapping[str, Any]) -> "Evidence":
        """What an alarm rule saw, with the version of its thresholds."""
        return cls(EvidenceKind.RULE, {"rule": rule, "version": version, "facts": dict(facts)})


@dataclass(frozen=True)
class RecordedEvidence:
    """One piece as it stands in the record."""

    position: int
    kind: EvidenceKind
    body: Mapping[str, Any]
    file_sha256: str | None
    at: datetime
    digest: str


def digest_of(
    case_number: str,
    position: int,
    kind: EvidenceKind | str,
    body: Mapping[str, Any],
    file_sha256: str | None,
    at: datetime,
    before: str,
) -> str:
    """The hex sha256 of the piece's canonical JSON (RFC 8785), which names the digest before it."""
    record: dict[str, Any] = {
        "case": case_number,
        "position": position,
        "kind": str(kind),
        "body": dict(body),
        "file": file_sha256,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "before": before,
    }
    return hashlib.sha256(rfc8785.dumps(record)).hexdigest()


def first_break(case_number: str, pieces: Sequence[RecordedEvidence]) -> int | None:
    """The position of the first piece that does not follow from those before it; None when all do."""
    before = BEGINNING
    for place, piece in enumerate(pieces, start=1):
        expected = digest_of(case_number, place, piece.kind, piece.body, piece.file_sha256, piece.at, before)
        if piece.position != place or piece.digest != expected:
            return place
        before = piece.digest
    return None
