"""Importing books each order once, follows later exports, and never surprises."""

import io
from datetime import date

import pytest
import sqlalchemy as sa

from branch import api as branch
from branch.ledger.models.tables import ChannelCoverage, SaleFactRow
from core.clock import now
from core.database import transaction
from core.errors import NotFound
from core.files import service as files
from core.progress.queries import get_progress
from shop.channels.models import OutsideImport, OutsideOrderRow
from shop.channels.rules import taobao
from shop.channels.service import stored_plans as keeping
from shop.channels.service.reading import parse
from shop.channels.tasks.jobs import apply_planned, plan_import
from tests.factories.licences import make_storefront
from tests.unit.shop.channels.conftest import SHOP, facts, run_import
from tests.unit.shop.channels.test_taobao_files import PERSONAL, reshaped


def net(session):
    session.rollback()
    return session.scalar(sa.select(sa.func.sum(SaleFactRow.net_minor)))


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


def test_what_a_worker_read_is_counted_with_its_bad_row_and_keeps_the_days_that_were_chosen(
    session, login, example
):
    client = login(role="grower")
    with transaction():
        shop = make_storefront(client.grower_id, address=SHOP)
    items, orders = example
    ruined = reshaped(*orders, change=(6, "10000000000000005", "1.0E+16"))
    sent = {
        "storefront": shop.public_id,
        "files": [(io.BytesIO(data), name) for name, data in (items, ruined)],
        "first_day": "2017-03-01",
        "last_day": "2017-04-30",
    }
    assert client.submit("/seller/channels", sent).status_code == 303
    session.rollback()
    row = session.scalars(sa.select(OutsideImport)).one()
    job = get_progress(row.job_id, at=now())
    assert (job.done, job.total) == (0, 5)
    plan_import(row.job_id, row.public_id)
    session.rollback()
    assert row.counts == {"create": 4, "update": 0, "unchanged": 0, "reject": 1}
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
