"""An import in the hands of workers: failing, overtaken, brought twice; what is kept of it until it is booked."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import transaction
from core.errors import NotFound
from core.files import service as files
from core.outbox.tasks import deliver_pending
from core.progress.models import JOB
from core.progress.queries import get_progress
from core.progress.service import starting as progress
from core.progress.service.starting import again
from core.progress.tasks import RETRY, resume
from core.work_claims import ClaimLost, WorkClaim, find_claim, take_claim
from shop.channels import queries
from shop.channels.models import OutsideImport
from shop.channels.rules import taobao
from shop.channels.service import importing as service
from shop.channels.service import stored_plans as keeping
from shop.channels.service.reading import parse, tables_of
from shop.channels.tasks import applying as running
from shop.channels.tasks import forgetting
from shop.channels.tasks.jobs import apply_planned, forget_plans, plan_import
from tests.unit.shop.channels.conftest import facts, run_import


def planned(storefront, example):
    """An import that was looked at and confirmed on its page: (public id, job)."""
    public_id, reading = being_read(storefront, example)
    plan_import(reading, public_id)
    with transaction():
        job = progress.start(
            "channels", task="shop.channels.apply", args=[public_id, storefront.public_id], total=5
        )
        service.claim(queries.get_import(public_id).id, job_id=job, at=now())
    return public_id, job


def being_read(storefront, example):
    """An import whose files were brought and not yet read: (public id, job)."""
    laid = keeping.lay_down(tables_of(example, "taobao"))
    with transaction():
        row = service.record_brought(
            laid, storefront=storefront, platform="taobao", account_id=None, at=now()
        )
        row.job_id = progress.start("channels", task="shop.channels.plan", args=[row.public_id], total=5)
        return row.public_id, row.job_id


def state_of(session, public_id):
    session.rollback()
    return session.scalar(sa.select(OutsideImport.state).where(OutsideImport.public_id == public_id))


def break_booking(monkeypatch, *, times, after=0):
    """The ledger refuses to book, `times` times, after `after` chunks that went well."""
    monkeypatch.setattr(service, "CHUNK", 2)
    real, calls = service.apply_orders, []

    def apply_orders(*args, **options):
        calls.append(1)
        if after < len(calls) <= after + times:
            raise RuntimeError("no such cultivar")
        return real(*args, **options)

    monkeypatch.setattr(service, "apply_orders", apply_orders)
    return calls


def due():
    with transaction() as current:
        current.execute(sa.update(WorkClaim).values(available_at=now()))


def test_an_import_that_fails_is_not_sent_again_at_once_and_goes_on_where_it_was(
    session, storefront, example, monkeypatch
):
    public_id, job = planned(storefront, example)
    calls = break_booking(monkeypatch, times=1, after=1)
    apply_planned(job, public_id, storefront.public_id)
    assert get_progress(job, at=now()).state == "waiting"
    assert len(facts(session)) > 0, "the first chunk stays"
    apply_planned(job, public_id, storefront.public_id)
    assert (resume(at=now() + timedelta(seconds=5)), len(calls)) == (0, 2)
    due()
    apply_planned(job, public_id, storefront.public_id)
    assert (state_of(session, public_id), get_progress(job, at=now()).state) == ("applied", "done")
    assert len(facts(session)) == 8


@pytest.mark.both
def test_an_import_that_fails_each_time_is_failed_with_a_sentence_until_somebody_tries_again(
    app, session, storefront, example, monkeypatch
):
    public_id, job = planned(storefront, example)
    break_booking(monkeypatch, times=RETRY.attempts)
    for _attempt in range(RETRY.attempts):
        assert state_of(session, public_id) == "applying"
        apply_planned(job, public_id, storefront.public_id)
        due()
    deliver_pending()
    assert state_of(session, public_id) == "failed"
    view = get_progress(job, at=now())
    assert (view.state, view.may_retry, bool(view.message)) == ("failed", True, True)
    assert resume(at=now() + timedelta(days=1)) == 0
    with transaction():
        again(job)
    apply_planned(job, public_id, storefront.public_id)
    assert (state_of(session, public_id), len(facts(session))) == ("applied", 8)


@pytest.mark.both
def test_the_same_import_sent_twice_is_booked_once_while_one_is_at_it(
    session, storefront, example, monkeypatch
):
    public_id, job = planned(storefront, example)
    real, second = service.apply_orders, []

    def apply_orders(*args, **options):
        booked = real(*args, **options)
        if not second:
            second.append(find_claim(JOB, job).token)
        return booked

    monkeypatch.setattr(service, "apply_orders", apply_orders)
    apply_planned(job, public_id, storefront.public_id)
    apply_planned(job, public_id, storefront.public_id)
    assert second[0]
    assert (state_of(session, public_id), len(facts(session))) == ("applied", 8)


@pytest.mark.both
def test_an_import_from_the_console_that_was_interrupted_says_so(
    app, session, storefront, example, tmp_path, monkeypatch
):
    break_booking(monkeypatch, times=1)
    done = run_import(app, tmp_path, storefront, example)
    assert done.exit_code != 0
    session.rollback()
    row = session.scalars(sa.select(OutsideImport)).one()
    assert queries.state_of(row, at=now()) == "failed"


def test_the_same_files_brought_twice_are_two_imports_of_which_neither_takes_the_others_plan(
    session, storefront, example
):
    brought = [being_read(storefront, example) for _ in range(2)]
    for public_id, job in brought:
        plan_import(job, public_id)
        assert state_of(session, public_id) == "planned"
    for public_id, _job in brought:
        assert len(keeping.kept_orders(queries.get_import(public_id))) == 5


def test_nothing_that_is_laid_down_of_the_same_files_lies_under_one_key(session, example):
    brought = tables_of(example, "taobao")
    first, second = keeping.lay_down(brought), keeping.lay_down(brought)
    orders = [keeping.PlannedOrder("create", one) for one in parse(example).orders]
    plans = {keeping.keep_plan_of(one.public_id, orders) for one in (first, second)}
    assert len({first.key, second.key} | plans) == 4


def test_an_import_of_which_no_order_could_be_taken_keeps_its_plan(session, storefront, example):
    orders = next(one for one in example if one[0].startswith("ExportOrder"))
    public_id, job = being_read(storefront, [(orders[0], orders[1].splitlines(keepends=True)[0])])
    plan_import(job, public_id)
    assert state_of(session, public_id) == "planned"
    assert keeping.kept_plan(queries.get_import(public_id)) == []


@pytest.mark.parametrize("bare", [True, False])
def test_what_an_earlier_version_kept_of_an_import_is_understood(session, storefront, example, bare):
    """It read the files at once and kept their orders: alone, and later with the import named beside them."""
    public_id, job = being_read(storefront, example)
    orders = [keeping.to_json(one) for one in parse(example).orders]
    old = (
        orders
        if bare
        else {"import": public_id, "orders": [{"action": "", "changes": [], "order": one} for one in orders]}
    )
    key = files.put(
        json.dumps(old).encode(), kind=keeping.SHELF, content_type="application/json", public=False
    )
    with transaction():
        queries.get_import(public_id).plan_key = key
    assert [one.order for one in keeping.kept_plan(queries.get_import(public_id))] == parse(example).orders
    plan_import(job, public_id)
    assert state_of(session, public_id) == "planned"
    assert [one.action for one in keeping.kept_plan(queries.get_import(public_id))] == ["create"] * 5


@pytest.mark.parametrize("gone", [True, False])
def test_what_was_kept_and_cannot_be_read_any_more_is_told_with_what_to_do(
    session, storefront, example, gone
):
    public_id, job = being_read(storefront, example)
    kept = queries.get_import(public_id).plan_key
    session.rollback()
    if gone:
        files.forget(kept)
    else:
        old = {
            "import": public_id,
            "tables": [{"file": "a.csv", "layout": "of later", "words": [], "rows": []}],
        }
        key = files.put(
            json.dumps(old).encode(), kind=keeping.SHELF, content_type="application/json", public=False
        )
        with transaction():
            queries.get_import(public_id).plan_key = key
    plan_import(job, public_id)
    view = get_progress(job, at=now())
    assert (view.state, view.may_retry) == ("failed", False)
    assert "请重新上传文件" in view.message


@pytest.mark.both
def test_a_worker_that_was_overtaken_books_nothing_any_more(session, storefront, example, monkeypatch):
    monkeypatch.setattr(service, "CHUNK", 2)
    public_id, job = planned(storefront, example)
    booked, real = [], service.apply_orders

    def apply_orders(orders, **options):
        booked.append(real(orders, **options))
        return booked[-1]

    def overtaken(_done):
        with transaction():
            session.execute(sa.update(WorkClaim).values(token="of another"))

    row = queries.get_import(public_id)
    import_id, orders = row.id, keeping.kept_orders(row)
    monkeypatch.setattr(service, "apply_orders", apply_orders)
    claim = take_claim(JOB, job)
    with pytest.raises(ClaimLost):
        running.apply_import(
            import_id, orders, storefront, at=now(), progress=overtaken, still_ours=claim.renew
        )
    assert len(booked) == 1


def test_a_comparison_that_fails_each_time_is_failed_and_can_be_tried_again(
    session, storefront, example, monkeypatch
):
    public_id, job = being_read(storefront, example)
    real = service._known
    monkeypatch.setattr(service, "_known", lambda *_given: 1 / 0)
    for _attempt in range(RETRY.attempts):
        assert state_of(session, public_id) == "reading"
        plan_import(job, public_id)
        due()
    deliver_pending()
    assert (state_of(session, public_id), facts(session)) == ("failed", [])
    monkeypatch.setattr(service, "_known", real)
    with transaction():
        again(job)
    plan_import(job, public_id)
    assert state_of(session, public_id) == "planned"
    row = queries.get_import(public_id)
    assert [one.action for one in keeping.kept_plan(row)] == ["create"] * 5
    assert row.counts["create"] == 5


@pytest.mark.both
def test_what_was_kept_of_imports_goes_unless_somebody_may_still_confirm_it(session, storefront, example):
    public_id, job = planned(storefront, example)
    waiting, _reading = being_read(storefront, example)
    never_noted = keeping.lay_down(tables_of(example, "taobao")).key
    booked, needed = (
        queries.get_import(public_id).plan_key,
        queries.get_import(waiting).plan_key,
    )
    session.rollback()
    apply_planned(job, public_id, storefront.public_id)
    assert forget_plans() == 0, "what is a moment old may belong to somebody who is at it"
    assert forgetting.forget_plans(at=now() + timedelta(days=2)) >= 2
    assert files.get(needed)
    for gone in (booked, never_noted):
        with pytest.raises(NotFound):
            files.get(gone)


@pytest.mark.both
def test_a_worker_that_was_overtaken_while_it_reads_reads_no_further(
    session, storefront, example, monkeypatch
):
    public_id, job = being_read(storefront, example)
    real, read = taobao._take_order, []

    def overtaken(*given):
        read.append(real(*given))
        with transaction() as current:
            current.execute(sa.update(WorkClaim).values(token="of another"))

    monkeypatch.setattr(taobao, "TOLD_EVERY", 1)
    monkeypatch.setattr(taobao, "_take_order", overtaken)
    plan_import(job, public_id)
    assert (len(read), state_of(session, public_id)) == (1, "reading")
