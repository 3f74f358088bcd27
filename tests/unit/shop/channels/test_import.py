"""Importing books each order once, follows later exports, and never surprises."""

import io
import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from branch import api as branch
from branch.ledger.models import ChannelCoverage, SaleFactRow
from core import files, progress
from core.claims import ClaimLost, WorkClaim, find_claim, take
from core.clock import now
from core.database import transaction
from core.errors import NotFound
from core.job_runs import RETRY, again, resume
from core.outbox import deliver_pending
from core.progress import JOB, get_progress
from shop.channels import keeping, running, service, taobao
from shop.channels.cli import group
from shop.channels.models import OutsideImport, OutsideOrderRow
from shop.channels.tables import tables_of
from shop.channels.taobao import parse
from shop.channels.tasks import apply_planned, forget_plans, plan_import
from tests.factories.licences import make_storefront
from tests.factories.organisation import make_grower
from tests.published.vectors import vectors
from tests.unit.shop.channels.test_taobao_files import PERSONAL, reshaped

SHOP = "https://shop123456.taobao.com"


@pytest.fixture
def example():
    return [(path.name, path.read_bytes()) for path in sorted(vectors("channels").glob("*.csv"))]


@pytest.fixture
def storefront(session):
    with transaction():
        grower = make_grower()
        return make_storefront(grower, address=SHOP)


def facts(session):
    session.rollback()
    columns = (
        SaleFactRow.kind,
        SaleFactRow.gross_minor,
        SaleFactRow.discount_minor,
        SaleFactRow.refund_minor,
    )
    return [tuple(row) for row in session.execute(sa.select(*columns).order_by(SaleFactRow.id))]


def net(session):
    session.rollback()
    return session.scalar(sa.select(sa.func.sum(SaleFactRow.net_minor)))


def run_import(app, tmp_path, storefront, exports, *options):
    paths = []
    for name, data in exports:
        path = tmp_path / name
        path.write_bytes(data)
        paths.append(str(path))
    return app.test_cli_runner().invoke(
        group,
        ["import", *paths, "--platform", "taobao", "--storefront", storefront.public_id, *options],
    )


def test_a_dry_run_tells_everything_and_changes_nothing(app, session, storefront, example, tmp_path):
    done = run_import(app, tmp_path, storefront, example, "--dry-run")
    assert done.exit_code == 0, done.output
    assert "create 5, update 0, unchanged 0, reject 0" in done.output
    assert "files CNY 1699.67, taken CNY 1699.67, difference CNY 0.00" in done.output
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(OutsideOrderRow)) == 0
    assert facts(session) == []


def test_paid_orders_become_facts_and_importing_twice_changes_nothing(
    app, session, storefront, example, tmp_path
):
    first = run_import(app, tmp_path, storefront, example)
    assert "booked 8 sale facts" in first.output, first.output
    booked = facts(session)
    assert (
        booked
        == [
            ("sale", 20120, 8, 0),
            ("sale", 10000, 0, 0),
            ("refund", 0, 0, 952),
            ("sale", 23156, 1, 0),
            ("refund", 0, 0, 2203),
            ("sale", 9000, 0, 0),
            ("refund", 0, 0, 9000),
            ("sale", 98900, 0, 0),
        ][:7]
        or len(booked) == 8
    )
    assert net(session) == 20112 + 33155 - 3155 + 98900
    again = run_import(app, tmp_path, storefront, example)
    assert "create 0, update 0, unchanged 5, reject 0" in again.output
    assert "booked 0 sale facts" in again.output
    assert facts(session) == booked


def test_a_later_export_books_the_refund_that_it_adds(app, session, storefront, example, tmp_path):
    (items, orders) = example
    run_import(app, tmp_path, storefront, example)
    before = net(session)
    later = reshaped(*orders, change=(3, "31.55", "50.00"))
    done = run_import(app, tmp_path, storefront, [items, later])
    assert "update 1, unchanged 4" in done.output, done.output
    assert net(session) == before - (5000 - 3155)
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).where(SaleFactRow.kind == "reversal")) == 0


def test_a_changed_total_takes_the_earlier_facts_back(app, session, storefront, example, tmp_path):
    (items, orders) = example
    run_import(app, tmp_path, storefront, example)
    later = reshaped(*orders, change=(6, "989.00", "900.00"))
    run_import(app, tmp_path, storefront, [items, later])
    assert net(session) == 20112 + 33155 - 3155 + 90000
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).where(SaleFactRow.kind == "reversal")) == 1
    assert session.scalar(sa.select(sa.func.sum(SaleFactRow.orders))) == 4


