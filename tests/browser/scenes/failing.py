"""Background work that failed, of each kind."""

from datetime import timedelta

import sqlalchemy as sa

from core.checks.service import Outcome
from core.checks.tasks import keep
from core.clock import now
from core.database import session, transaction
from core.messaging.models import Message
from core.messaging.service import enqueueing as messaging
from core.outbox.models import OutboxEvent
from core.outbox.service import record
from core.seal.rules.findings import Finding
from core.work_claims import WorkClaim
from shop.orders.events import OrderPaid


def one_of_each() -> str:
    """An event that waits, a message that got stuck, a report that nobody tries any more."""
    at = now()
    with transaction():
        record(OrderPaid(0, "GY-2026-0000000"))
        session.flush()
        newest = session.scalar(sa.select(sa.func.max(OutboxEvent.id)))
        session.execute(
            sa.update(OutboxEvent)
            .where(OutboxEvent.id == newest)
            .values(
                attempts=7,
                failed_at=at - timedelta(hours=2),
                available_at=at + timedelta(hours=1),
                last_error="shop.orders.service.notices.tell_buyer_of_order: NotFound: no such order",
            )
        )
        messaging.enqueue(
            dedupe_key=f"stuck:{at.isoformat()}",
            to="li@example.org",
            template="account_code",
            context={"code": "1"},
            locale="en",
            at=at + timedelta(hours=1),
        )
        newest = session.scalar(sa.select(sa.func.max(Message.id)))
        taken = {"state": "sending", "attempts": 1, "available_at": at - timedelta(hours=3)}
        session.execute(sa.update(Message).where(Message.id == newest).values(taken))
    _dead_report()
    return "/operations/failures"


def to_set_aside() -> str:
    """The report of the month before last, which nobody tries any more."""
    return f"/operations/failures/work/{_dead_report()}/aside"


def _dead_report() -> int:
    at, key = now(), "2026-03/guihua-tea"
    with transaction():
        session.execute(sa.delete(WorkClaim).where(WorkClaim.key == key))
        row = WorkClaim(
            kind="branch.reports.build_last_month",
            key=key,
            claimed_at=at,
            attempts=12,
            available_at=at,
            first_failed_at=at - timedelta(days=2),
            failed_at=at,
            dead_at=at,
            last_error="Invalid: These characters cannot be printed: \ufffd. Please correct the name they stand in.",
        )
        session.add(row)
        session.flush()
        return row.id


def books_that_differ() -> str:
    """A run that could not ask the ledger, and two findings: of a code, and of the log itself."""
    at = now()
    outcome = Outcome("whole", at - timedelta(minutes=3))
    outcome.counts, outcome.seconds = (
        {"seal": 1, "codes": 1, "ledger": 0},
        {"seal": 12.5, "codes": 4.2, "ledger": 0.1},
    )
    outcome.failed = {"ledger": "the daily sums cannot be read"}
    text = 'state is "accepted", sealed as "shipped" (on 2026-03-12T04:00:00Z as entry 4711)'
    outcome.findings = [
        ("codes", Finding("row_changed", "B-2026-7K3F9QA #17", text, "code")),
        (
            "seal",
            Finding("root_differs", "the root at entry 4711", "the entries do not lead to what was signed"),
        ),
    ]
    keep(outcome)
    return "/operations/checks"
