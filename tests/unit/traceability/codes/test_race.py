"""One code, many parcels at once: it leaves with exactly one of them."""

import threading
from concurrent.futures import ThreadPoolExecutor

from core.database import db, transaction
from core.errors import Conflict
from tests.factories.traceability import make_codes
from traceability.api import CodeNotUsable, LotNotSaleable, bind_codes, get_lot, take_from_lot

RIVALS = 6


def at_once(app, work):
    """Run `work(number)` in as many contexts of their own, all started together; what each answered."""
    start = threading.Barrier(RIVALS)

    def run(number):
        with app.app_context():
            start.wait(timeout=30)
            try:
                with transaction():
                    work(number)
            except (CodeNotUsable, Conflict) as refusal:
                return type(refusal)
            finally:
                db.session.close()
            return None

    with ThreadPoolExecutor(RIVALS) as pool:
        return list(pool.map(run, range(RIVALS)))


def test_a_code_leaves_with_one_parcel_only(app, at):
    with app.app_context(), transaction():
        issued = make_codes(count=2)

    def bind(number):
        bind_codes(
            consignment_number=f"C-{number}",
            order_number="GY-1",
            grower_id=issued.batch.grower_id,
            codes=[one.code for one in issued.codes],
            destination_province="浙江省",
            seller="竹影苗圃",
            at=at,
        )

    answers = at_once(app, bind)
    assert answers.count(None) == 1
    assert all(answer is None or issubclass(answer, Conflict) for answer in answers)


def test_the_last_plants_of_a_lot_are_taken_once(app, at):
    with app.app_context(), transaction():
        lot_id = make_codes(count=1, quantity=4).batch.lot_id
    answers = at_once(app, lambda _number: take_from_lot(lot_id, 2, at=at))
    assert answers.count(None) == 2
    assert answers.count(LotNotSaleable) == RIVALS - 2
    with app.app_context():
        assert get_lot(id=lot_id).quantity_on_hand == 0
