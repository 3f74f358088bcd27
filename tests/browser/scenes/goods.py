"""What growers and buyers meet: listings, carts, parcels, imports, lots and codes of the town."""

from datetime import timedelta

from playwright.sync_api import Page
from sqlalchemy import select

from branch import api as branch
from core.clock import now
from core.database import session, transaction
from core.ids import random_id
from core.progress.models import JOB
from core.progress.service.starting import start
from core.progress.tasks import Job
from core.work_claims import take_claim
from shop.catalogue.models import Listing
from shop.channels.models import OutsideImport
from shop.channels.service import importing as channels
from shop.channels.service import stored_plans as keeping
from shop.channels.service.reading import parse, tables_of
from shop.orders.models.tables import Consignment, Order
from shop.payments.service import attempts as payments
from tests.browser.scenes.money import an_order
from tests.browser.town import account_of, grower1
from tests.factories.exports import taobao_pair
from traceability.codes.models.tables import Code, CodeBatch
from traceability.inspections.service import NewInspection, record_inspection
from traceability.lots.models.tables import Lot
from traceability.plots.models.tables import Plot
from traceability.resolver.service import enter_trade_item, put_lot


def listing(*, of: branch.GrowerView | None = None) -> str:
    """The newest listing on sale."""
    found = select(Listing.slug).where(Listing.state == "published").order_by(Listing.id.desc())
    if of:
        found = found.where(Listing.grower_id == of.id)
    return f"/listings/{session.scalars(found.limit(1)).one()}"


def grower() -> str:
    return f"/growers/{grower1().slug}"


def edit_listing() -> str:
    return f"/seller{listing(of=grower1())}/edit"


def price() -> str:
    return f"/seller{listing(of=grower1())}/price"


def plot() -> str:
    found = select(Plot.number).where(Plot.grower_id == grower1().id).limit(1)
    return f"/seller/plots/{session.scalars(found).one()}"


def lot() -> str:
    found = select(Lot.number).where(Lot.grower_id == grower1().id).order_by(Lot.id).limit(1)
    return f"/seller/lots/{session.scalars(found).one()}"


def products() -> str:
    """The numbers of grower1: one of GS1's own examples, with a lot under it."""
    number = lot().rpartition("/")[2]
    with transaction():
        item = enter_trade_item(
            "09506000134352", grower_id=grower1().id, name_zh="丹桂苗", name_en="Dangui seedling", at=now()
        )
        put_lot(number, item.gtin, grower_id=grower1().id)
    return "/seller/products"


def passport() -> str:
    """The public page of the lot that was sent most lately."""
    found = select(Code.lot_id).where(Code.consignment_number.is_not(None)).order_by(Code.id.desc()).limit(1)
    return f"/lots/{session.scalars(select(Lot.number).where(Lot.id.in_(found))).one()}"


def inspection() -> str:
    """An inspection that was written down without signal."""
    found = select(Lot.number).where(Lot.grower_id == grower1().id, Lot.state == "open").limit(1)
    seen = NewInspection(
        client_id=random_id(26),
        lot_number=session.scalars(found).one(),
        conformant=True,
        seen="新梢健壮，未见炭疽病斑。",
        plants_counted=120,
        plants_unhealthy=2,
        device_at=now() - timedelta(hours=3),
    )
    with transaction():
        number, _fresh = record_inspection(seen, at=now(), by=account_of("technician").id)
    return f"/branch/inspections/{number}"


def inspections() -> str:
    inspection()
    return "/branch/inspections"


def codes_of_lot() -> str:
    return f"{lot()}/codes"


def void_codes() -> str:
    found = select(CodeBatch.number).where(CodeBatch.grower_id == grower1().id).order_by(CodeBatch.id.desc())
    return f"/seller/codes/{session.scalars(found.limit(1)).one()}/void"


def _parcel(*states: str) -> str:
    found = select(Consignment.number).where(
        Consignment.grower_id == grower1().id, Consignment.fulfilment_state.in_(states)
    )
    return session.scalars(found.order_by(Consignment.id).limit(1)).one()


def parcel_to_pack() -> str:
    return f"/seller/dispatch/{_parcel('to_pack', 'packed')}"


def parcel_sent() -> str:
    return f"/seller/dispatch/{_parcel('dispatched', 'delivered')}"


def order_of_seller() -> str:
    return f"/seller/orders/{_parcel('to_pack', 'packed')}"


