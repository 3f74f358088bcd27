"""What failed and waits, is dead, or was set aside; nothing here says whom a message was for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, and_, case, cast, func, literal, null, or_, select, union_all

from core.database import session, view_of
from core.errors import NotFound
from core.messaging.models import Message
from core.messaging.queries import is_stuck
from core.outbox.models import OutboxEvent
from core.web.rules.pagination import Page
from core.work_claims import WorkClaim

KINDS = ("event", "message", "work")
PAGE_SIZE = 25


@dataclass(frozen=True)
class Failure:
    """One thing that failed.

    `name` is its event, template or sweep, `key` what it is about. `state` is `waits` (for `next_at`), `dead`
    (nobody tries by himself), `stuck` (a message whose worker died while it was being sent), or `aside`.
    """

    kind: str
    id: int
    name: str
    key: str
    since: datetime
    attempts: int
    error: str
    state: str
    next_at: datetime | None


@dataclass(frozen=True)
class Counts:
    """How many of a kind wait for another try, and how many nobody tries any more."""

    failing: int = 0
    dead: int = 0


def _events() -> Select[Any]:
    state = case(
        (OutboxEvent.set_aside_at.is_not(None), "aside"),
        (OutboxEvent.dead_at.is_not(None), "dead"),
        else_="waits",
    )
    since = func.coalesce(OutboxEvent.failed_at, OutboxEvent.recorded_at)
    failed = OutboxEvent.done_at.is_(None), OutboxEvent.last_error.is_not(None)
    return _select("event", OutboxEvent, OutboxEvent.name, OutboxEvent.event_id, since, state).where(*failed)


def _messages(at: datetime) -> Select[Any]:
    failed = and_(Message.state.in_(("waiting", "failed")), Message.last_error.is_not(None))
    state = case(
        (Message.set_aside_at.is_not(None), "aside"),
        (Message.state == "sending", "stuck"),
        (Message.state == "failed", "dead"),
        else_="waits",
    )
    since, key = func.coalesce(Message.failed_at, Message.recorded_at), cast(Message.id, String)
    return _select("message", Message, Message.template, key, since, state).where(or_(is_stuck(at), failed))


def _work() -> Select[Any]:
    state = case(
        (WorkClaim.set_aside_at.is_not(None), "aside"),
        (WorkClaim.dead_at.is_not(None), "dead"),
        else_="waits",
    )
    since = func.coalesce(WorkClaim.first_failed_at, WorkClaim.claimed_at)
    return _select("work", WorkClaim, WorkClaim.kind, WorkClaim.key, since, state).where(
        WorkClaim.failed_at.is_not(None)
    )


def _select(kind: str, model: Any, name: Any, key: Any, since: Any, state: Any) -> Select[Any]:
    """The columns of a `Failure` out of the table of its kind."""
    return select(
        literal(kind).label("kind"),
        model.id.label("id"),
        name.label("name"),
        key.label("key"),
        since.label("since"),
        model.attempts.label("attempts"),
        model.last_error.label("error"),
        state.label("state"),
        model.available_at.label("next_at"),
    )


def _failures_subquery(at: datetime) -> Any:
    return union_all(_events(), _messages(at), _work()).subquery()


def failures(*, at: datetime, kind: str | None = None, aside: bool = False, page: int = 1) -> Page[Failure]:
    """One page of what failed, what failed last first; or of what was set aside.

    Args:
        at: now.
        kind: `event`, `message` or `work`; all when left out.
        aside: what was set aside instead of what is open.
        page: from 1.
    """
    all_failures = _failures_subquery(at)
    wanted = [all_failures.c.state == "aside" if aside else all_failures.c.state != "aside"]
    if kind:
        wanted.append(all_failures.c.kind == kind)
    total = session.scalar(select(func.count()).select_from(all_failures).where(*wanted)) or 0
    rows = session.execute(
        select(all_failures)
        .where(*wanted)
        .order_by(all_failures.c.since.desc(), all_failures.c.kind, all_failures.c.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return Page([_view(row) for row in rows], total, page, PAGE_SIZE)


def get_failure(kind: str, number: int, *, at: datetime) -> Failure:
    """One thing that failed, open or set aside.

    Raises:
        NotFound: there is no such thing, or it is done meanwhile.
    """
    all_failures = _failures_subquery(at)
    row = session.execute(
        select(all_failures).where(all_failures.c.kind == kind, all_failures.c.id == number)
    ).one_or_none()
    if row is None:
        raise NotFound(code="no_such_failure")
    return _view(row)


def counts(*, at: datetime) -> dict[str, Counts]:
    """By kind, how many wait for another try and how many are dead or stuck; what was set aside is left out."""
    all_failures = _failures_subquery(at)
    dead = func.count(case((all_failures.c.state.in_(("dead", "stuck")), 1), else_=null()))
    rows = session.execute(
        select(all_failures.c.kind, func.count(), dead)
        .where(all_failures.c.state != "aside")
        .group_by(all_failures.c.kind)
    )
    counted = {kind: Counts(failing=number - dead, dead=dead) for kind, number, dead in rows}
    return {kind: counted.get(kind, Counts()) for kind in KINDS}


def open_failures(*, at: datetime, kind: str | None = None, dead_only: bool = False) -> list[tuple[str, int]]:
    """Kind and number of everything open, the oldest first."""
    all_failures = _failures_subquery(at)
    wanted = [all_failures.c.state.in_(("dead", "stuck")) if dead_only else all_failures.c.state != "aside"]
    if kind:
        wanted.append(all_failures.c.kind == kind)
    rows = session.execute(
        select(all_failures.c.kind, all_failures.c.id)
        .where(*wanted)
        .order_by(all_failures.c.since, all_failures.c.id)
    )
    return [(one_kind, number) for one_kind, number in rows]


def _view(row: Any) -> Failure:
    next_at = row.next_at if row.state == "waits" else None
    return view_of(Failure, row, error=row.error or "", next_at=next_at)
