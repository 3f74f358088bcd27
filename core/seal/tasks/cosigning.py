"""Who witnesses the log: addresses as WITNESS_URLS gives them, and the client that asks for cosignatures.

An edge: it talks to the network between its transactions, never inside one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.request import Request

import structlog

from core.clock import now
from core.database import roll_back_after, session, transaction
from core.database_errors import words_of
from core.http_client import fetch
from core.seal.queries.witnesses import noted_of
from core.seal.rules.merkle import consistency_proof
from core.seal.rules.note import (
    DECIMAL,
    BadNote,
    Checkpoint,
    Note,
    Verifier,
    cosignature_time,
    open_checkpoint,
)
from core.seal.rules.proof_files import write_hashes
from core.seal.rules.tiles import TreeReader
from core.seal.rules.witnesses import WitnessAddress, witness_key
from core.seal.service import witness_notes

if TYPE_CHECKING:
    from core.seal.models.log import Log

log_of_events = structlog.get_logger(__name__)

PATIENCE_S = 10
LONGEST_ANSWER = 64 * 1024
SIZE = "text/x.tlog.size"
# What servers send for a body whose type nobody has named.
NO_TYPE = ("text/plain", "application/octet-stream", "")


class WitnessAway(RuntimeError):  # noqa: N818 - says what it is
    """A witness did not cosign; the text says why."""


class ForkSeen(WitnessAway):
    """A witness says that it has cosigned something else than this log tells now: the gravest that it can say."""


def collect(log: Log) -> int:
    """Ask every witness to cosign the present checkpoint, and publish it with what they gave.

    Returns:
        How many cosigned.
    """
    note = log.store.checkpoint()
    if note is None or not log.witnesses:
        return 0
    head = open_checkpoint(note, log.verifier)
    lines = [line for address in log.witnesses if (line := _line_of(log, head, note, address))]
    if lines:
        _publish(log, note, lines)
    return len(lines)


def _line_of(log: Log, head: Checkpoint, note: str, address: WitnessAddress) -> str | None:
    """What one witness gave, None when it gave nothing; whatever is wrong with it is remembered and stops no other."""
    size, vkey = noted_of(address.url)
    session.rollback()
    try:
        key = address.key or (witness_key(vkey) if vkey else _ask_key(address.url))
        vkey = str(key)
        line = _ask(log, head, note, address.url, key, size)
        at = datetime.fromtimestamp(cosignature_time(line), UTC)
    except ForkSeen as error:
        log_of_events.error("witness_sees_a_fork", witness=address.url, cause=str(error))  # noqa: TRY400
        _remember(address.url, vkey, size, None, str(error), alarm=True)
        return None
    except (WitnessAway, BadNote) as error:
        log_of_events.warning("witness_did_not_cosign", witness=address.url, cause=str(error))
        _remember(address.url, vkey, size, None, str(error))
        return None
    except Exception as error:
        roll_back_after(error)
        log_of_events.exception("witness_answer_unreadable", witness=address.url)
        _remember(address.url, vkey, size, None, words_of(error))
        return None
    _remember(address.url, vkey, head.size, min(at, now()), "")
    return line


def _remember(
    url: str, vkey: str, size: int, at: datetime | None, trouble: str, *, alarm: bool = False
) -> None:
    with transaction():
        witness_notes.remember(url, vkey, size, at, trouble, alarm=alarm)


def _publish(log: Log, note: str, lines: list[str]) -> None:
    """Keep the cosigned checkpoint; it also becomes the published one unless a newer one has come meanwhile."""
    parsed = Note.parse(note)
    cosigned = str(Note(parsed.text, (*_log_signature_lines(log, parsed), *lines)))
    log.store.keep_witnessed(cosigned)
    with log.store.only_one() as alone:
        present = log.store.checkpoint()
        if alone and present is not None and Note.parse(present).text == parsed.text:
            log.store.publish(cosigned)


def _log_signature_lines(log: Log, note: Note) -> list[str]:
    return [line for line in note.lines if Note(note.text, (line,)).signed_by([log.verifier])]


def _ask(log: Log, head: Checkpoint, note: str, url: str, key: Verifier, old: int) -> str:
    """The cosignature line of one witness.

    What it refuses with is read as the specification means it, in the words of July 2026 (409 for a stale old size
    alone, 422 for all that is not consistent) and in those before (409 for another root of the same size, too), with
    and without a body or the media type of a size: implementations differ in all of these.

    Raises:
        ForkSeen: it has cosigned something that is not in this log.
        WitnessAway: it is away, refuses, or gave nothing that holds.
    """
    old_size = min(old, head.size)
    status, content_type, answer = _post(log, head, note, url, old_size)
    if status == 409:
        seen = _size_told(content_type, answer)
        if seen is None and old_size not in {0, head.size}:
            # It says that the old size is not the one it knows, and not which: whoever asks from nothing is told.
            status, content_type, answer = _post(log, head, note, url, 0)
            seen, old_size = _size_told(content_type, answer) if status == 409 else None, 0
        if status == 409:
            old_size = _size_to_ask_from(head, old_size, seen)
            status, content_type, answer = _post(log, head, note, url, old_size)
    if status == 422 and old_size > 0:
        raise ForkSeen(
            f"it has cosigned a log whose first {old_size} entries are not those of this one (422): the log was "
            "forked, or its key stolen"
        )
    if status == 409:
        _size_to_ask_from(head, old_size, _size_told(content_type, answer))
        raise WitnessAway("it was asked by somebody else at the same time; it is asked again")
    if status != 200:
        raise WitnessAway(f"it answered {status}: {answer.strip()[:200]}")
    for line in answer.splitlines(keepends=True):
        single = Note(head.text, (line,))
        if single.signed_by([key]):
            return line
    raise WitnessAway("its answer holds no cosignature of the key that is known")


def _size_told(content_type: str, answer: str) -> int | None:
    """The size in the body of a 409; None where there is none. A number is one without its media type, too."""
    text = answer.strip()
    return int(text) if DECIMAL.fullmatch(text) and content_type in {SIZE, *NO_TYPE} else None


def _size_to_ask_from(head: Checkpoint, old_size: int, seen: int | None) -> int:
    """The size from which to ask again, after a 409.

    Raises:
        ForkSeen: it knows more than there is, or another root where it was asked.
    """
    if seen is not None and seen > head.size:
        raise ForkSeen(
            f"it has cosigned {seen} entries, but the log has {head.size}: the log was set back. "
            "See docs/operations.md, section 'A restored backup and the log'."
        )
    if seen is None or seen == old_size:
        raise ForkSeen(
            f"it refuses entry {old_size} as in conflict with what it has cosigned (409): another root at that entry; "
            "the log was forked, or its key stolen"
        )
    return seen


def _post(log: Log, head: Checkpoint, note: str, url: str, old: int) -> tuple[int, str, str]:
    old = min(old, head.size)
    proof = consistency_proof(old, head.size, TreeReader(head.size, log.store.load).read)
    body = "\n".join([f"old {old}", *write_hashes(proof)]) + "\n\n" + note
    return _http_exchange(f"{url}/add-checkpoint", body.encode())


def _ask_key(url: str) -> Verifier:
    """The key that a witness names itself; kept from then on."""
    status, _type, answer = _http_exchange(f"{url}/vkey")
    if status != 200:
        raise WitnessAway(f"it does not tell its key ({status}); give it in WITNESS_URLS after a #")
    return witness_key(answer)


def _http_exchange(url: str, body: bytes | None = None) -> tuple[int, str, str]:
    """Send a body, or ask, and answer status, media type and text; WITNESS_URLS are http addresses only."""
    request = Request(url, body, {"Content-Type": "text/plain"} if body is not None else {})  # noqa: S310
    try:
        return fetch(request, patience_s=PATIENCE_S, most_bytes=LONGEST_ANSWER)
    except (OSError, HTTPException, ValueError) as error:
        raise WitnessAway(f"it could not be reached: {error}") from None
