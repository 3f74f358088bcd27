"""The parts every room stands on."""

import dataclasses
import shutil

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from core.database import NestedTransactionError, transaction
from core.messaging.service import enqueueing as messaging
from core.money import allocate, decimal_text
from core.outbox import service as outbox
from core.outbox import tasks
from core.outbox.models import OutboxDelivery, OutboxEvent


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_shares_sum_to_the_whole_and_none_has_the_other_sign(total, weights):
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert all(part * total >= 0 for part in parts)
    for part, weight in zip(parts, weights, strict=True):
        if sum(weights):
            assert abs(part - total * weight / sum(weights)) < 1


def test_money_is_written_exactly():
    assert decimal_text(-123450) == "-1234.50"
    assert decimal_text(5) == "0.05"
    assert decimal_text(7, "JPY") == "7"


def test_a_transaction_inside_a_transaction_is_refused(session):
    with transaction(), pytest.raises(NestedTransactionError), transaction():
        pass


@dataclasses.dataclass(frozen=True)
class SomethingHappened:
    number: str
    amounts: tuple[int, ...]
    at: str | None = None


def _recorded(session):
    return session.scalar(sa.select(sa.func.count()).select_from(OutboxEvent))


def test_an_event_is_written_with_the_change_or_not_at_all(session):
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction():
        outbox.record(SomethingHappened("1", (1, 2)))
        raise Stop
    assert _recorded(session) == 0


def test_a_failing_handler_is_tried_again_and_the_others_hear_the_event_once(app, session, at):
    heard: list[str] = []
    broken = [True]

    def good(event, *, event_id):
        assert event == SomethingHappened("1", (1, 2))
        heard.append("good")

    def bad(event, *, event_id):
        if broken[0]:
            raise RuntimeError("away")
        heard.append("bad")

    kept = app.extensions["outbox"]
    outbox.init_outbox(app, {SomethingHappened: [good, bad]})
    try:
        with transaction():
            outbox.record(SomethingHappened("1", (1, 2)))
        assert tasks.deliver_pending() == 0
        assert heard == ["good"]
        broken[0] = False
        with transaction():
            session.execute(sa.update(OutboxEvent).values(available_at=at))
        assert tasks.deliver_pending() == 1
        assert heard == ["good", "bad"]
        assert tasks.deliver_pending() == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxDelivery)) == 2
    finally:
        app.extensions["outbox"] = kept


def test_a_message_with_the_same_key_is_queued_once(session):
    with transaction():
        first = messaging.enqueue(dedupe_key="a", to="x@example.org", template="t", context={}, locale="en")
        second = messaging.enqueue(dedupe_key="a", to="x@example.org", template="t", context={}, locale="en")
    assert (first, second) == (True, False)


@pytest.mark.both
def test_the_process_is_alive_and_without_an_index_it_serves_degraded(app, client):
    assert client.get("/healthz").json == {"status": "ok"}
    shutil.rmtree(app.config["SETTINGS"].var / "search", ignore_errors=True)
    early = client.get("/readyz")
    assert early.status_code == 200
    assert early.json == {
        "status": "degraded",
        "database": "ok",
        "schema": "ok",
        "broker": "ok",
        "search": "degraded",
    }
    app.test_cli_runner().invoke(args=["search", "reindex"])
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json == {"status": "ok", "database": "ok", "schema": "ok", "broker": "ok", "search": "ok"}


def test_an_unknown_address_answers_a_problem_document_to_programs(client):
    answer = client.get("/nothing", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "http_404"


def test_every_answer_carries_a_strict_content_policy(client):
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
