"""What the log says of a subject: the plain sentence's facts, and the proof that anybody can check."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response
from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.errors import NotFound, Unavailable
from core.seal.models.leaves import SealLeaf
from core.seal.models.log import Log, this_log
from core.seal.queries.newest import NEWEST_FIRST, newest_ids
from core.seal.rules import merkle
from core.seal.rules.entries import canonical
from core.seal.rules.note import size_of
from core.seal.rules.proof_files import ProofFile
from core.seal.rules.tiles import TreeReader

SOON_S = 10


@dataclass(frozen=True, slots=True)
class SealView:
    """The newest seal of a subject; `number` is its entry in the log, empty for the seconds until it is signed."""

    subject: str
    at: datetime
    number: int | None


@dataclass(frozen=True, slots=True)
class Member:
    """One of many things behind a single entry, as a code in a batch: its path to the `root` in the entry's body.

    `entry` is what was hashed into the leaf, `index` its place among `size`, `path` the inclusion proof.
    """

    entry: bytes
    index: int
    size: int
    path: tuple[bytes, ...]


def signed_size(log: Log | None = None) -> int:
    """How many entries the published checkpoint covers; one small file, no query."""
    note = (log or this_log()).store.checkpoint()
    return size_of(note) if note else 0


def seal_of(subject: str) -> SealView | None:
    """The newest seal of a subject, with one query; None when it was never sealed."""
    return seals_of([subject]).get(subject)


def seals_of(subjects: Collection[str]) -> dict[str, SealView]:
    """The newest seals of several subjects, with one query."""
    if not subjects:
        return {}
    newest = newest_ids(SealLeaf.subject.in_(subjects))
    rows = session.execute(
        select(SealLeaf.subject, SealLeaf.at, SealLeaf.number).where(SealLeaf.id.in_(newest))
    ).all()
    size = signed_size()
    return {
        row.subject: SealView(
            row.subject, row.at, row.number if row.number is not None and row.number < size else None
        )
        for row in rows
    }


def proof_for(subject: str, *, member: Member | None = None) -> ProofFile:
    """The proof that the newest seal of `subject` is in the log, opened: it tells subject, salt and body.

    Whoever calls this has made sure that the reader may know the body.

    Raises:
        NotFound: it was never sealed.
        Unavailable: it was sealed a moment ago and is not signed yet.
    """
    leaf = session.scalar(
        select(SealLeaf).where(SealLeaf.subject == subject).order_by(*NEWEST_FIRST).limit(1)
    )
    if leaf is None or leaf.salt is None or leaf.body is None:
        raise NotFound(_("This has not been sealed."), code="not_sealed")
    log = this_log()
    note, size = _checkpoint_for(log, leaf.number)
    if note is None or leaf.number is None:
        raise Unavailable(
            _("This is being sealed; the proof will be ready in a few seconds."),
            code="being_sealed",
            retry_after_s=SOON_S,
        )
    path = merkle.inclusion_proof(leaf.number, size, TreeReader(size, log.store.load).read)
    return ProofFile(leaf.number, tuple(path), note, _opening_json(leaf, member))


def _checkpoint_for(log: Log, number: int | None) -> tuple[str | None, int]:
    """The newest witnessed checkpoint that covers an entry, else the newest one; None when none does."""
    for note in (log.store.witnessed(), log.store.checkpoint()):
        if note is not None and number is not None:
            size = size_of(note)
            if number < size:
                return note, size
    return None, 0


def _opening_json(leaf: SealLeaf, member: Member | None) -> bytes:
    from core.seal.queries.standing import entry_of

    opening: dict[str, Any] = {
        "v": 1,
        "entry": entry_of(leaf).decode(),
        "subject": leaf.subject,
        "salt": (leaf.salt or b"").hex(),
        "body": leaf.body,
    }
    if member is not None:
        opening["member"] = {
            "entry": member.entry.hex(),
            "index": member.index,
            "size": member.size,
            "path": [node.hex() for node in member.path],
        }
    return canonical(opening).encode()


def proof_answer(proof: ProofFile, name: str) -> Response:
    """A proof as a file to keep; `name` without its ending."""
    return Response(
        str(proof),
        content_type="text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.tlog-proof"',
            "Cache-Control": "private, no-cache",
        },
    )
