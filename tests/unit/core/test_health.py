"""What /readyz says about each part, and /metrics about what waits."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core.broker.service import folder
from core.broker.service.readers import Reader
from core.clock import now
from core.database import db, transaction
from core.health.views import Part, init_health
from core.jobs import message_folder
from core.messaging.models import STUCK_AFTER, UNSENT, Message
from core.messaging.service import enqueueing as messaging
from core.settings import Settings

LIVING = {"web", "worker-fast", "worker-slow", "scheduler"}


def works():
    return None


def breaks():
    raise OSError("away")


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        ({"a": Part(works, needed=True), "b": Part(works, needed=False)}, "ok", 200),
        ({"a": Part(works, needed=True), "b": Part(breaks, needed=False)}, "degraded", 200),
        ({"a": Part(breaks, needed=True), "b": Part(works, needed=False)}, "unavailable", 503),
        ({"a": Part(breaks, needed=True), "b": Part(breaks, needed=False)}, "unavailable", 503),
    ],
)
def test_only_a_part_that_serving_needs_makes_it_unready(client, monkeypatch, parts, status, code):
    monkeypatch.setitem(client.application.extensions, "readiness", parts)
    answer = client.get("/readyz")
    away = {True: "unavailable", False: "degraded"}
    told = {name: away[part.needed] if part.check is breaks else "ok" for name, part in parts.items()}
    assert (answer.status_code, answer.json) == (code, {"status": status, **told})


def queue(client, dedupe_key, state="waiting", **columns):
    with client.application.app_context(), transaction() as session:
        messaging.enqueue(
            dedupe_key=dedupe_key, to="x@example.org", template="t", context={}, locale="en", at=now()
        )
        session.execute(
            sa.update(Message).where(Message.dedupe_key == dedupe_key).values(state=state, **columns)
        )


def gauge(client, name):
    text = client.get("/metrics").get_data(as_text=True)
    return next(line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith(f"{name} "))


def test_messages_that_wait_are_counted_by_state_and_a_stuck_one_stands_apart(client):
    queue(client, "a")
    queue(client, "b", state="sending", available_at=now())
    queue(client, "c", state="sending", available_at=now() - STUCK_AFTER - timedelta(seconds=1))
    queue(client, "d", state="sent")
    counted = {state: gauge(client, f'guiyuan_messages_unsent{{state="{state}"}}') for state in UNSENT}
    assert counted == {"waiting": "1.0", "sending": "1.0", "stuck": "1.0", "failed": "0.0"}
    assert gauge(client, "guiyuan_outbox_waiting") == "0.0"


def test_while_the_database_is_away_the_other_figures_are_still_told(client):
    with client.application.app_context():
        db.engine.dispose()
        with db.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE message RENAME TO elsewhere"))
    assert gauge(client, 'guiyuan_messages_unsent{state="stuck"}') == "NaN"
    assert "guiyuan_requests_total" in client.get("/metrics").get_data(as_text=True)


def test_the_queue_of_folders_tells_what_waits_and_what_was_set_aside(client):
    root = message_folder(client.application.config["SETTINGS"])
    before = float(gauge(client, "guiyuan_queue_set_aside"))
    folder.put(root, "of-a-test", b"")
    assert gauge(client, 'guiyuan_queue_waiting{queue="of-a-test"}') == "1.0"
    reader = Reader(root, "of-a-test")
    folder.set_aside(root, reader.take(), "empty")
    reader.close()
    assert gauge(client, 'guiyuan_queue_waiting{queue="of-a-test"}') == "0.0"
    assert float(gauge(client, "guiyuan_queue_set_aside")) == before + 1


@pytest.mark.both
def test_a_queue_whose_folder_cannot_be_written_degrades_and_is_well_again_by_itself(client):
    root = message_folder(client.application.config["SETTINGS"]).parent
    assert client.get("/readyz").json["broker"] == "ok"
    root.rename(root.with_name("elsewhere"))
    answer = client.get("/readyz")
    root.with_name("elsewhere").rename(root)
    assert (answer.status_code, answer.json["broker"]) == (200, "degraded")
    assert client.get("/readyz").json["broker"] == "ok"


def test_no_worker_and_no_scheduler_is_needed_for_serving(tmp_path):
    app = Flask("tests")
    app.config["SETTINGS"] = Settings(_env_file=None, guiyuan_var=tmp_path, parts_here=list(LIVING))
    init_health(app, {}, [])
    needed = {name for name, part in app.extensions["readiness"].items() if part.needed}
    assert needed == {"database", "schema"}
    assert set(app.extensions["readiness"]) > LIVING
