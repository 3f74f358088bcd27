"""What is done with one batch, parcel or code leaves those beside it alone; and who decides about it."""

import pytest
import sqlalchemy as sa

from core.errors import Conflict, Invalid, NotFound
from tests.factories.accounts import make_account
from tests.factories.traceability import make_codes, make_lot, ship
from tests.seals import not_as_sealed
from traceability.api import accept_codes, activate_batch, void_batch
from traceability.codes.models.tables import Code, VoidProposal
from traceability.codes.queries.batches import get_batch
from traceability.codes.service.approvals import decide_void, propose_void
from traceability.codes.service.issuing import decide_batch, note_printed, request_batch
from traceability.codes.service.lifecycle import recall_codes, void_codes
from traceability.codes.states import BatchState


@pytest.fixture
def lot(session, at):
    return make_codes(count=1, at=at).batch.lot_id


@pytest.fixture
def pair(session, at):
    """Two batches of three printed codes, of one lot."""
    first = make_codes(count=3, active=False, at=at)
    from traceability.api import get_lot

    second = make_codes(lot=get_lot(id=first.batch.lot_id), count=3, active=False, at=at)
    return first, second


def states(session, issued):
    rows = session.scalars(
        sa.select(Code.state).where(Code.batch_id == issued.batch.id).order_by(Code.position)
    )
    return list(rows)


def own(issued):
    return {"grower_id": issued.batch.grower_id, "by": None}


@pytest.mark.both
def test_one_batch_is_activated_and_the_other_is_not(session, pair, at):
    activate_batch(pair[0].batch.number, at=at, **own(pair[0]))
    assert states(session, pair[0]) == ["active"] * 3
    assert states(session, pair[1]) == ["printed"] * 3
    assert not_as_sealed("code_batch", "activation", "code_change") == []


def test_one_batch_is_voided_and_the_other_is_not(session, pair, at):
    void_batch(pair[0].batch.number, reason="torn", at=at, **own(pair[0]))
    assert states(session, pair[0]) == ["voided"] * 3
    assert states(session, pair[1]) == ["printed"] * 3
    with pytest.raises(Conflict) as refused:
        void_batch(pair[0].batch.number, reason="torn", at=at, **own(pair[0]))
    assert refused.value.code == "code_state"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (1, 1, ["voided", "printed", "printed"]),
        (2, 3, ["printed", "voided", "voided"]),
        (1, 3, ["voided"] * 3),
        (3, 9, ["printed", "printed", "voided"]),
    ],
)
def test_places_of_a_batch_are_voided_from_the_first_to_the_last(session, pair, at, first, last, expected):
    done = void_codes(pair[0].batch.number, first, last, reason="stolen", at=at, **own(pair[0]))
    assert done == expected.count("voided")
    assert states(session, pair[0]) == expected
    assert states(session, pair[1]) == ["printed"] * 3


def test_another_growers_batch_is_not_there(pair, at):
    stranger = make_lot(at=at).grower_id
    for verb in (void_batch, activate_batch):
        more = {"reason": "torn"} if verb is void_batch else {}
        with pytest.raises(NotFound):
            verb(pair[0].batch.number, grower_id=stranger, at=at, by=None, **more)


def test_one_parcel_is_accepted_and_the_other_is_not(session, pair, at):
    for number, issued in enumerate(pair):
        ship(issued, consignment=f"C-2026-AAAAAA{number}", at=at)
    assert accept_codes("C-2026-AAAAAA0", at=at) == 3
    assert states(session, pair[0]) == ["accepted"] * 3
    assert states(session, pair[1]) == ["shipped"] * 3
    assert accept_codes("C-2026-AAAAAA0", at=at) == 0
    assert not_as_sealed("code_change") == []


def test_the_codes_of_one_lot_are_recalled_and_no_others(session, pair, at):
    other = make_codes(count=2, at=at)
    void_codes(pair[0].batch.number, 1, 1, reason="torn", at=at, **own(pair[0]))
    recall_codes([pair[0].batch.lot_id], reason="canker", at=at, by=None)
    assert states(session, pair[0]) == ["voided", "recalled", "recalled"]
    assert states(session, pair[1]) == ["recalled"] * 3
    assert states(session, other) == ["active"] * 2


