"""Scans of several lots at the same moment: quota of one key is never held by who waits for the other's."""

import threading

import pytest

from core.database import db, transaction
from tests.at_once import PATIENCE_S, at_once, let_the_other_come_to_wait
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_codes, make_lot, make_plot
from traceability.codes.service import transitions
from traceability.codes.service.lifecycle import activate_codes


@pytest.mark.both
def test_two_scans_of_other_lots_with_the_same_quotas_do_not_wait_for_each_other(app, at, monkeypatch):
    with app.app_context(), transaction():
        grower = make_grower(at=at)
        make_licence(grower, at=at)
        plot = make_plot(grower=grower, at=at)
        first, second = (
            [
                make_codes(lot=make_lot(plot=plot, at=at, cultivar_group=group), active=False, at=at)
                for group in groups
            ]
            for groups in (("dangui", "jingui"), ("jingui", "dangui"))
        )
    took, calls = threading.Event(), []
    debit = transitions.debit

    def debit_and_look(*args, **kwargs):
        debit(*args, **kwargs)
        calls.append(threading.get_ident())
        if len(calls) == 1:
            took.set()
            let_the_other_come_to_wait()

    monkeypatch.setattr(transitions, "debit", debit_and_look)

    def scan(batches, *, later):
        if later:
            assert took.wait(PATIENCE_S)
        with app.app_context(), transaction():
            codes = [code.code for issued in batches for code in issued.codes]
            done = activate_codes(codes, grower_id=grower.id, at=at, by=None)
            db.session.flush()
            return done.plants

    assert at_once([lambda: scan(first, later=False), lambda: scan(second, later=True)]) == [6, 6]
