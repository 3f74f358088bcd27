"""Claims: who is at a piece of work, how often it failed, and when it may be tried again.

A claim is one row per piece of work, named by `kind` and `key`. It is taken by a conditional update in a transaction
of its own before the work begins, told apart by its token, and ends by itself when its holder dies. A live claim is
what "in work" means. Success removes the row; failure keeps it, with a back-off, and after some attempts it is dead:
nobody tries by himself any more, an operator decides.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Record, changed, insert_into, session, transaction, within_transaction
from core.database_errors import database_away, words_of
from core.errors import Conflict, Unavailable
from core.ids import random_id
from core.types import BigInt

log = structlog.get_logger(__name__)
CLAIM_FOR = timedelta(minutes=5)
DIED = "the worker that had it in hand ended in the middle"


class WorkClaim(Record):
    """One piece of work that is in hand (`token` until `claimed_until`), waits after a failure, or is dead."""

    __tablename__ = "work_claim"
    __table_args__ = (
        sa.UniqueConstraint("kind", "key"),
        sa.CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        sa.CheckConstraint("(token IS NULL) = (claimed_until IS NULL)", name="held_until"),
        sa.Index("ix_work_claim_failed_at", "failed_at"),
    )

    kind: Mapped[str] = mapped_column(sa.String(80))
    key: Mapped[str] = mapped_column(sa.String(200))
    token: Mapped[str | None] = mapped_column(sa.String(32))
    claimed_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(BigInt, default=0)
    available_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(sa.Text)
    first_failed_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]


class InWork(Conflict):
    """Somebody else has it in hand."""

    code = "in_work"


class NotDue(Conflict):
    """It failed and waits for its next turn, or it is dead."""

    code = "not_due"


class ClaimLost(Exception):  # noqa: N818 - says what happened to whoever held it
    """Another took over, because the claim had run out: what was done since must not be kept."""


@dataclass(frozen=True)
class Retry:
    """How patiently a failing piece of work is tried again: the wait grows by `factor` from `first` to `longest`."""

    first: timedelta = timedelta(minutes=1)
    factor: int = 2
    longest: timedelta = timedelta(hours=6)
    attempts: int = 12

    def wait(self, attempts: int) -> timedelta:
        """How long to leave alone what failed for the `attempts`-th time, from 1."""
        return min(self.first * self.factor ** min(max(attempts - 1, 0), 20), self.longest)


RETRY = Retry()


@dataclass
class Claim:
    """A piece of work in our hands; made by `take_claim`."""

    kind: str
    key: str
    token: str
    attempts: int
    claim_for: timedelta
    retry: Retry
    is_done: bool = field(default=False)

    def renew(self, claim_for: timedelta | None = None) -> None:
        """Keep it for another while, counted from now; in the caller's transaction when there is one.

        Raises:
            ClaimLost: it ran out and another took over; stop, and keep nothing.
        """
        until = now() + (claim_for or self.claim_for)
        self._change(sa.update(WorkClaim).where(self._ours()).values(claimed_until=until))

    def done(self) -> None:
        """It succeeded: the row goes. Call it in the transaction that writes the result, and both stand or fall.

        Raises:
            ClaimLost: another took over; the transaction that it is raised in keeps nothing.
        """
        self._change(sa.delete(WorkClaim).where(self._ours()))
        self.is_done = True

    def fail(self, error: BaseException) -> bool:
        """Note a failure, for after a back-off; dead after the last attempt, unless only a part was away.

        Returns:
            Whether it is dead now. False too when another took over, whose claim stays as it is.
        """
        moment = now()
        dead = self.attempts >= self.retry.attempts and not isinstance(error, Unavailable)
        with within_transaction():
            updated = changed(
                sa.update(WorkClaim)
                .where(self._ours())
                .values(
                    token=None,
                    claimed_until=None,
                    last_error=words_of(error),
                    first_failed_at=sa.func.coalesce(WorkClaim.first_failed_at, moment),
                    failed_at=moment,
                    available_at=moment + self.retry.wait(self.attempts),
                    dead_at=moment if dead else None,
                    set_aside_at=None,
                )
            )
        return dead and bool(updated)

    def give_back(self) -> None:
        """Let go of it as if it had not been taken: it did not fail, the run ended."""
        with within_transaction():
            ours = self._ours()
            if not changed(sa.delete(WorkClaim).where(ours, WorkClaim.failed_at.is_(None))):
                values = {"token": None, "claimed_until": None, "attempts": WorkClaim.attempts - 1}
                changed(sa.update(WorkClaim).where(ours).values(**values))

    def _ours(self) -> sa.ColumnElement[bool]:
        return sa.and_(WorkClaim.kind == self.kind, WorkClaim.key == self.key, WorkClaim.token == self.token)

    def _change(self, statement: Any) -> None:
        with within_transaction():
            if not changed(statement):
                raise ClaimLost(f"{self.kind} {self.key}")


@contextmanager
def claimed(
    kind: str,
    key: object,
    *,
    claim_for: timedelta = CLAIM_FOR,
    when_due: bool = False,
    retry: Retry = RETRY,
) -> Iterator[Claim]:
    """Hold a piece of work while the block runs; an edge: opens transactions of its own.

    Leaving the block removes the claim; an exception is noted on it and goes on. When the database goes away, or the
    process is told to end, it is given back instead: the work did not fail.

    Args:
        kind: what is done, as `labels.make`; at most 80 characters.
        key: to what; its text is the key, at most 200 characters.
        claim_for: after this time without `renew` others may take over.
        when_due: for work that nobody asks for: also respects the back-off and the death of what failed.
        retry: back-off and attempts.

    Raises:
        InWork: a live claim of another exists.
        NotDue: only `when_due`: it waits after a failure, or is dead.
        ClaimLost: at the end: it ran out and another took over.
    """
    claim = take_claim(kind, key, claim_for=claim_for, when_due=when_due, retry=retry)
    try:
        yield claim
    except BaseException as error:
        fail_or_give_back(claim, error)
        raise
    if not claim.is_done:
        claim.done()


def fail_or_give_back(claim: Claim, error: BaseException) -> bool:
    """Note on `claim` that its work ended with `error`: failed, or given back when that is not the work's fault.

    Returns:
        Whether it counts as a failure.
    """
    session.rollback()
    if isinstance(error, Exception) and not database_away(error):
        dead = claim.fail(error)
        log.error(
            "work_failed", kind=claim.kind, key=claim.key, attempts=claim.attempts, dead=dead, exc_info=error
        )
        return True
    try:
        claim.give_back()
    except SQLAlchemyError as second:
        # Nobody can write: the claim runs out by itself, and whoever takes it next begins anew.
        log.warning("claim_not_given_back", kind=claim.kind, key=claim.key, error=words_of(second))
    return False


def take_claim(
    kind: str,
    key: object,
    *,
    claim_for: timedelta = CLAIM_FOR,
    when_due: bool = False,
    retry: Retry = RETRY,
) -> Claim:
    """Take a claim in a transaction of its own; prefer `claimed`. Arguments and errors as there."""
    name, moment, token = str(key), now(), random_id(32)
    row = sa.and_(WorkClaim.kind == kind, WorkClaim.key == name)
    free = sa.or_(WorkClaim.token.is_(None), WorkClaim.claimed_until <= moment)
    if when_due:
        free = sa.and_(free, WorkClaim.available_at <= moment, WorkClaim.dead_at.is_(None))
    died = WorkClaim.token.is_not(None)
    noted: dict[str, Any] = {
        "last_error": sa.case((died, DIED), else_=WorkClaim.last_error),
        "failed_at": sa.case((died, WorkClaim.claimed_until), else_=WorkClaim.failed_at),
        "first_failed_at": sa.case(
            (died, sa.func.coalesce(WorkClaim.first_failed_at, WorkClaim.claimed_until)),
            else_=WorkClaim.first_failed_at,
        ),
    }
    ours = {"token": token, "claimed_at": moment, "claimed_until": moment + claim_for}
    with transaction():
        if when_due:
            # What ends the worker each time would end the next one too.
            buried = {"dead_at": moment, "token": None, "claimed_until": None}
            changed(
                sa.update(WorkClaim)
                .where(row, free, died, WorkClaim.attempts >= retry.attempts)
                .values(noted | buried)
            )
        again = noted | ours | {"attempts": WorkClaim.attempts + 1}
        taken = bool(changed(sa.update(WorkClaim).where(row, free).values(again))) or _insert_unless_there(
            kind=kind, key=name, attempts=1, available_at=moment, **ours
        )
        attempts, live = session.execute(
            sa.select(WorkClaim.attempts, WorkClaim.claimed_until > moment).where(row)
        ).one_or_none() or (0, False)
    if taken:
        return Claim(kind, name, token, attempts, claim_for, retry)
    if live:
        raise InWork(_l("This is being worked on at the moment. Please wait until it is done."))
    raise NotDue(_l("This failed before and is tried again later."))


def _insert_unless_there(**values: Any) -> bool:
    statement = insert_into(WorkClaim).values(**values).on_conflict_do_nothing(index_elements=["kind", "key"])
    return session.scalar(statement.returning(WorkClaim.id)) is not None


def in_work(kind: str, key: object, *, at: datetime | None = None) -> bool:
    """Whether somebody has it in hand."""
    until = sa.select(WorkClaim.claimed_until).where(WorkClaim.kind == kind, WorkClaim.key == str(key))
    claimed_until = session.scalar(until)
    return claimed_until is not None and claimed_until > (at or now())


def find_claim(kind: str, key: object) -> WorkClaim | None:
    """The row of a piece of work that is in hand, waits after a failure, or is dead; to be read only."""
    return session.scalar(sa.select(WorkClaim).where(WorkClaim.kind == kind, WorkClaim.key == str(key)))


def forget(kind: str, key: object) -> None:
    """Drop, in the caller's transaction, what is noted about work that nobody wants any more."""
    changed(sa.delete(WorkClaim).where(WorkClaim.kind == kind, WorkClaim.key == str(key)))
