"""A recall of a lot of three generations reaches every code, order and buyer, in one action."""

import pytest
import sqlalchemy as sa

from core.database import transaction
from core.errors import Conflict, Invalid
from core.messaging.models import Message
from shop.orders.service import notices
from shop.orders.service import notices as buyers
from tests.bad_rows import spoil
from tests.factories.orders import make_order, make_seller, place
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_codes, make_lot, ship
from traceability.api import get_lot, take_from_lot
from traceability.codes.models.tables import Code
from traceability.lots.models.tables import LotRecall
from traceability.lots.rules.balance import StepKind
from traceability.recalls.events import LotRecalled
from traceability.recalls.service import reach, recall
from traceability.transformations.service import Outcome, transform

pytestmark = pytest.mark.slow

ORDERS = 200
FAMILY = 7


def generations(grower, at):
    """A lot, two lots split from it, four lots of the third generation; and one that has nothing to do with it."""
    mother = make_lot(grower=grower, quantity=2_000, at=at)

    def split(lot, plants):
        half = Outcome(plants // 2)
        done = transform(StepKind.SPLIT, {lot.id: plants}, [half, half], grower_id=grower.id, at=at, by=None)
        return list(done.outputs)

    daughters = split(mother, 1_800)
    granddaughters = [one for daughter in daughters for one in split(daughter, 800)]
    stranger = make_lot(grower=grower, quantity=100, at=at)
    return [mother], daughters, granddaughters, stranger


def sell(lots, at, orders):
    """So many orders, each with a shipped parcel of one of the lots; their numbers."""
    numbers = []
    for place_ in range(orders):
        lot = lots[place_ % len(lots)]
        order = make_order(at=at, buyer_email=f"buyer{place_}@example.org")
        issued = make_codes(lot=lot, count=1, at=at)
        take_from_lot(lot.id, 1, at=at)
        ship(issued, consignment=f"C-2026-{place_:07d}", order_number=order.number, at=at)
        numbers.append(order.number)
    return numbers


@pytest.fixture
def sold(request, session, at):
    """A family of lots and what was sold of it: as many orders as the test asks for, or one of each lot."""
    with transaction():
        grower = make_seller(at=at)
        mothers, daughters, granddaughters, stranger = generations(grower, at)
        numbers = sell([*mothers, *daughters, *granddaughters], at, getattr(request, "param", FAMILY))
        make_codes(lot=granddaughters[0], count=5, active=False, at=at)
        outside = make_order(at=at, buyer_email="outside@example.org")
        other = make_codes(lot=stranger, count=1, at=at)
        ship(other, consignment="C-2026-OUTSIDE", order_number=outside.number, at=at)
    return mothers[0], [*mothers, *daughters, *granddaughters], stranger, numbers


@pytest.mark.both
@pytest.mark.parametrize("sold", [ORDERS], indirect=True)
def test_the_walk_reaches_three_generations_and_200_orders(session, sold, at, run_jobs, count_statements):
    mother, family, stranger, numbers = sold
    with transaction():
        before = reach(mother.id)
        with count_statements() as seen:
            done = recall(mother.id, reason="canker in the cuttings", at=at, by=None)
    assert len(seen) < 3 * ORDERS + 100
    assert {lot.id for lot in before.lots} == {lot.id for lot in family}
    assert before.orders == set(numbers)
    assert (done.lots, done.codes, done.orders) == (7, ORDERS + 5, ORDERS)

    states = dict(session.execute(sa.select(Code.state, sa.func.count()).group_by(Code.state)).all())
    assert states == {"recalled": ORDERS + 5, "shipped": 1}
    assert {get_lot(id=lot.id).state for lot in family} == {"recalled"}
    assert get_lot(id=stranger.id).state == "open"

    run_jobs()
    session.rollback()
    told = set(session.scalars(sa.select(Message.receiver).where(Message.template == "lot_recalled_buyer")))
    assert told == {f"buyer{place_}@example.org" for place_ in range(ORDERS)}

    with transaction():
        buyers.find_buyers_of_recall(
            LotRecalled(done.number, mother.grower_id, mother.number), event_id="again"
        )
    run_jobs()
    session.rollback()
    count = sa.select(sa.func.count()).select_from(Message).where(Message.template == "lot_recalled_buyer")
    assert session.scalar(count) == ORDERS


def test_a_buyer_who_cannot_be_told_keeps_no_other_from_hearing(session, sold, at, run_jobs, monkeypatch):
    mother, _family, _stranger, numbers = sold
    spoil(monkeypatch, notices, "enqueue", lambda *, dedupe_key, **_rest: dedupe_key.endswith(numbers[0]))
    with transaction():
        recall(mother.id, reason="canker in the cuttings", at=at, by=None)
    run_jobs()
    session.rollback()
    count = sa.select(sa.func.count()).select_from(Message).where(Message.template == "lot_recalled_buyer")
    assert session.scalar(count) == FAMILY - 1


@pytest.mark.both
def test_an_order_that_has_not_left_is_reached_too(session, at, run_jobs):
    from tests.factories.orders import make_variant

    with transaction():
        variant = make_variant(at=at, grower=make_seller(at=at))
        sku = variant.sku
        from shop.catalogue.models import Listing

        lot_id = session.get_one(Listing, variant.listing_id).lot_id
    order = place((sku, 2), at=at)
    with transaction():
        assert reach(lot_id).orders == {order.number}
        recall(lot_id, reason="canker", at=at, by=None)
    run_jobs()
    session.rollback()
    told = session.scalars(sa.select(Message).where(Message.template == "lot_recalled_buyer")).all()
    assert [one.receiver for one in told] == [order.buyer_email]


def test_a_daughters_recall_does_not_reach_the_mother(session, at):
    with transaction():
        grower = make_grower(at=at)
        [mother], [daughter, sister], granddaughters, _stranger = generations(grower, at)
        recall(daughter.id, reason="canker", at=at, by=None)
    assert get_lot(id=mother.id).state == "open"
    assert get_lot(id=sister.id).state == "open"
    assert [get_lot(id=one.id).state for one in granddaughters] == ["recalled", "recalled", "open", "open"]


def test_a_recall_needs_a_reason_and_happens_once(session, at):
    with transaction():
        lot = make_lot(at=at)
        with pytest.raises(Invalid):
            recall(lot.id, reason="  ", at=at, by=None)
        recall(lot.id, reason="canker", at=at, by=None)
        with pytest.raises(Conflict):
            recall(lot.id, reason="canker", at=at, by=None)
        assert session.scalar(sa.select(sa.func.count()).select_from(LotRecall)) == 1
