"""Any acts in any order, tried by a state machine on the real services; what must hold stands in `order_life`."""

import contextlib
import itertools

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.database import session, transaction
from core.errors import Conflict, Invalid
from shop.orders.models.tables import Order
from shop.orders.service import fulfilling
from shop.orders.service.fulfilling import mark_delivered, mark_dispatched, mark_packed
from shop.orders.service.paying import cancel_order, expire_order, remind_of_end
from shop.orders.service.placing import place_order
from shop.orders.service.transitions import consignments_of, lines_of
from shop.orders.states import BUYER, By, PaymentMethod
from shop.payments.models.tables import Refund
from shop.payments.queries.order_money import cancel_requests_of, proofs_of
from shop.payments.rules.provider_answers import RefundNews
from shop.payments.rules.provider_news import Heard, SessionNews
from shop.payments.service import attempts as service
from shop.payments.service import cancel_requests as wishes
from shop.payments.service import doubts, refunds, settling
from shop.payments.service import refund_progress as refund_rows
from shop.payments.service import transfer_proofs as proofs
from shop.payments.service.row_locks import attempts_of
from shop.stock.service.out_of_stock import OutOfStock
from tests.factories.orders import make_request, make_seller, make_variant
from tests.unit.shop.orders.order_life import ON_HAND, STEP, check

GROWER, CASHIER = By("grower"), By("cashier")
PART = st.integers(0, 1)
_names = itertools.count(1)


