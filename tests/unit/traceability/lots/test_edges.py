"""Plants of a lot: the last one, never more than were recorded, and never those of another lot."""

import pytest
from sqlalchemy import select

from core.errors import Conflict
from tests.factories.traceability import make_lot
from tests.seals import not_as_sealed
from traceability.api import LotNotSaleable, get_lot, put_back_to_lot, require_saleable, take_from_lot
from traceability.lots.models.tables import Lot
from traceability.lots.queries.records import changes_of
from traceability.lots.service import add_to_lot, change_state
from traceability.lots.states import LotState


@pytest.fixture
def lots(session, at):
    """Two lots of ten plants."""
    return [make_lot(quantity=10, at=at) for _ in range(2)]


def figures(lot):
    found = get_lot(id=lot.id)
    return found.quantity_on_hand, found.quantity_recorded


@pytest.mark.parametrize(("plants", "taken"), [(1, True), (9, True), (10, True), (11, False)])
def test_the_last_plant_is_taken_and_no_more(lots, at, plants, taken):
    if taken:
        take_from_lot(lots[0].id, plants, at=at)
    else:
        with pytest.raises(LotNotSaleable) as refused:
            take_from_lot(lots[0].id, plants, at=at)
        assert refused.value.details["left"] == 10
    assert figures(lots[0]) == (10 - plants * taken, 10)
    assert figures(lots[1]) == (10, 10)
    assert len(changes_of(lots[0].id)) == 1 + taken


@pytest.mark.parametrize("plants", [0, -1])
def test_a_number_of_plants_above_0_is_taken(lots, at, plants):
    with pytest.raises(ValueError, match="above 0"):
        take_from_lot(lots[0].id, plants, at=at)


@pytest.mark.parametrize(("plants", "back"), [(1, True), (4, True), (5, False)])
def test_no_more_come_back_than_were_taken(lots, at, plants, back):
    take_from_lot(lots[0].id, 4, at=at)
    take_from_lot(lots[1].id, 4, at=at)
    if back:
        put_back_to_lot(lots[0].id, plants, at=at)
    else:
        with pytest.raises(Conflict) as refused:
            put_back_to_lot(lots[0].id, plants, at=at)
        assert refused.value.code == "lot_quantity"
    assert figures(lots[0]) == (6 + plants * back, 10)
    assert figures(lots[1]) == (6, 10)


@pytest.mark.parametrize(
    ("plants", "on_hand", "recorded"), [(3, 9, 13), (0, 6, 10), (-5, 1, 10), (-6, 0, 10), (-7, None, None)]
)
def test_a_count_adds_to_what_was_recorded_and_strikes_off_down_to_nothing(
    lots, at, session, plants, on_hand, recorded
):
    take_from_lot(lots[0].id, 4, at=at)
    if on_hand is None:
        with pytest.raises(Conflict) as refused:
            add_to_lot(lots[0].id, plants, at=at)
        assert refused.value.code == "lot_quantity"
    else:
        add_to_lot(lots[0].id, plants, at=at, reason="counted")
        assert figures(lots[0]) == (on_hand, recorded)
        moved = session.scalar(select(Lot.quantity_moved).where(Lot.id == lots[0].id))
        assert moved == max(0, -plants)
    assert figures(lots[1]) == (10, 10)


@pytest.mark.parametrize("state", [LotState.CLOSED, LotState.RECALLED])
def test_nothing_is_taken_of_a_lot_that_is_not_open(lots, at, state):
    change_state(lots[0].id, state, reason="canker", at=at, by=None)
    with pytest.raises(LotNotSaleable):
        take_from_lot(lots[0].id, 1, at=at)
    with pytest.raises(LotNotSaleable):
        require_saleable(lots[0].id, plants=1, at=at)
    assert require_saleable(lots[1].id, plants=10, at=at).state == "open"
    take_from_lot(lots[1].id, 1, at=at)


@pytest.mark.parametrize("first", [LotState.CLOSED, LotState.RECALLED])
@pytest.mark.parametrize("then", LotState)
def test_a_closed_lot_is_opened_again_and_a_recalled_one_never(lots, at, first, then):
    change_state(lots[0].id, first, reason="canker", at=at, by=None)
    allowed = first is LotState.CLOSED and then is not LotState.CLOSED
    if allowed:
        assert change_state(lots[0].id, then, reason="seen", at=at, by=None).state == then
    else:
        with pytest.raises(Conflict) as refused:
            change_state(lots[0].id, then, reason="seen", at=at, by=None)
        assert refused.value.code == "lot_state"
    assert get_lot(id=lots[0].id).state == (then if allowed else first)
    assert get_lot(id=lots[1].id).state == "open"


@pytest.mark.both
def test_whatever_happened_to_a_lot_stands_in_its_history_and_in_the_log(lots, at):
    take_from_lot(lots[0].id, 4, at=at, reason="sold")
    put_back_to_lot(lots[0].id, 1, at=at, reason="not sent")
    add_to_lot(lots[0].id, -2, at=at, reason="frost")
    change_state(lots[0].id, LotState.CLOSED, reason="season over", at=at, by=None)
    assert sorted((one.kind, one.plants, one.reason) for one in changes_of(lots[0].id)) == [
        ("closed", 0, "season over"),
        ("counted", -2, "frost"),
        ("recorded", 10, ""),
        ("returned", 1, "not sent"),
        ("taken", -4, "sold"),
    ]
    assert not_as_sealed("lot") == []