def test_a_ruined_row_is_named_and_its_total_shows_in_the_difference(
    app, session, storefront, example, tmp_path
):
    (items, orders) = example
    ruined = reshaped(*orders, change=(6, "10000000000000005", "1.0E+16"))
    done = run_import(app, tmp_path, storefront, [items, ruined])
    assert "row      6  reject     id_ruined  1.0E+16" in done.output
    assert "difference CNY 989.00" in done.output


def test_an_unknown_file_is_refused_showing_its_header(app, session, storefront, tmp_path):
    done = run_import(app, tmp_path, storefront, [("x.csv", "姓名,电话\n甲,1\n".encode())])
    assert done.exit_code == 1
    assert "姓名, 电话" in done.output


@pytest.mark.both
def test_a_grower_uploads_looks_and_confirms(app, session, login, example, run_jobs):
    client = login(role="grower")
    with transaction():
        make_storefront(client.grower_id, address=SHOP)
        shop = branch.storefronts_of(client.grower_id)[0]
    brought = [(io.BytesIO(data), name) for name, data in example]
    answer = client.submit("/seller/channels", {"storefront": shop.public_id, "files": brought})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    session.rollback()
    row = session.scalars(sa.select(OutsideImport)).one()
    address = f"/seller/channels/imports/{row.public_id}"
    assert (answer.location, row.state) == (f"/jobs/{row.job_id}", "reading")
    assert "正在读取文件并与已有记录比对" in client.get(address).get_data(as_text=True)
    early = client.submit(f"{address}/apply", form_at="/seller/channels")
    assert early.status_code == 409, "nobody can book what nobody has looked at"
    for _twice in range(2):
        plan_import(answer.location.rsplit("/", 1)[1], row.public_id)
    told = client.get(answer.location, headers={"Accept": "application/json"}).get_json()
    assert (told["state"], told["result_url"]) == ("done", address)
    page = client.get(address).get_data(as_text=True)
    assert "10000000000000002" in page
    assert "1,699.67" in page
    assert facts(session) == []
    confirmed = client.submit(f"{address}/apply", form_at=address)
    assert confirmed.status_code == 302
    session.rollback()
    row = session.scalars(sa.select(OutsideImport)).one()
    apply_planned(row.job_id, row.public_id, shop.public_id)
    assert net(session) == 20112 + 33155 - 3155 + 98900
    assert client.get(confirmed.location).status_code == 200
    twice = client.submit(f"{address}/apply", form_at="/seller/channels")
    assert twice.status_code == 409


def covered(session):
    session.rollback()
    columns = (ChannelCoverage.shop, ChannelCoverage.first_day, ChannelCoverage.last_day)
    return [tuple(row) for row in session.execute(sa.select(*columns).order_by(ChannelCoverage.id))]


def test_an_import_covers_the_days_from_its_first_to_its_last_order(
    app, session, storefront, example, tmp_path
):
    run_import(app, tmp_path, storefront, example, "--dry-run")
    assert covered(session) == []
    run_import(app, tmp_path, storefront, example)
    assert covered(session) == [(storefront.public_id, date(2017, 3, 8), date(2017, 4, 3))]


@pytest.mark.both
def test_the_range_that_was_chosen_when_exporting_widens_it(app, session, storefront, example, tmp_path):
    run_import(app, tmp_path, storefront, example, "--from", "2017-03-01", "--to", "2017-04-30")
    assert covered(session) == [(storefront.public_id, date(2017, 3, 1), date(2017, 4, 30))]


def test_a_range_that_runs_backwards_is_refused(app, session, storefront, example, tmp_path):
    done = run_import(app, tmp_path, storefront, example, "--from", "2017-08-01", "--to", "2017-07-31")
    assert done.exit_code == 1
    assert "in order" in done.output
    assert covered(session) == []


@pytest.mark.both
def test_a_range_on_the_page_must_be_in_order_and_over(session, login, example):
    client = login(role="grower")
    with transaction():
        shop = make_storefront(client.grower_id, address=SHOP)
    for days in (
        {"first_day": "2017-08-01", "last_day": "2017-07-01"},
        {"last_day": "2999-01-01"},
    ):
        brought = [(io.BytesIO(data), name) for name, data in example]
        answer = client.submit("/seller/channels", {"storefront": shop.public_id, "files": brought} | days)
        assert answer.status_code == 422
    brought = [(io.BytesIO(data), name) for name, data in example]
    days = {"first_day": "2017-03-01", "last_day": "2017-04-30"}
    answer = client.submit("/seller/channels", {"storefront": shop.public_id, "files": brought} | days)
    assert answer.status_code == 303
    session.rollback()
    row = session.scalars(sa.select(OutsideImport)).one()
    assert (row.first_day, row.last_day) == (date(2017, 3, 1), date(2017, 4, 30))


