"""The head of each day: one for every day and everybody who keeps it, of the log as it is by then."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database import transaction
from core.messaging.models import Message
from core.seal.models.log import this_log
from core.seal.rules.note import Note, Signer
from core.seal.service.daily_heads import keep_head, kept_heads
from core.seal.tasks.sequencer import sequence
from tests.unit.core.seal.test_sequencer import append


@pytest.fixture
def log(session):
    append(7)
    sequence()
    return this_log()


def grow(count, start):
    append(count, start)
    sequence()


def keep(at, day=0):
    with transaction():
        assert keep_head(at=at + timedelta(days=day)) is True


def witnessed(log):
    """Let a witness cosign the present head; what it gave."""
    note = Note.parse(log.store.checkpoint())
    line = Signer.generate("witness.example/w1").cosign(note.text, timestamp=1)
    log.store.keep_witnessed(str(Note(note.text, (*note.lines, line))))
    return line


def test_each_who_keeps_heads_gets_one_a_day(app, session, log, monkeypatch, at):
    receivers = ["a@example.org", "b@example.org"]
    monkeypatch.setattr(app.config["SETTINGS"], "checkpoint_to", receivers)
    keep(at)
    grow(2, 7)
    keep(at, day=1)
    session.rollback()
    messages = session.scalars(select(Message).where(Message.template == "checkpoint")).all()
    days = [one.day for one in kept_heads(5)]
    assert days == [(at + timedelta(days=1)).date(), at.date()]
    sent = {(one.receiver, one.context["day"]) for one in messages}
    assert sent == {(receiver, day.isoformat()) for receiver in receivers for day in days}
    assert [one.day for one in kept_heads(1)] == days[:1]


def test_the_head_that_was_witnessed_is_kept_though_the_log_has_grown_a_little(session, log, at):
    line = witnessed(log)
    grow(2, 7)
    keep(at)
    assert (kept_heads(1)[0].size, line in kept_heads(1)[0].note) == (7, True)


def test_witnesses_that_stay_away_do_not_hold_the_heads_of_later_days_back(session, log, at):
    witnessed(log)
    keep(at)
    grow(2, 7)
    keep(at, day=1)
    grow(3, 9)
    keep(at, day=2)
    assert [one.size for one in kept_heads(5)] == [12, 9, 7]
    witnessed(log)
    grow(1, 12)
    keep(at, day=3)
    assert kept_heads(1)[0].size == 13
