"""Keeping the index up to date and building a new one beside it: edges, which open their own transactions."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import structlog

from core.database import session, transaction
from core.work_claims import Claim, InWork, NotDue, Retry, claimed, find_claim, in_work
from shop.catalogue.queries.index_documents import IndexDocument
from shop.search.queries import remembered_changes
from shop.search.service import changes, finding
from shop.search.service.engine import IndexMissing, SearchAway
from shop.search.tasks.bad_listings import with_sound_listings

log = structlog.get_logger(__name__)
REBUILD, LISTINGS = "search.rebuild", "listings"  # the claim of whoever builds an index
CLAIM_FOR = timedelta(minutes=5)
RENEW_EVERY_S = 30.0
# Nobody decides about an index: it is tried until it is there.
RETRY = Retry(first=timedelta(seconds=10), longest=timedelta(minutes=5), attempts=1_000_000)
CATCH_UP_AT_ONCE = 500


def index_listings(ids: Iterable[int], *, at: datetime) -> None:
    """Write the present state of these listings into the index, or take them out of it.

    An edge: opens its own transactions. While a new index is being built, the listings are remembered first, so
    that they reach the new one too. Where there is none, the schedule makes it, whole.

    Raises:
        SearchAway: the engine cannot take it now; ask again later.
    """
    wanted = list(ids)
    remembered = in_work(REBUILD, LISTINGS)
    if remembered:
        with transaction():
            changes.remember(wanted, at=at)
    session.rollback()
    try:
        with_sound_listings(finding.engine().put, at=at, ids=wanted)
    except IndexMissing:
        if not remembered:
            with transaction():
                changes.remember(wanted, at=at)


def rebuild(*, at: datetime, when_due: bool = False) -> int:
    """Build a new index of all listings and swap it in; what changed meanwhile is written into it. An edge.

    Args:
        at: the moment whose sale windows count.
        when_due: for the schedule: one that failed waits for its next turn.

    Returns:
        The number of listings that can be found.

    Raises:
        InWork: another is building one.
        NotDue: only `when_due`.
        SearchAway: the engine cannot take it now; the old index stays in use.
    """
    with claimed(REBUILD, LISTINGS, claim_for=CLAIM_FOR, when_due=when_due, retry=RETRY) as claim:
        session.rollback()

        def build(documents: Iterable[IndexDocument]) -> int:
            return finding.engine().rebuild(_renewing(documents, claim), still_ours=claim.renew)

        count = with_sound_listings(build, at=at)
        _catch_up(at)
    return count


def _renewing(documents: Iterable[IndexDocument], claim: Claim) -> Iterator[IndexDocument]:
    renewed = time.monotonic()
    for document in documents:
        yield document
        if time.monotonic() - renewed > RENEW_EVERY_S:
            claim.renew()
            renewed = time.monotonic()


def _catch_up(at: datetime) -> int:
    """Write into the index in use what was remembered; only whoever holds the claim may forget it."""
    done = 0
    while True:
        rows = remembered_changes(limit=CATCH_UP_AT_ONCE)
        session.rollback()
        if not rows:
            return done
        with_sound_listings(finding.engine().put, at=at, ids={row.listing_id for row in rows})
        with transaction():
            changes.forget([row.id for row in rows])
        done += len(rows)


def tend(*, at: datetime) -> int:
    """Make good what a killed process left: a missing index is built, changes are caught up with, litter removed.

    An edge, for the schedule.

    Returns:
        The number of listings that were written; 0 when nothing was to be done, or the engine is away.
    """
    try:
        if _is_missing() or _was_interrupted():
            return rebuild(at=at, when_due=True)
        if not finding.engine().has_litter() and not remembered_changes(limit=1):
            return 0
        with claimed(REBUILD, LISTINGS, claim_for=CLAIM_FOR, when_due=True, retry=RETRY):
            finding.engine().tidy()
            return _catch_up(at)
    except (InWork, NotDue):
        return 0
    except SearchAway as error:
        log.warning("search_engine_away", engine=finding.engine().name, code=error.code)
        return 0


def _was_interrupted() -> bool:
    """Whether a build failed or was killed: who succeeds leaves no claim, and sale windows must not wait a day."""
    has_claim = find_claim(REBUILD, LISTINGS) is not None
    session.rollback()
    return has_claim


def _is_missing() -> bool:
    try:
        finding.check()
    except IndexMissing:
        return True
    return False