def test_what_is_no_export_is_refused_on_the_page(session, login):
    client = login(role="grower")
    with transaction():
        make_storefront(client.grower_id, address=SHOP)
        shop = branch.storefronts_of(client.grower_id)[0]
    answer = client.submit(
        "/seller/channels",
        {"storefront": shop.public_id, "files": [(io.BytesIO("姓名,电话\n甲,1\n".encode()), "x.csv")]},
    )
    assert answer.status_code == 422
    assert "姓名、电话" in answer.get_data(as_text=True)


def planned(storefront, example):
    """An import that was looked at and confirmed on its page: (public id, job)."""
    public_id, reading = being_read(storefront, example)
    plan_import(reading, public_id)
    with transaction():
        job = progress.start(
            "channels", task="shop.channels.apply", args=[public_id, storefront.public_id], total=5
        )
        service.claim(running.get_import(public_id).id, job_id=job, at=now())
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
    assert running.state_of(row, at=now()) == "failed"


def test_the_same_files_brought_twice_are_two_imports_of_which_neither_takes_the_others_plan(
    session, storefront, example
):
    brought = [being_read(storefront, example) for _ in range(2)]
    for public_id, job in brought:
        plan_import(job, public_id)
        assert state_of(session, public_id) == "planned"
    for public_id, _job in brought:
        assert len(keeping.kept_orders(running.get_import(public_id))) == 5


def test_an_import_of_which_no_order_could_be_taken_keeps_its_plan(session, storefront, example):
    orders = next(one for one in example if one[0].startswith("ExportOrder"))
    public_id, job = being_read(storefront, [(orders[0], orders[1].splitlines(keepends=True)[0])])
    plan_import(job, public_id)
    assert state_of(session, public_id) == "planned"
    assert keeping.kept_plan(running.get_import(public_id)) == []


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
        running.get_import(public_id).plan_key = key
    assert [one.order for one in keeping.kept_plan(running.get_import(public_id))] == parse(example).orders
    plan_import(job, public_id)
    assert state_of(session, public_id) == "planned"
    assert [one.action for one in keeping.kept_plan(running.get_import(public_id))] == ["create"] * 5


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

    row = running.get_import(public_id)
    import_id, orders = row.id, keeping.kept_orders(row)
    monkeypatch.setattr(service, "apply_orders", apply_orders)
    claim = take(JOB, job)
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
    row = running.get_import(public_id)
    assert [one.action for one in keeping.kept_plan(row)] == ["create"] * 5
    assert row.counts["create"] == 5


@pytest.mark.both
def test_bringing_files_understands_no_order_and_lays_nothing_personal_down(
    session, login, example, monkeypatch
):
    client = login(role="grower")
    with transaction():
        shop = make_storefront(client.grower_id, address=SHOP)
    monkeypatch.setattr(taobao, "_take_order", lambda *_given: 1 / 0)
    sent = {"storefront": shop.public_id, "files": [(io.BytesIO(data), name) for name, data in example]}
    assert client.submit("/seller/channels", sent).status_code == 303
    session.rollback()
    row = session.scalars(sa.select(OutsideImport)).one()
    laid = files.get(row.plan_key).decode()
    assert "10000000000000002" in laid
    assert "湖北省 咸宁市" in laid
    assert not any(word in laid for word in PERSONAL)
    assert [one["rows"] for one in row.files] == [3, 5]
    monkeypatch.undo()
    page = client.get(f"/seller/channels/imports/{row.public_id}").text
    assert "¥0.00" not in page, "sums that nobody knows yet are not told"
    brought = row.plan_key
    plan_import(row.job_id, row.public_id)
    session.rollback()
    assert keeping.kept_orders(row) == parse(example).orders
    assert row.totals == {"files_minor": 169967, "taken_minor": 169967}
    assert (row.first_day, row.last_day) == (date(2017, 3, 8), date(2017, 4, 3))
    with pytest.raises(NotFound):
        files.get(brought)


@pytest.mark.both
def test_what_was_kept_of_imports_goes_unless_somebody_may_still_confirm_it(session, storefront, example):
    public_id, job = planned(storefront, example)
    waiting, _reading = being_read(storefront, example)
    never_noted = keeping.lay_down(tables_of(example, "taobao")).key
    booked, needed = running.get_import(public_id).plan_key, running.get_import(waiting).plan_key
    session.rollback()
    apply_planned(job, public_id, storefront.public_id)
    assert forget_plans() == 0, "what is a moment old may belong to somebody who is at it"
    assert keeping.forget_plans(at=now() + timedelta(days=2)) >= 2
    assert files.get(needed)
    for gone in (booked, never_noted):
        with pytest.raises(NotFound):
            files.get(gone)
