"""Is a kept checkpoint of this log? What somebody kept is held against what the log shows now, here or at an address.

Whoever has the key and the database can write the log anew, so that all that lies here agrees with itself. What
somebody else kept of the former log does not: its root is not that of the first entries of the new one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from core.seal.models.log import Log
from core.seal.rules import merkle
from core.seal.rules.merkle import ProofFails
from core.seal.rules.note import BadNote, Checkpoint, Note, Verifier, open_checkpoint
from core.seal.rules.proof_check import proofs_in
from core.seal.rules.proof_files import PROOF_HEADER, ProofFile
from core.seal.rules.tiles import Tile, TileDamaged, TreeReader, truncate_to_tile

PATIENCE_S = 10
LONGEST_ANSWER = 256 * 1024
# Origin, size and root, what else it says, and its signatures: as it stands in a message among other words.
CHECKPOINT = re.compile(r"^[^\n]+\n\d+\n[A-Za-z0-9+/]{43}=\n(?:[^\n]+\n)*\n(?:— [^\n]+\n)+", re.MULTILINE)


class ComparisonOutcome(StrEnum):
    """What comes out of a comparison."""

    SAME = "same"
    REWRITTEN = "rewritten"
    OTHER_LOG = "other_log"
    NOT_SIGNED = "not_signed"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The kept head, if it could be read as one of the log's, and the present one."""

    answer: ComparisonOutcome
    kept: Checkpoint
    present: Checkpoint


class LogAway(RuntimeError):  # noqa: N818 - says what it is
    """The log at an address cannot be asked, or shows something that is none; the text says what."""


@dataclass(frozen=True, slots=True)
class ShownLog:
    """A log as it shows itself: its signed head, and its tiles."""

    head: Checkpoint
    load: Callable[[Tile], bytes]


def checkpoint_in(data: bytes) -> str:
    """The checkpoint that was kept: `data` itself, or the one in a message that told it, in a proof file, or in a PDF with proofs.

    Raises:
        BadNote: there is none.
    """
    if data.startswith((PROOF_HEADER.encode(), b"%PDF-")):
        return ProofFile.parse(proofs_in(data)[0]).checkpoint
    try:
        text = data.decode().replace("\r\n", "\n").strip("\n") + "\n"
    except UnicodeDecodeError:
        raise BadNote("this is neither a checkpoint nor a proof") from None
    match = CHECKPOINT.search(text)
    return match.group() if match else text


def shown_here(log: Log) -> ShownLog:
    """What this installation shows.

    Raises:
        LogAway: nothing was signed yet, or the checkpoint is not ours.
    """
    note = log.store.checkpoint()
    if note is None:
        raise LogAway("Nothing has been signed here yet.")
    try:
        return ShownLog(open_checkpoint(note, log.verifier), log.store.load)
    except BadNote as error:
        raise LogAway(f"The present checkpoint does not hold: {error}.") from None


def shown_at(address: str, key: Verifier) -> ShownLog:
    """What the log at an address shows, asked now.

    Args:
        address: as `https://guiyuan.example/log`, below which `checkpoint` and `tile/` stand.
        key: the log's key, by which its head has to be signed.

    Raises:
        LogAway: it cannot be reached, or its head is not signed by this key.
    """
    if urlsplit(address).scheme not in {"http", "https"}:
        raise LogAway(f"{address!r} is not an address that starts with http:// or https://.")
    base = address.rstrip("/")
    try:
        head = open_checkpoint(_fetch(f"{base}/checkpoint").decode(), key)
    except (BadNote, UnicodeDecodeError) as error:
        raise LogAway(f"What {base} shows does not hold: {error}.") from None
    return ShownLog(head, lambda tile: _tile(base, tile))


def _tile(base: str, tile: Tile) -> bytes:
    """A tile over HTTP; where a partial one is gone, the full one that has replaced it is cut."""
    try:
        return _fetch(f"{base}/{tile.path}")
    except LogAway:
        if tile.path == tile.full.path:
            raise
        return truncate_to_tile(tile, _fetch(f"{base}/{tile.full.path}"))


def _fetch(url: str) -> bytes:
    try:
        with urlopen(Request(url), timeout=PATIENCE_S) as answer:  # noqa: S310 - the caller looked at the scheme
            body: bytes = answer.read(LONGEST_ANSWER)
            return body
    except HTTPError as error:
        with error:
            raise LogAway(f"{url} answers {error.code}.") from None
    except (OSError, HTTPException, ValueError) as error:
        raise LogAway(f"{url} could not be reached: {error}") from None


def compare(checkpoint: str, key: Verifier, shown: ShownLog) -> Comparison:
    """Hold a kept checkpoint against what a log shows.

    Args:
        kept: the note, as it was signed.
        key: the log's key.
        shown: the present log.

    Raises:
        BadNote: the kept text is no checkpoint.
        LogAway: a tile of the present log is missing or damaged.
    """
    note = Note.parse(checkpoint)
    head = Checkpoint.parse(note.text)
    return Comparison(_outcome_of(note, head, key, shown), head, shown.head)


def _outcome_of(note: Note, head: Checkpoint, key: Verifier, shown: ShownLog) -> ComparisonOutcome:
    if head.origin != key.name:
        return ComparisonOutcome.OTHER_LOG
    try:
        if not note.signed_by([key]):
            return ComparisonOutcome.NOT_SIGNED
    except BadNote:
        return ComparisonOutcome.NOT_SIGNED
    if head.size > shown.head.size:
        return ComparisonOutcome.NEWER
    try:
        proof = merkle.consistency_proof(
            head.size, shown.head.size, TreeReader(shown.head.size, shown.load).read
        )
        merkle.verify_consistency(head.size, shown.head.size, proof, head.root, shown.head.root)
    except TileDamaged as error:
        raise LogAway(f"The present log cannot prove how it grew: {error}.") from None
    except ProofFails:
        return ComparisonOutcome.REWRITTEN
    return ComparisonOutcome.SAME
