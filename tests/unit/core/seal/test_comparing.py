"""Whoever holds the key writes the log anew, and all that lies here agrees: what somebody kept names it."""

import shutil
import xml.etree.ElementTree as ET

import pytest
from flask import render_template
from sqlalchemy import select

from core.clock import now
from core.database import transaction
from core.messaging.models import Message
from core.seal.models.leaves import SealHead, SealLeaf
from core.seal.models.log import this_log
from core.seal.queries.audit import audit
from core.seal.queries.sources import sources
from core.seal.queries.subjects import proof_for
from core.seal.rules import merkle
from core.seal.rules.note import BadNote, Checkpoint, Signer
from core.seal.service import comparing
from core.seal.service.comparing import (
    ComparisonOutcome,
    LogAway,
    checkpoint_in,
    compare,
    shown_at,
    shown_here,
)
from core.seal.service.daily_heads import keep_head, kept_heads
from core.seal.tasks.periodic import keep_head_task
from core.seal.tasks.sequencer import sequence
from core.seal.wording import explained, title
from tests.running import served
from tests.unit.core.seal.test_sequencer import append, forget_after


@pytest.fixture
def log(session):
    append(7)
    sequence()
    return this_log()


def judged(kept):
    return compare(checkpoint_in(kept.encode()), this_log().verifier, shown_here(this_log())).answer


def write_anew(log):
    """What whoever holds the key and the database can do: other leaves, signed from the first on."""
    forget_after(0)
    shutil.rmtree(log.store.folder / "tile")
    (log.store.folder / "checkpoint").unlink()
    log.signed_head_file.path.unlink()
    append(12, 500)
    assert sequence() == 12


@pytest.mark.both
def test_a_log_that_was_written_anew_agrees_with_itself_and_not_with_what_was_kept(session, log):
    kept, proof = log.store.checkpoint(), str(proof_for("plot/3"))
    append(5, 7)
    sequence()
    assert judged(kept) is judged(proof) is ComparisonOutcome.SAME
    write_anew(log)
    session.rollback()
    assert list(audit(log, (), at=now())) == []
    assert judged(kept) is judged(proof) is ComparisonOutcome.REWRITTEN


def test_each_answer_has_its_own_words_and_only_one_is_good(app, session, log):
    head = Checkpoint(log.origin, 7, merkle.leaf_hash(b"x"))
    other = Signer.generate("other.example/log")
    cases = {
        ComparisonOutcome.SAME: log.store.checkpoint(),
        ComparisonOutcome.REWRITTEN: head.signed(log.signer),
        ComparisonOutcome.OTHER_LOG: Checkpoint("other.example/log", 7, head.root).signed(other),
        ComparisonOutcome.NOT_SIGNED: head.signed(Signer.generate(log.origin)),
        ComparisonOutcome.NEWER: Checkpoint(log.origin, 8, head.root).signed(log.signer),
    }
    told = set()
    for answer, note in cases.items():
        found = compare(checkpoint_in(note.encode()), log.verifier, shown_here(log))
        assert found.answer is answer
        told |= {title(found.answer), explained(found)}
        done = app.test_cli_runner().invoke(args=["seal", "compare", "-"], input=note)
        assert done.exit_code == (answer is not ComparisonOutcome.SAME), done.output
    assert len(told) == 2 * len(cases)
    tampered = cases[ComparisonOutcome.SAME].replace("\n7\n", "\n6\n")
    assert judged(tampered) is ComparisonOutcome.NOT_SIGNED


@pytest.mark.parametrize("kept", ["", "x", "a\n1\nb\n", "c2sp.org/tlog-proof@v1\nx"])
def test_what_is_no_checkpoint_is_said_to_be_none(session, log, kept):
    with pytest.raises(BadNote):
        judged(kept)


