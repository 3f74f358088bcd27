"""From the file to the buyer and back: quota and seal move with the codes, in the same transaction."""

import pytest
from sqlalchemy import select

from core.database import transaction
from core.errors import Conflict, Invalid
from core.seal.models.leaves import SealLeaf
from tests.factories.licences import make_licence
from tests.factories.traceability import make_codes, make_lot, ship
from tests.seals import behind_the_back
from traceability.api import accept_codes, activate_batch, bind_codes, codes_of_consignment, issue_codes
from traceability.codes.models import sealing
from traceability.codes.models.tables import Code, CodeAction
from traceability.codes.queries.batches import get_batch, plants_under_codes
from traceability.codes.service.issuing import decide_batch, draw_codes, note_printed, request_batch
from traceability.codes.service.issuing import make_codes as make
from traceability.codes.service.lifecycle import recall_codes, return_codes, void_batch, void_codes
from traceability.codes.service.transitions import Measured, lock_codes
from traceability.codes.states import Level
from traceability.quota.service.accounting import QuotaExceeded, balance_of_lot


def batch_of(quota, session, at, *, level="unit", count=6, plants=1):
    """A printed batch of a licensed grower whose land may grow `quota` plants."""
    lot = make_lot(at=at, quota_plants=quota)
    make_licence(lot.grower_id, at=at)
    return lot, issue_codes(lot.id, level, count, plants, at=at, by=None)


def sealed_now():
    """What the log should hold last of each subject, as the rows stand."""
    return {subject: dict(body) for source in sealing.SOURCES for subject, body in source.bodies()}


def sealed_then(session):
    import json

    rows = session.execute(select(SealLeaf.kind, SealLeaf.subject, SealLeaf.body).order_by(SealLeaf.id))
    kinds = {sealing.BATCH, sealing.ACTIVATION, sealing.CHANGE}
    return {subject: json.loads(body) for kind, subject, body in rows if kind in kinds}


def test_activation_takes_quota_and_a_void_gives_it_back(session, at):
    with transaction():
        lot, issued = batch_of(10, session, at)
        activate_batch(
            issued.batch.number, grower_id=lot.grower_id, at=at, by=None, measured=Measured(310, 82)
        )
        assert balance_of_lot(lot.id, at=at) == 4
        number = issued.batch.number
        assert void_codes(number, 1, 2, grower_id=lot.grower_id, reason="torn", at=at, by=None) == 2
        assert balance_of_lot(lot.id, at=at) == 6
        void_batch(number, grower_id=lot.grower_id, reason="lost", at=at, by=None)
        assert balance_of_lot(lot.id, at=at) == 10
    first = session.scalars(select(Code).order_by(Code.position)).first()
    assert (first.height_cm, first.ground_diameter_mm, first.quota) == (310, 82, 0)


def test_beyond_the_quota_nothing_is_activated(session, at):
    with transaction():
        lot, issued = batch_of(5, session, at)
    with pytest.raises(QuotaExceeded) as refused, transaction():
        activate_batch(issued.batch.number, grower_id=lot.grower_id, at=at, by=None)
    assert refused.value.details["free"] == 5
    assert get_batch(issued.batch.number).states == {"printed": 6}
    assert session.scalar(select(CodeAction.id)) is None


def test_dispatch_activates_what_was_printed_and_takes_quota_for_it(session, at):
    with transaction():
        lot, issued = batch_of(6, session, at)
        ship(issued, consignment="C-1", at=at)
        assert balance_of_lot(lot.id, at=at) == 0
    assert {code.state for code in codes_of_consignment("C-1")} == {"shipped"}
    with pytest.raises(QuotaExceeded), transaction():
        more = issue_codes(lot.id, "unit", 1, at=at, by=None)
        ship(more, consignment="C-2", at=at)


def test_plants_that_came_back_give_back_what_was_counted(session, at):
    with transaction():
        lot, issued = batch_of(6, session, at)
        ship(issued, consignment="C-1", at=at)
        accept_codes("C-1", at=at)
        rows = lock_codes(Code.consignment_number == "C-1")
        with pytest.raises(Invalid):
            return_codes(rows, counted=7, reason="refused", at=at, by=None)
        with pytest.raises(Invalid):
            return_codes(rows, counted=4, reason=" ", at=at, by=None)
        return_codes(rows, counted=4, reason="too small", at=at, by=None)
        assert balance_of_lot(lot.id, at=at) == 4
        with pytest.raises(Conflict):
            return_codes(
                lock_codes(Code.consignment_number == "C-1"), counted=0, reason="again", at=at, by=None
            )
        assert plants_under_codes(lot.id, Level.UNIT) == 0


