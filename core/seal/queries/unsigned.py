"""Leaves that the signed log does not vouch for: those that are not in it, and those whose contents are gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from core.database import session
from core.seal.models.leaves import SealLeaf
from core.seal.models.log import Log
from core.seal.queries.standing import SealRefused, signed_heads
from core.seal.rules.entries import ADOPTED, entry_time_text
from core.seal.rules.findings import Finding

STALLED_AFTER = timedelta(minutes=5)
TABLE = "seal_leaf"


def audit_unsigned(log: Log, *, at: datetime) -> Iterator[Finding]:
    """Leaves without a place in the signed log for longer than the sequencer needs, or that say they are of later."""
    outside = or_(SealLeaf.number.is_(None), SealLeaf.number >= _size(log), SealLeaf.number < 0)
    count, since = session.execute(select(func.count(), func.min(SealLeaf.at)).where(outside)).one()
    restored = log.restored_at()
    if since is not None and restored is not None and since < restored <= at:
        since = restored
    if since is not None and at - since > STALLED_AFTER:
        yield Finding(
            "stalled", "the sequencer", f"{count} leaves wait to be sealed since {entry_time_text(since)}"
        )
    later = select(SealLeaf.subject, SealLeaf.at).where(outside, SealLeaf.at > at + STALLED_AFTER)
    for subject, claimed_at in session.execute(later.order_by(SealLeaf.id)):
        yield Finding(
            "leaf_unsigned", f"{subject}", f"its leaf says that it is of {entry_time_text(claimed_at)}", TABLE
        )


def _size(log: Log) -> int:
    try:
        return max((head.size for head in signed_heads(log) if head is not None), default=0)
    except SealRefused:
        return 0  # The audit of the files says so.


def audit_lost(size: int) -> Iterator[Finding]:
    """Leaves of which only the public entry is left, though no adoption of a restored database says that they were lost."""
    emptied = and_(SealLeaf.number < size, SealLeaf.body.is_(None))
    bodies = session.scalars(
        select(SealLeaf.body).where(SealLeaf.kind == ADOPTED, SealLeaf.body.is_not(None))
    )
    known = [adoption for adoption in map(_adopted, bodies) if adoption is not None]
    for number, kind in session.execute(
        select(SealLeaf.number, SealLeaf.kind).where(emptied).order_by(SealLeaf.number)
    ):
        if number is not None and not any(first <= number < end for first, end, _lost in known):
            text = "what it says was taken out of the database; only its public entry is left"
            yield Finding("leaf_emptied", f"entry {number} ({kind})", text, TABLE)
    for first, end, lost in known:
        within = and_(emptied, SealLeaf.number >= first, SealLeaf.number < end)
        count = session.scalar(select(func.count()).where(within)) or 0
        if count > lost:
            text = f"{count} leaves are without contents, {lost} were when the database was restored"
            yield Finding("leaf_emptied", f"entries {first} to {end - 1}", text, TABLE)


def _adopted(body: str | None) -> tuple[int, int, int] | None:
    """First entry of an adoption, the one behind its last, and how many were lost; None of a body that was bent, which is named elsewhere."""
    try:
        adoption = json.loads(body or "")
        return int(adoption["from"]), int(adoption["to"]), int(adoption["lost"])
    except (ValueError, KeyError, TypeError):
        return None
