"""A parcel that leaves and a recall of its lot at the same moment: one waits for the other, never both."""

import threading

import pytest
import sqlalchemy as sa

from core.database import db, transaction
from tests.at_once import PATIENCE_S, at_once, let_the_other_come_to_wait
from tests.factories.traceability import make_codes, ship
from traceability.api import get_lot, take_from_lot
from traceability.codes.models.tables import Code
from traceability.codes.service import binding
from traceability.codes.service.transitions import move_codes
from traceability.recalls.service import recall


@pytest.mark.both
def test_a_parcel_and_a_recall_of_its_lot_do_not_wait_for_each_other(app, at, monkeypatch):
    with app.app_context(), transaction():
        issued = make_codes(count=2)
        lot_id = issued.batch.lot_id
    holds_codes = threading.Event()

    def act_late(*args, **kwargs):
        holds_codes.set()
        let_the_other_come_to_wait()
        return move_codes(*args, **kwargs)

    monkeypatch.setattr(binding, "move_codes", act_late)

    def leave():
        with app.app_context(), transaction():
            ship(issued, at=at)
            take_from_lot(lot_id, 2, at=at)

    def call_back():
        assert holds_codes.wait(PATIENCE_S)
        with app.app_context(), transaction():
            return recall(lot_id, reason="Xylella", at=at, by=None).codes

    assert at_once([leave, call_back]) == [None, 2]
    with app.app_context():
        lot = get_lot(id=lot_id)
        assert (str(lot.state), lot.quantity_recorded - lot.quantity_on_hand) == ("recalled", 2)
        assert set(db.session.scalars(sa.select(Code.state).where(Code.lot_id == lot_id))) == {"recalled"}