def test_a_log_is_asked_at_its_address(app, session, log, tmp_path):
    append(300, 7)
    kept = log.store.checkpoint()
    sequence()
    with served(app.config["SETTINGS"]) as url:
        found = compare(kept, log.verifier, shown_at(f"{url}/log", log.verifier))
        assert (found.answer, found.present.size) == (ComparisonOutcome.SAME, 307)
        with pytest.raises(LogAway, match="does not hold"):
            shown_at(f"{url}/log", Signer.generate(log.origin).verifier)
        with pytest.raises(LogAway, match="404"):
            shown_at(f"{url}/nothing", log.verifier)
        runner = app.test_cli_runner()
        (tmp_path / "kept").write_text(kept)
        done = runner.invoke(args=["seal", "compare", str(tmp_path / "kept"), "--log", f"{url}/log"])
        assert (done.exit_code, done.output.startswith("SAME ")) == (0, True), done.output
        (tmp_path / "proof").write_text(str(proof_for("plot/3")))
        done = runner.invoke(args=["seal", "check", str(tmp_path / "proof"), "--log", f"{url}/log"])
        assert done.exit_code == 0
        assert "PROVED " in done.output
        assert "SAME " in done.output
        write_anew(log)
        done = runner.invoke(args=["seal", "check", str(tmp_path / "proof"), "--log", f"{url}/log"])
        assert (done.exit_code, "PROVED " in done.output, "SAME " in done.output) == (1, True, False)
    with pytest.raises(LogAway, match="could not be reached"):
        shown_at(f"{url}/log", log.verifier)
    with pytest.raises(LogAway, match="not an address"):
        shown_at("ftp://x", log.verifier)


def test_a_log_that_grows_while_it_is_asked_is_compared_all_the_same(session, log, monkeypatch):
    kept = log.store.checkpoint()
    append(293, 7)
    sequence()
    head = log.store.checkpoint()
    append(300, 300)
    sequence()

    def fetched(url):
        path = log.store.folder / url.removeprefix("http://log.example/")
        if path.name != "checkpoint" and not path.exists():
            raise LogAway(url)
        return head.encode() if path.name == "checkpoint" else path.read_bytes()

    monkeypatch.setattr(comparing, "_fetch", fetched)
    found = compare(kept, log.verifier, shown_at("http://log.example", log.verifier))
    assert (found.answer, found.present.size) == (ComparisonOutcome.SAME, 300)


def test_the_command_exits_with_1_when_the_log_was_rewritten(app, session, log):
    kept = log.store.checkpoint()
    runner = app.test_cli_runner()
    assert runner.invoke(args=["seal", "compare", "-"], input=kept).exit_code == 0
    write_anew(log)
    done = runner.invoke(args=["seal", "compare", "-"], input=kept)
    assert (done.exit_code, done.output.startswith("REWRITTEN ")) == (1, True)
    assert runner.invoke(args=["seal", "compare", "-"], input="x").exit_code == 1


def test_the_page_says_the_same_without_changing_anything(client, session, log):
    kept = log.store.checkpoint()
    assert client.get("/log/compare").status_code == 200
    assert "这是本日志的签名头" in client.get("/log/compare", query_string={"kept": kept}).text
    assert (
        "这是本日志的签名头"
        in client.get("/log/compare", query_string={"kept": kept.replace("\n", "\r\n")}).text
    )
    assert client.get("/log/compare", query_string={"kept": "x"}).status_code == 422
    write_anew(log)
    assert "被改写过" in client.get("/log/compare", query_string={"kept": kept}).text


@pytest.mark.both
def test_a_head_a_day_is_kept_sent_and_told_by_feed(app, client, session, log, monkeypatch, at):
    monkeypatch.setattr(app.config["SETTINGS"], "checkpoint_to", ["archive@example.org"])
    assert keep_head_task() is True
    assert keep_head_task() is False
    session.rollback()
    message = session.scalars(select(Message).where(Message.template == "checkpoint")).one()
    assert message.receiver == "archive@example.org"
    assert judged(message.context["note"]) is ComparisonOutcome.SAME
    with app.test_request_context():
        title, _line, body = (
            render_template("emails/checkpoint.txt", **message.context).strip().partition("\n")
        )
    assert all(words in title for words in ("公开日志", "The public log on"))
    assert all(words in body for words in ("请原样保存", "Keep this text as it stands"))
    assert body.count("/log/compare") == 2
    assert judged(body) is ComparisonOutcome.SAME
    root = ET.fromstring(client.get("/feeds/checkpoints.xml").data)  # noqa: S314 - our own feed
    atom = "{http://www.w3.org/2005/Atom}"
    notes = [one.findtext(f"{atom}content") for one in root.iter(f"{atom}entry")]
    assert [judged(one) for one in notes] == [ComparisonOutcome.SAME]
    assert root.findtext(f"{atom}id").endswith("/feeds/checkpoints.xml")
    assert kept_heads(5)[0].short.startswith("7 · ")


def test_before_the_first_signature_there_is_no_head_to_keep(client, session, at):
    with transaction():
        assert keep_head(at=at) is False
    session.rollback()
    assert session.scalars(select(SealHead)).all() == []
    assert client.get("/feeds/checkpoints.xml").status_code == 200
    with pytest.raises(LogAway):
        shown_here(this_log())
    assert sources()
    assert session.scalars(select(SealLeaf)).all() == []