class AnyOrder(RuleBasedStateMachine):
    """One order of two growers; each act is allowed or refused, and then everything must still agree."""

    begin_at = None
    sellers = ()

    def __init__(self):
        super().__init__()
        self.at = type(self).begin_at
        self.life = contextlib.ExitStack()
        self.life.enter_context(contextlib.suppress(Over))
        self.life.enter_context(transaction())
        self.order_id = None

    @initialize(method=st.sampled_from(list(PaymentMethod)), lines=st.integers(2, 3), reach=st.integers(0, 4))
    def placed(self, method, lines, reach):
        """Placed, and taken so far that every stage of its life is tried as often."""
        growers = [self.sellers[0], self.sellers[1], self.sellers[0]][:lines]
        variants = [
            make_variant(at=self.at, grower=grower, on_hand=ON_HAND, tiers=((1, 6_80 + number),))
            for number, grower in enumerate(growers)
        ]
        wish = make_request(*((variant.sku, 3 + n) for n, variant in enumerate(variants)), method=method)
        self.order_id = place_order(wish, at=self.at).id
        if reach > 0:
            self._made_ready()
        if reach > 1:
            self.sends(0)
        if reach > 2:
            self.arrives(0)
        if reach > 3:
            self.sends(1)

    def _made_ready(self):
        self.buyer_starts_to_pay()
        self.provider_says(Heard.PAID, 0)
        self.buyer_shows_a_transfer()
        self.cashier_looks(found=True)
        for part in (0, 1):
            self.works(part, "confirm_consignment")

    def act(self, verb, *arguments, **values):
        """Do it as one request would: whole, or refused with nothing changed."""
        self.at += STEP / 7
        try:
            with session.begin_nested():
                return verb(*arguments, at=self.at, **values)
        except (Conflict, Invalid, OutOfStock):
            return None

    def parcel(self, part):
        return consignments_of(self.order_id)[part]

    @rule(part=PART, verb=st.sampled_from(["confirm_consignment", "mark_packed"]))
    def works(self, part, verb):
        self.act(getattr(fulfilling, verb), self.parcel(part).id, by=GROWER)

    @rule(part=PART, verb=st.sampled_from(["cancel_consignment", "mark_unpacked", "mark_returned"]))
    def takes_back(self, part, verb):
        self.act(getattr(fulfilling, verb), self.parcel(part).id, by=GROWER, reason="示范")

    @rule(part=PART)
    def sends(self, part):
        """Packed and given to the courier, as far as that is allowed now."""
        parcel = self.parcel(part).id
        self.act(mark_packed, parcel, by=GROWER)
        self.act(mark_dispatched, parcel, courier="顺丰", tracking_number="SF1", by=GROWER)

    @rule(part=PART)
    def arrives(self, part):
        self.act(mark_delivered, self.parcel(part).id, by=BUYER)

    @rule()
    def buyer_cancels(self):
        self.act(cancel_order, self.order_id, by=BUYER)

    @rule(days=st.integers(0, 20))
    def time_passes(self, days):
        self.at += STEP * 24 * days / 7
        self.act(remind_of_end, self.order_id)
        self.act(expire_order, self.order_id)

    @rule(heard=st.sampled_from(Heard), differs=st.sampled_from([0, 0, 0, -1, 1]))
    def provider_says(self, heard, differs):
        tried = attempts_of(self.order_id)
        if not tried or session.get_one(Order, self.order_id).payment_method != PaymentMethod.STRIPE:
            return
        last, order = tried[-1], session.get_one(Order, self.order_id)
        news = SessionNews(
            f"cs_{last.id}",
            heard,
            order.total_minor + differs,
            "cny",
            last.public_id,
            order.number,
            f"pi_{last.id}",
        )
        self.act(service.hear_session, last.id, news)

    @rule(accepted=st.booleans())
    def cashier_decides_about_a_doubt(self, accepted):
        for payment in attempts_of(self.order_id):
            self.act(doubts.accept if accepted else doubts.give_back, payment.id, by_account_id=None)

    @rule()
    def buyer_starts_to_pay(self):
        self.act(service.begin, self.order_id)

    @rule()
    def buyer_shows_a_transfer(self):
        self.act(proofs.submit, self.order_id, file_key="private/x", stated_minor=1_00, note="")

    @rule(found=st.booleans())
    def cashier_looks(self, found):
        order = session.get_one(Order, self.order_id)
        for proof in proofs_of(self.order_id):
            if found:
                amount = order.total_minor
                self.act(
                    proofs.confirm,
                    proof.public_id,
                    amount_minor=amount,
                    reference="ICBC 1",
                    by_account_id=None,
                )
            else:
                self.act(proofs.reject, proof.public_id, reason="示范", by_account_id=None)

    @rule(part=PART, units=st.integers(0, 3), freight=st.booleans(), reduction=st.integers(0, 300))
    def grower_gives_back(self, part, units, freight, reduction):
        parcel = self.parcel(part)
        [line, *_others] = lines_of([parcel.id])[parcel.id]
        self.act(
            refunds.open_refund,
            parcel.id,
            units={line.id: units} if units else {},
            freight=freight,
            reduction_minor=reduction,
            reason="示范",
            by=GROWER,
        )

    @rule(part=PART)
    def grower_gives_all_back(self, part):
        self.act(refunds.open_whole, self.parcel(part).id, reason="示范", by=GROWER)

    @rule(status=st.sampled_from(["succeeded", "failed", "pending"]))
    def provider_tells_of_refunds(self, status):
        for refund in session.query(Refund).where(Refund.order_id == self.order_id).all():
            news = RefundNews(f"re_{refund.id}", None, refund.amount_minor, status, refund.number)
            self.act(settling.hear_refund, refund.payment_id, news)

    @rule()
    def cashier_pays_back(self):
        for refund in session.query(Refund).where(Refund.order_id == self.order_id).all():
            self.act(refund_rows.finish_by_hand, refund.id, reference="ICBC 2", by_account_id=None)

    @rule(amount=st.integers(1, 40_00))
    def provider_gave_back_by_itself(self, amount):
        for payment in attempts_of(self.order_id):
            if payment.method == PaymentMethod.STRIPE:
                self.act(settling.hear_charge, payment.id, refunded_minor=amount)

    @rule(status=st.sampled_from(["needs_response", "won", "lost"]), amount=st.integers(1, 60_00))
    def bank_disputes(self, status, amount):
        for payment in attempts_of(self.order_id):
            if payment.method == PaymentMethod.STRIPE:
                self.act(
                    settling.hear_dispute, payment.id, dispute_id="dp_1", status=status, amount_minor=amount
                )

    @rule(part=PART)
    def buyer_asks_to_cancel(self, part):
        self.act(wishes.request_cancellation, self.parcel(part).id, reason="示范")

    @rule(granted=st.booleans())
    def grower_answers(self, granted):
        for wish in cancel_requests_of(self.order_id):
            if granted:
                self.act(wishes.grant, wish.public_id, by=GROWER)
            else:
                self.act(wishes.decline, wish.public_id, answer="示范", by=GROWER)

    @invariant()
    def everything_agrees(self):
        if self.order_id is not None:
            check(self.order_id)

    def teardown(self):
        with contextlib.suppress(Over):
            self.life.__exit__(Over, Over(), None)


class Over(Exception):
    """The example is over, and what it wrote is rolled back."""


@pytest.mark.slow
def test_whatever_is_done_with_an_order_its_books_agree(session, at):
    with transaction():
        AnyOrder.sellers = [make_seller(at=at) for _ in range(2)]
    AnyOrder.begin_at = at
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=40,
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
            deadline=None,
            phases=[Phase.generate],
        ),
    )
