"""What a report prints of the public log: the head there was when it was made."""

from branch.reports.formats.html import head_of_log
from core.seal.models.log import this_log
from core.seal.rules.note import Checkpoint, Note
from core.seal.service.daily_heads import short_head
from core.seal.tasks.sequencer import sequence
from tests.unit.core.seal.test_sequencer import append


def test_the_head_of_the_log_stands_on_what_is_made_after_the_first_signature(app, session):
    with app.test_request_context():
        assert head_of_log() == []
        append(5)
        sequence()
        head = Checkpoint.parse(Note.parse(this_log().store.checkpoint()).text)
        [[_name, value]] = head_of_log()
    assert value == short_head(5, head.root) == f"5 · {head.root[:12].hex()}"
