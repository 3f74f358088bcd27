"""Proof files and lines of hashes, as C2SP tlog-proof specifies them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.seal.rules.merkle import HASH_BYTES
from core.seal.rules.note import DECIMAL, BadNote, base64_of, bytes_of_base64

PROOF_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A `c2sp.org/tlog-proof@v1`: an entry's place and path, the checkpoint, and what opens the entry."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    @classmethod
    def parse(cls, text: str) -> ProofFile:
        """Read a proof file.

        Raises:
            BadNote: it is not one.
        """
        head, gap, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not gap or lines.pop(0) != PROOF_HEADER or not lines:
            raise BadNote("not a proof of a transparency log")
        extra = b""
        if lines[0].startswith("extra "):
            extra = bytes_of_base64(lines.pop(0).removeprefix("extra "))
        index = lines.pop(0).removeprefix("index ") if lines and lines[0].startswith("index ") else ""
        if not DECIMAL.fullmatch(index):
            raise BadNote("the proof names no entry")
        return cls(int(index), read_hashes(lines), checkpoint, extra)

    def __str__(self) -> str:
        head = [PROOF_HEADER]
        if self.extra:
            head.append(f"extra {base64_of(self.extra)}")
        head += [f"index {self.index}", *write_hashes(self.path)]
        return "\n".join(head) + "\n\n" + self.checkpoint


def read_hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    """Hashes in base64, one a line.

    Raises:
        BadNote: one is not a SHA-256 hash, or there are more than a tree can need.
    """
    hashes = tuple(bytes_of_base64(line) for line in lines)
    if len(hashes) > 63 or any(len(digest) != HASH_BYTES for digest in hashes):
        raise BadNote("the proof holds something that is not a hash")
    return hashes


def write_hashes(hashes: Iterable[bytes]) -> list[str]:
    """Hashes in base64, one a line."""
    return [base64_of(digest) for digest in hashes]
