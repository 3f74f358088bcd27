"""Files of large batches: made once by a worker, kept a day, and void when the worker died half way."""

from datetime import timedelta

import pytest

from core import files
from core.database import transaction
from core.errors import Conflict, NotFound
from core.progress import get_progress
from tests.factories.licences import make_licence
from tests.factories.traceability import make_lot
from traceability.codes.issuing import make_codes, request_batch
from traceability.codes.queries import get_batch
from traceability.labels import making
from traceability.labels.tasks import make, make_waiting


def asked(at, *, count=30, form="csv", **values):
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        return request_batch(lot.id, "unit", count, at=at, by=None, form=form, **values)


def made(number, at, tick=lambda _done: None):
    return making.make_file(number, public_url="https://g.example.org", now=lambda: at, tick=tick)


def test_a_file_is_made_once_and_its_codes_are_printed(session, at):
    batch = asked(at, inner=True)
    assert making.waiting() == [(batch.number, batch.job_id)]
    after = made(batch.number, at)
    assert (after.states, after.file_until) == ({"printed": 30}, at + timedelta(hours=24))
    table = files.get(after.file_key).decode("utf-8-sig").splitlines()
    assert len(table) == 31
    assert len(table[1].split(",")[-1]) == 8
    assert made(batch.number, at).file_key == after.file_key
    assert making.waiting() == []


def test_the_file_is_forgotten_after_a_day(session, at):
    key = made(asked(at).number, at).file_key
    assert making.forget_files(at=at + timedelta(hours=23)) == 0
    assert making.forget_files(at=at + timedelta(hours=24)) == 1
    with pytest.raises(NotFound):
        files.get(key)


def test_codes_of_a_worker_that_died_are_void(session, at):
    batch = asked(at)
    with transaction():
        list(make_codes(batch.number, at=at, by=None))
    with pytest.raises(Conflict) as refused:
        made(batch.number, at)
    assert refused.value.code == "batch_half_made"
    assert get_batch(batch.number).states == {"voided": 30}


def test_the_job_leads_to_the_file_or_says_why_not(session, at):
    good, bad = asked(at), asked(at)
    from traceability.lots.service import change_state
    from traceability.lots.states import LotState

    with transaction():
        change_state(bad.lot_id, LotState.CLOSED, reason="sold out", at=at, by=None)
    make(good.number, good.job_id)
    make(bad.number, bad.job_id)
    job = get_progress(good.job_id, at=at)
    assert (job.state, job.result_url) == ("done", f"/seller/codes/{good.number}/file")
    assert get_progress(bad.job_id, at=at).state == "failed"
    assert make_waiting() == 1
