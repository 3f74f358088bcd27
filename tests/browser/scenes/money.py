"""Orders in the town at each step of their payment, for looking at the pages about money."""

import itertools

from sqlalchemy import select

from core.clock import now
from core.database import session, transaction
from core.files import service as files
from shop.catalogue.models import Listing, Variant
from shop.orders.models.tables import Order
from shop.orders.rules.order_request import Buyer
from shop.orders.states import By
from shop.payees.models.tables import PayeeAccount
from shop.payments.queries.order_money import proofs_of, refunds_of
from shop.payments.rules.provider_news import Heard, SessionNews
from shop.payments.service import attempts as service
from shop.payments.service import cancel_requests as wishes
from shop.payments.service import refunds
from shop.payments.service import transfer_proofs as proofs
from tests.browser.town import grower1
from tests.factories.orders import place
from tests.factories.payments import make_stocked_order
from tests.factories.pictures import picture

STAFF = By("staff")
_references = itertools.count(1)
_buyers = itertools.count(1)


def an_order(*, method: str = "offline_transfer") -> Order:
    """An order that waits for its payment."""
    with transaction():
        return make_stocked_order(at=now(), method=method, minutes=72 * 60, growers=[grower1()])


def with_receipt(order: Order, *, stated_minor: int | None = None) -> Order:
    """Its buyer has sent a receipt."""
    with transaction():
        key = files.put(picture(), kind="transfer_proof", content_type="image/jpeg", public=False)
        proofs.submit(
            order.id,
            file_key=key,
            stated_minor=stated_minor or order.total_minor,
            note="张三（演示）",
            at=now(),
        )
    return order


def paid(order: Order) -> Order:
    """The cashier has confirmed it."""
    with_receipt(order)
    with transaction():
        [proof] = [one for one in proofs_of(order.id) if one.state == "submitted"]
        proofs.confirm(
            proof.public_id,
            amount_minor=order.total_minor,
            reference=f"DEMO-{next(_references)}",
            by_account_id=None,
            at=now(),
        )
    return order


def address(order: Order, page: str = "") -> str:
    return f"/orders/{order.number}{page}?token={order.access_token}"


def a_payee() -> str:
    """The town's account, which whoever may confirm can withdraw."""
    return f"/branch/payees/{session.scalars(select(PayeeAccount.public_id).limit(1)).one()}"


def order_to_transfer() -> str:
    """The buyer's page of an order whose receipt was rejected once."""
    order = with_receipt(an_order())
    with transaction():
        [proof] = proofs_of(order.id)
        proofs.reject(proof.public_id, reason="银行流水里没有这笔款项（演示）", by_account_id=None, at=now())
    return address(order)


def receipt_form() -> str:
    return address(an_order(), "/proof")


def cancel_form() -> str:
    return address(an_order(), "/cancel")


def parcel_of(order: Order) -> tuple[int, str]:
    from shop.orders.service.transitions import consignments_of

    first = consignments_of(order.id)[0]
    return first.id, first.number


def refunded_order() -> str:
    """The buyer's page of a paid order of which a part went back, and a wish to cancel is open."""
    order = paid(an_order())
    parcel_id, _number = parcel_of(order)
    with transaction():
        refunds.open_refund(
            parcel_id, units={}, freight=True, reason="发货晚了，退还运费（演示）", by=STAFF, at=now()
        )
        wishes.request_cancellation(parcel_id, reason="工地推迟，想取消这一包（演示）", at=now())
    return address(order)


def cash_order() -> tuple[str, str]:
    """An order to be paid at the door that waits for its grower's word: the buyer's page and the grower's."""
    sku, least = session.execute(
        select(Variant.sku, Variant.minimum_quantity)
        .join(Listing, Listing.id == Variant.listing_id)
        .where(Listing.grower_id == grower1().id, Listing.state == "published", Variant.plants_per_unit == 1)
        .order_by(Variant.id)
    ).first() or ("", 1)
    buyer = Buyer("演示买家", f"+86170{next(_buyers):08d}")
    order = place((sku, least), at=now(), method="cash_on_delivery", buyer=buyer)
    return (
        f"/orders/{order.number}?token={order.access_token}",
        f"/seller/orders/{order.consignments[0].number}",
    )


def order_to_confirm() -> str:
    return cash_order()[0]


def parcel_to_confirm() -> str:
    return cash_order()[1]


def order_in_doubt() -> str:
    """The buyer's page of an order of which another amount arrived than it asks for."""
    return address(_in_doubt())


def _in_doubt() -> Order:
    with transaction():
        order = make_stocked_order(at=now(), method="stripe", growers=[grower1()])
        service.begin(order.id, at=now())
        payment = service.attempts_of(order.id)[0]
        news = SessionNews(
            f"cs_{payment.public_id}",
            Heard.PAID,
            order.total_minor - 50,
            "cny",
            payment.public_id,
            order.number,
            f"pi_{payment.public_id}",
        )
        service.hear_session(payment.id, news, at=now())
    return order


def held_by_buyers() -> str:
    """The grower's page of what buyers hold: a cash order, a transfer that is awaited, one whose receipt waits."""
    cash_order()
    an_order()
    with_receipt(an_order())
    return "/seller/holds"


def cashier_desk() -> str:
    """Everything that can wait for a cashier at once."""
    with_receipt(an_order())
    with_receipt(an_order(), stated_minor=100_00)
    refunded_order()
    _in_doubt()
    return "/branch/cashier"


def cashier_receipt() -> str:
    order = with_receipt(an_order())
    return f"/branch/cashier/proofs/{proofs_of(order.id)[0].public_id}"


def cashier_refund() -> str:
    order = paid(an_order())
    with transaction():
        refunds.open_whole(parcel_of(order)[0], reason="买家取消（演示）", by=STAFF, at=now())
    return f"/branch/cashier/refunds/{refunds_of(order.id)[0].number}"


def refund_form() -> str:
    return f"/seller/consignments/{parcel_of(paid(an_order()))[1]}/refund"


def grower_refunds() -> str:
    refunded_order()
    return "/seller/refunds"


def refund_by_cashier() -> str:
    return f"/branch/cashier/consignments/{parcel_of(paid(an_order()))[1]}/refund"


def asks_to_cancel() -> str:
    """The grower's page of an order whose buyer wishes to cancel."""
    order = paid(an_order())
    parcel_id, number = parcel_of(order)
    with transaction():
        wishes.request_cancellation(parcel_id, reason="工地推迟，想取消这一包（演示）", at=now())
    return f"/seller/orders/{number}"