@pytest.fixture
def asked(session, at, app, lot):
    """Two large batches that wait for the branch, and who asked for them."""
    app.config["SETTINGS"].codes_approval_above = 5
    by = make_account(at=at).id
    yield by, [request_batch(lot, "unit", 6, at=at, by=by) for _ in range(2)]
    app.config["SETTINGS"].codes_approval_above = (
        type(app.config["SETTINGS"]).model_fields["codes_approval_above"].default
    )


def test_another_person_decides_about_one_batch_once(asked, at):
    by, (first, second) = asked
    other = make_account(at=at).id
    with pytest.raises(Conflict) as refused:
        decide_batch(first.number, approve=True, reason="", at=at, by=by)
    assert refused.value.code == "same_person"
    with pytest.raises(Invalid) as refused:
        decide_batch(first.number, approve=False, reason=" ", at=at, by=other)
    assert refused.value.code == "reason_missing"
    assert decide_batch(first.number, approve=True, reason="", at=at, by=other).state == BatchState.APPROVED
    assert get_batch(second.number).state == BatchState.REQUESTED
    for approve in (True, False):
        with pytest.raises(Conflict) as refused:
            decide_batch(first.number, approve=approve, reason="late", at=at, by=other)
        assert refused.value.code == "batch_state"
    assert decide_batch(second.number, approve=False, reason="too many", at=at, by=other).state == "refused"


@pytest.mark.parametrize(("count", "state"), [(5, "approved"), (6, "requested")])
def test_a_batch_of_more_than_so_many_codes_waits_for_the_branch(asked, lot, at, count, state):
    assert request_batch(lot, "unit", count, at=at, by=asked[0]).state == state


@pytest.mark.parametrize("count", [0, 1_000_001])
def test_a_batch_has_between_one_and_a_million_codes(lot, at, count):
    with pytest.raises(Invalid) as refused:
        request_batch(lot, "unit", count, at=at, by=None)
    assert refused.value.code == "code_count"


def test_a_file_is_noted_for_its_own_batch_and_once(session, pair, at):
    session.execute(sa.update(Code).values(state="reserved"))
    note_printed(pair[0].batch.number, file_key="k", until=at, at=at, by=None)
    assert states(session, pair[0]) == ["printed"] * 3
    assert states(session, pair[1]) == ["reserved"] * 3
    with pytest.raises(Conflict) as refused:
        note_printed(pair[0].batch.number, file_key="k", until=at, at=at, by=None)
    assert refused.value.code == "code_state"


@pytest.mark.parametrize(
    ("confirm", "expected", "word"), [(True, "voided", "done"), (False, "printed", "refused")]
)
@pytest.mark.both
def test_two_people_stand_behind_a_proposed_void(session, pair, at, confirm, expected, word):
    one, other = make_account(at=at).id, make_account(at=at).id
    proposal = propose_void(pair[0].batch.number, 1, 2, reason="stolen", at=at, by=one)
    beside = propose_void(pair[1].batch.number, 1, 2, reason="stolen", at=at, by=one)
    assert beside != proposal
    with pytest.raises(Conflict) as refused:
        decide_void(proposal, confirm=confirm, at=at, by=one)
    assert refused.value.code == "same_person"
    assert decide_void(proposal, confirm=confirm, at=at, by=other) == (2 if confirm else 0)
    assert states(session, pair[0]) == [expected] * 2 + ["printed"]
    assert states(session, pair[1]) == ["printed"] * 3
    row = session.scalars(sa.select(VoidProposal).where(VoidProposal.public_id == proposal)).one()
    assert (row.state, row.decided_by_account_id, row.decided_at) == (word, other, at)
    with pytest.raises(Conflict) as refused:
        decide_void(proposal, confirm=True, at=at, by=other)
    assert refused.value.code == "void_decided"
