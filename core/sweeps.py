"""Sweeps: work over many rows in which one bad row fails alone.

keys = session.scalars(select(Order.id).where(..., free("orders.expire", Order.id)).limit(500))
swept = each("orders.expire", keys, lambda order_id: expire_order(order_id, at=at))
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import ColumnElement, String, cast, delete, exists, or_, select

from core.clock import now
from core.database import changed, roll_back_after, session, transaction
from core.database_errors import database_away, words_of
from core.work_claims import (
    CLAIM_FOR,
    RETRY,
    Claim,
    ClaimLost,
    InWork,
    NotDue,
    Retry,
    WorkClaim,
    fail_or_give_back,
    take_claim,
)

log = structlog.get_logger(__name__)
Key = TypeVar("Key")


@dataclass(frozen=True)
class SweepOutcome:
    """What became of the rows of one run.

    Rows that are in other hands, or wait for their next turn, are `passed`. `counted` is the sum of what the work
    answered, None and other things that are no number being 0.
    """

    done: int = 0
    failed: int = 0
    passed: int = 0
    counted: int = 0

    def __add__(self, other: "SweepOutcome") -> "SweepOutcome":
        return SweepOutcome(
            self.done + other.done,
            self.failed + other.failed,
            self.passed + other.passed,
            self.counted + other.counted,
        )


def for_each_key(
    sweep: str,
    keys: Iterable[Key],
    work: Callable[[Key], object],
    *,
    claim_for: timedelta = CLAIM_FOR,
    retry: Retry = RETRY,
    own_transactions: bool = False,
    when_due: bool = True,
) -> SweepOutcome:
    """Do `work(key)` for every key; an edge. One that fails is noted with back-off, and the others go on.

    Each key is claimed first, so two runs side by side never do the same one. The work runs in one transaction with
    the removal of its claim: a run that was overtaken keeps nothing. A row fails up to `retry.attempts` times, then
    it is dead and waits for an operator.

    Args:
        sweep: the kind of its claims, as `orders.expire`.
        keys: ids or numbers, read before the first is worked on; leave out what is not due with `claimable`.
        work: changes what belongs to one key; its answer is summed up.
        claim_for: longer than the work on one key can take.
        retry: back-off and attempts.
        own_transactions: the work opens transactions of its own, for network calls; it must bear repetition.
        when_due: False to try also what waits after a failure or is dead, because a person asks for it.

    Raises:
        DBAPIError: the database went away; the run ends, and no row is marked for it.
    """
    total = SweepOutcome()
    for key in list(keys):
        try:
            claim = take_claim(sweep, key, claim_for=claim_for, when_due=when_due, retry=retry)
        except (InWork, NotDue):
            total += SweepOutcome(passed=1)
            continue
        except Exception as error:
            roll_back_after(error)
            # A row that others have locked, a key that is no key: nothing can be noted of it, and nobody waits for it.
            log.exception("work_not_claimed", kind=sweep, key=str(key))
            total += SweepOutcome(failed=1)
            continue
        total += _work_on_key(claim, key, work, own_transactions=own_transactions)
    return total


def _work_on_key(
    claim: Claim, key: Key, work: Callable[[Key], object], *, own_transactions: bool
) -> SweepOutcome:
    try:
        if own_transactions:
            answer = work(key)
            claim.done()
        else:
            with transaction():
                answer = work(key)
                claim.done()
    except ClaimLost:
        log.warning("claim_lost", kind=claim.kind, key=claim.key)
        return SweepOutcome(passed=1)
    except (InWork, NotDue):
        # What it needs is in other hands; its own turn comes when they are done.
        session.rollback()
        claim.give_back()
        return SweepOutcome(passed=1)
    except BaseException as error:
        if fail_or_give_back(claim, error):
            return SweepOutcome(failed=1)
        raise
    return SweepOutcome(done=1, counted=answer if isinstance(answer, int) else 0)


def all_or_each(sweep: str, keys: Iterable[Key], work: Callable[[Sequence[Key]], object]) -> SweepOutcome:
    """Do `work(keys)` for all in one transaction; when that fails, for each half, down to single ones. An edge.

    For statements over many rows, which are much cheaper together. What is left over is done as `for_each_key` does. The
    work must be conditional in itself: while all goes well nothing is claimed.
    """
    chosen = list(keys)
    if not chosen:
        return SweepOutcome()
    if len(chosen) == 1:
        return for_each_key(sweep, chosen, lambda key: work([key]))
    try:
        with transaction():
            answer = work(chosen)
    except Exception as error:
        if database_away(error):
            raise
        log.warning("batch_failed", kind=sweep, rows=len(chosen), error=words_of(error))
    else:
        return SweepOutcome(done=len(chosen), counted=answer if isinstance(answer, int) else 0)
    middle = len(chosen) // 2
    halves = chosen[:middle], chosen[middle:]
    return all_or_each(sweep, halves[0], work) + all_or_each(sweep, halves[1], work)


def batch_by_batch(
    sweep: str,
    find: Callable[[], Sequence[Key]],
    work: Callable[[Sequence[Key]], object],
) -> SweepOutcome:
    """As `all_or_each`, for what `find` brings, until it brings nothing new; each batch in its own transaction.

    Args:
        sweep: the kind of its claims; `find` leaves out with `claimable` what is not due.
        find: the next keys, so many as one transaction bears.
        work: as for `all_or_each`.
    """
    seen: set[Key] = set()
    total = SweepOutcome()
    while batch := [key for key in find() if key not in seen]:
        seen.update(batch)
        total += all_or_each(sweep, batch, work)
    return total


def claimable(sweep: str, key: Any, *, at: datetime | None = None) -> ColumnElement[bool]:
    """The SQL condition that leaves out keys that are in other hands, wait after a failure, or are dead.

    Bad rows at the head of a LIMIT would otherwise keep all others from their turn.

    Args:
        sweep: as given to `for_each_key`.
        key: the column whose values are given to `for_each_key` as keys; text or whole numbers.
        at: the moment; now when left out.
    """
    moment = at or now()
    return ~exists().where(
        WorkClaim.kind == sweep,
        WorkClaim.key == cast(key, String),
        or_(
            WorkClaim.claimed_until > moment, WorkClaim.available_at > moment, WorkClaim.dead_at.is_not(None)
        ),
    )


def note_failure(sweep: str, key: object, error: BaseException, *, retry: Retry = RETRY) -> None:
    """Note that one row failed in work over many that goes on without it, as in the building of an index; an edge.

    A row that was noted and whose next turn has not come, or that is dead or set aside, stays as it is.
    """
    try:
        fail_or_give_back(take_claim(sweep, key, when_due=True, retry=retry), error)
    except (InWork, NotDue):
        return
    except Exception as second:
        roll_back_after(second)
        log.exception("failure_not_noted", kind=sweep, key=str(key), cause=words_of(error))


def note_success(sweep: str, keys: Iterable[object]) -> None:
    """Forget what `note_failure` noted of these rows; an edge, which writes only when there is something."""
    noted = set(
        session.scalars(select(WorkClaim.key).where(WorkClaim.kind == sweep, WorkClaim.token.is_(None)))
    )
    session.rollback()
    good = noted & {str(key) for key in keys} if noted else noted
    if good:
        with transaction():
            changed(
                delete(WorkClaim).where(
                    WorkClaim.kind == sweep, WorkClaim.key.in_(good), WorkClaim.token.is_(None)
                )
            )


def due_again(sweep: str, *, at: datetime) -> list[str]:
    """Keys that failed and whose turn has come, the longest waiting first: for sweeps over what was reported once."""
    query = (
        select(WorkClaim.key)
        .where(
            WorkClaim.kind == sweep,
            WorkClaim.failed_at.is_not(None),
            WorkClaim.dead_at.is_(None),
            WorkClaim.available_at <= at,
            or_(WorkClaim.claimed_until.is_(None), WorkClaim.claimed_until <= at),
        )
        .order_by(WorkClaim.available_at)
    )
    return list(session.scalars(query))
