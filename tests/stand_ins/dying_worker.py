"""A worker that stops for ever in the middle of an event, to be killed by a test.

python -m tests.stand_ins.dying_worker FOLDER
"""

import sys
import time
from datetime import timedelta

from flask import Flask

from core.messaging.service.enqueueing import enqueue
from core.outbox.service import init_outbox, outside_transaction
from core.outbox.tasks import deliver_pending
from core.settings import load_settings
from shop.orders.events import ConsignmentPacked
from wsgi import create_app

CLAIM_FOR = timedelta(seconds=3)
FIRST_LINE = "in the middle"
ORDER = ConsignmentPacked(consignment_id=1, consignment_number="GY-1-1")
heard: list[str] = []


def hears(app: Flask, *, die_in: str | None) -> None:
    """Two handlers: the first queues a message, the second, outside of a transaction, may stop for ever."""
    heard.clear()

    def first(event: object, *, event_id: str) -> None:
        heard.append("first")
        enqueue(dedupe_key=event_id, to="x@example.org", template="x", context={}, locale="en")

    @outside_transaction
    def second(event: object, *, event_id: str) -> None:
        heard.append("second")
        if die_in == "second":
            sys.stdout.write(FIRST_LINE + "\n")
            sys.stdout.flush()
            while True:
                time.sleep(60)

    init_outbox(app, {ConsignmentPacked: [first, second]})


def die() -> None:
    """Deliver what is due, and never come to the end of it."""
    app = create_app(load_settings())
    hears(app, die_in="second")
    with app.app_context():
        deliver_pending(claim_for=CLAIM_FOR)