def _order(parcel_state: str) -> str:
    found = (
        select(Order)
        .join(Consignment, Consignment.order_id == Order.id)
        .where(Consignment.fulfilment_state == parcel_state)
    )
    order = session.scalars(found.order_by(Order.id).limit(1)).one()
    return f"/orders/{order.number}?token={order.access_token}"


def order_on_its_way() -> str:
    """The buyer's page of an order that left: courier, papers, codes."""
    return _order("dispatched")


def order_delivered() -> str:
    return _order("delivered")


def order_unpaid() -> str:
    """The order of a buyer who gave up on the hosted page."""
    order = an_order(method="stripe")
    return f"/orders/{order.number}?token={order.access_token}"


def back_from_paying() -> str:
    """Where a buyer lands who gave up on the hosted page, in another browser."""
    order = an_order(method="stripe")
    with transaction():
        payments.begin(order.id, at=now())
        public_id = payments.attempts_of(order.id)[0].public_id
    return f"/payments/stripe/return/{public_id}?cancelled=1"


def _brought() -> OutsideImport:
    shop = next(one for one in branch.storefronts_of(grower1().id) if one.platform in {"taobao", "tmall"})
    laid = keeping.lay_down(tables_of(taobao_pair(), "taobao"))
    return channels.record_brought(
        laid, storefront=shop, platform="taobao", account_id=account_of("grower1").id, at=now()
    )


def import_being_read() -> str:
    """An export of a shop that was brought and waits for a worker."""
    with transaction():
        row = _brought()
        row.job_id = start("channels", task="shop.channels.plan", args=[row.public_id], send=False)
        return f"/seller/channels/imports/{row.public_id}"


def one_import() -> str:
    """An export of a shop, read and not yet booked; one of its rows is ruined."""
    parsed = parse(taobao_pair(), platform="taobao")
    with transaction():
        row = _brought()
        channels.put_read(row, parsed)
        planned, plan_key = channels.compare(parsed.orders, row, on_chunk=lambda _done: None)
        channels.put_plan(row.id, planned, plan_key=plan_key)
        return f"/seller/channels/imports/{row.public_id}"


def _job(message: str) -> str:
    with transaction():
        return start(
            "channels",
            task="shop.channels.apply",
            owner_account_id=account_of("grower1").id,
            message=message,
            send=False,
        )


def job_running() -> str:
    job = _job("读取订单")
    held = Job(job, take_claim(JOB, job, claim_for=timedelta(days=1)))
    held.advance(120, total=500, message="读取订单")
    return f"/jobs/{job}"


def job_done() -> str:
    job = _job("读取订单")
    Job(job, take_claim(JOB, job)).finish(result_url="/seller/channels", message="导入完成")
    return f"/jobs/{job}"


def job_failed() -> str:
    job = _job("读取订单")
    Job(job, take_claim(JOB, job)).fail(
        "文件读到一半就断了。请重新上传，已导入的订单不会重复。", may_retry=True
    )
    return f"/jobs/{job}"


def follow(page: Page, selector: str) -> None:
    """Click on what leads to another page, and be there; a click alone may be answered later."""
    with page.expect_navigation():
        page.click(selector)


def put_into_cart(page: Page) -> None:
    """From a listing, with one more grower's plants, to the cart with its freight."""
    first = page.url
    follow(page, "main .listing__buy button[type=submit]")
    page.goto("/search?q=dangui")
    follow(page, f"main ul.listings a:not([href='{first.split('/', 3)[3]}']) >> nth=0")
    follow(page, "main .listing__buy button[type=submit]")
    page.wait_for_url("**/cart")
    page.select_option("#province", label="浙江省")
    page.wait_for_function("document.querySelector('.sums__total dd').textContent.includes('¥')")


def go_to_checkout(page: Page) -> None:
    put_into_cart(page)
    follow(page, "main a[href='/checkout']")


def check_out_too_much(page: Page) -> None:
    """So many trees that they can neither be paid at the door nor be held at once by a buyer whom nobody knows."""
    put_into_cart(page)
    page.fill("main .line__change input[name=quantity] >> nth=0", "55")
    page.click("main .line__buttons button >> nth=0")
    page.wait_for_load_state("load")
    follow(page, "main a[href='/checkout']")


def check_out_in_haste(page: Page) -> None:
    """The order is sent with nothing filled in, as a browser without checks of its own does."""
    go_to_checkout(page)
    page.evaluate("document.querySelector('form.checkout').noValidate = true")
    page.click("main form.checkout .form-end button")
    page.wait_for_selector(".banner--bad")


def publish_in_haste(page: Page) -> None:
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    page.click("main button[value=publish] >> nth=-1")
    page.wait_for_selector(".banner--bad")