def test_a_recall_reaches_every_code_that_is_not_over(session, at):
    with transaction():
        lot, issued = batch_of(10, session, at)
        ship(issued, consignment="C-1", at=at)
        void_codes(issued.batch.number, 1, 1, grower_id=lot.grower_id, reason="torn", at=at, by=None)
        issue_codes(lot.id, "unit", 2, at=at, by=None)
        assert recall_codes([lot.id], reason="canker", at=at, by=None) == 7
        assert recall_codes([lot.id], reason="canker", at=at, by=None) == 0


@pytest.mark.both
def test_what_was_sealed_is_what_the_rows_say(session, at):
    with transaction():
        lot, issued = batch_of(20, session, at)
        ship(issued, consignment="C-1", at=at)
        rows = lock_codes(Code.consignment_number == "C-1", Code.position <= 2)
        return_codes(rows, counted=2, reason="too small", at=at, by=None)
        accept_codes("C-1", at=at)
        other = issue_codes(lot.id, "bundle", 2, 10, at=at, by=None)
        void_batch(other.batch.number, grower_id=lot.grower_id, reason="torn", at=at, by=None)
    assert len(sealed_then(session)) == 7
    assert sealed_now() == sealed_then(session)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE code SET state = 'active' WHERE state = 'voided'",
        "UPDATE code SET ending_id = NULL WHERE state = 'voided'",
        "UPDATE code_action SET plants = plants + 1 WHERE kind = 'activated'",
        "UPDATE code SET activation_id = NULL WHERE position = 2",
        "UPDATE code SET leaf = digest WHERE position = 2",
        "UPDATE code_batch SET plants_per_code = 7",
    ],
)
def test_a_change_behind_the_application_is_seen(session, at, statement):
    with transaction():
        issued = make_codes(count=3)
        number, grower = issued.batch.number, issued.batch.grower_id
        void_codes(number, 3, 3, grower_id=grower, reason="torn", at=at, by=None)
    assert sealed_now() == sealed_then(session)
    session.rollback()
    behind_the_back(statement)
    session.expire_all()
    assert sealed_now() != sealed_then(session)


def test_a_large_batch_waits_for_another_person(session, at, app, monkeypatch):
    monkeypatch.setattr(app.config["SETTINGS"], "codes_approval_above", 4)
    from tests.factories.accounts import make_account

    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        grower, secretary = make_account().id, make_account().id
        with pytest.raises(Conflict) as refused:
            issue_codes(lot.id, "unit", 5, at=at, by=grower)
        assert refused.value.code == "approval_needed"
        batch = request_batch(lot.id, "unit", 500, at=at, by=grower)
        assert batch.state == "requested"
        with pytest.raises(Conflict) as refused:
            issue_codes(lot.id, "unit", 1, at=at, by=grower)
        assert refused.value.code == "more_codes_than_plants"
        with pytest.raises(Conflict) as refused:
            decide_batch(batch.number, approve=True, reason="", at=at, by=grower)
        assert refused.value.code == "same_person"
        with pytest.raises(Conflict):
            make(batch.number, draw_codes(batch), at=at, by=grower)
        decide_batch(batch.number, approve=True, reason="", at=at, by=secretary)
        codes = draw_codes(batch)
        make(batch.number, codes, at=at, by=grower)
        assert [one.position for one in codes] == list(range(1, 501))
        assert get_batch(batch.number).states == {"reserved": 500}
        with pytest.raises(Conflict):
            activate_batch(batch.number, grower_id=lot.grower_id, at=at, by=grower)
        with pytest.raises(Conflict):
            bind_codes(
                consignment_number="C-1",
                order_number="GY-1",
                grower_id=lot.grower_id,
                codes=[codes[0].code],
                destination_province="浙江省",
                seller="x",
                at=at,
            )
        note_printed(batch.number, file_key="private/x", until=at, at=at, by=grower)
        assert get_batch(batch.number).states == {"printed": 500}
        with pytest.raises(Conflict):
            make(batch.number, codes, at=at, by=grower)


def test_a_refused_batch_frees_its_plants(session, at, app, monkeypatch):
    monkeypatch.setattr(app.config["SETTINGS"], "codes_approval_above", 4)
    from tests.factories.accounts import make_account

    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        grower, secretary = make_account().id, make_account().id
        batch = request_batch(lot.id, "unit", 500, at=at, by=grower)
        with pytest.raises(Invalid):
            decide_batch(batch.number, approve=False, reason=" ", at=at, by=secretary)
        decide_batch(batch.number, approve=False, reason="too many", at=at, by=secretary)
        assert plants_under_codes(lot.id, Level.UNIT) == 0
        with pytest.raises(Conflict):
            decide_batch(batch.number, approve=True, reason="", at=at, by=secretary)
