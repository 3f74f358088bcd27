"""The application wired to the stand-in of Stripe, and an order that waits for its payment."""

import contextvars

import pytest
import sqlalchemy as sa

from branch.ledger.models.tables import SaleFactRow
from core.clock import now
from core.database import db, transaction
from shop.orders.models.tables import Consignment, Order
from shop.payments.models.tables import Payment, Refund
from shop.payments.service.stripe_gateway import Gateway
from shop.payments.tasks import stripe_calls as flows
from shop.stock.models import Stock
from tests.factories.payments import make_stocked_order
from tests.stand_ins.stripe_server import SECRET, StripeStandIn

WEBHOOK = "/payments/stripe/webhook"


@pytest.fixture
def stripe(app):
    """Stripe's stand-in; its webhooks reach the application when the test delivers them."""

    def send(body, headers):
        client = app.test_client()
        kind = headers.pop("Content-Type")
        return client.post(WEBHOOK, data=body, headers=headers, content_type=kind).status_code

    with StripeStandIn(sender=send) as stand_in:
        app.extensions["stripe"] = Gateway("sk_test_stand_in", SECRET, api_base=stand_in.url)
        yield stand_in
        app.extensions["stripe"] = None


@pytest.fixture
def order_id(session):
    """An order of two growers, placed just now, to be paid through Stripe."""
    with transaction():
        return make_stocked_order(at=now()).id


class Books:
    """What the database says now, of one order."""

    def __init__(self, order_id):
        self.order_id = order_id

    def _all(self, query):
        db.session.rollback()
        return list(db.session.scalars(query.execution_options(populate_existing=True)))

    @property
    def order(self):
        return self._all(sa.select(Order).where(Order.id == self.order_id))[0]

    @property
    def parcels(self):
        return self._all(
            sa.select(Consignment).where(Consignment.order_id == self.order_id).order_by(Consignment.id)
        )

    @property
    def payments(self):
        return self._all(sa.select(Payment).where(Payment.order_id == self.order_id).order_by(Payment.id))

    @property
    def refunds(self):
        return self._all(sa.select(Refund).where(Refund.order_id == self.order_id).order_by(Refund.id))

    @property
    def facts(self):
        return self._all(sa.select(SaleFactRow).order_by(SaleFactRow.id))

    @property
    def net_minor(self):
        return sum(f.gross_minor - f.discount_minor - f.refund_minor for f in self.facts)

    @property
    def sold(self):
        return sum(row.sold for row in self._all(sa.select(Stock)))

    @property
    def held(self):
        return sum(row.held for row in self._all(sa.select(Stock)))


@pytest.fixture
def books(order_id):
    return Books(order_id)


@pytest.fixture
def session_id(stripe, order_id, books):
    """The Checkout session of the order, as the buyer meets it."""
    assert flows.start(order_id).startswith(stripe.url)
    return books.payments[-1].provider_session_id


@pytest.fixture
def elsewhere():
    """Run a function in a context of its own, as another request or process would."""

    def run(function, *arguments):
        return contextvars.Context().run(function, *arguments)

    return run


@pytest.fixture
def paid(stripe, session_id, books):
    """The order, paid through Stripe."""
    stripe.state.pay(session_id)
    stripe.mailroom.deliver()
    assert books.order.payment_state == "paid"
    return books
