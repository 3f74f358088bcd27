"""Lots: recorded once, never below nothing, recalled for good."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.database import transaction
from core.errors import Conflict, Invalid, NotFound
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_lot, make_plot
from traceability.api import (
    LotNotSaleable,
    cultivar_group_name,
    cultivar_groups,
    cultivars,
    ensure_reference_data,
    get_lot,
    lots_by_ids,
    lots_of_grower,
    put_back_to_lot,
    require_saleable,
    take_from_lot,
)
from traceability.lots.queries.records import changes_of
from traceability.lots.rules.sizes import diameter_span_cm, span
from traceability.lots.service import add_to_lot, change_state
from traceability.lots.states import LotState, is_age_code


def test_a_recorded_lot_is_read_back_with_all_it_was_given(session):
    with transaction():
        lot = make_lot()
    again = get_lot(number=lot.number.lower())
    assert again == lot
    assert (again.quantity_recorded, again.quantity_on_hand, again.state) == (500, 500, "open")
    assert again.cultivar_en == "Zhusha Dangui"
    assert again.height_cm == "300–320"
    assert lots_by_ids([lot.id, 10**9]) == {lot.id: lot}
    assert lots_of_grower(lot.grower_id) == [lot]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("propagation", "cloning"),
        ("root", "naked"),
        ("quantity", -1),
        ("age_code", "six years"),
        ("height_cm_max", 299),
        ("cultivar_group", "zigui"),
    ],
)
def test_a_lot_that_breaks_a_rule_is_refused_naming_the_field(session, field, value):
    with transaction(), pytest.raises(Invalid) as refused:
        make_lot(**{field: value})
    assert field in refused.value.details["fields"]


def test_a_lot_cannot_stand_on_another_growers_plot(session):
    from traceability.lots.service import NewLot, record_lot

    with transaction():
        ensure_reference_data()
        plot, other = make_plot(), make_grower()
        lot = NewLot("dangui", "朱砂丹桂", "cutting", "bare_root", "桂花镇", 10)
        with pytest.raises(Invalid) as refused:
            record_lot(grower_id=other.id, plot_id=plot.id, lot=lot, at=plot.recorded_at)
    assert "plot" in refused.value.details["fields"]


def test_no_more_plants_are_taken_than_are_there(session, at):
    with transaction():
        lot = make_lot(quantity=5)
        take_from_lot(lot.id, 3, at=at)
        with pytest.raises(LotNotSaleable) as refused:
            take_from_lot(lot.id, 3, at=at)
    assert refused.value.code == "not_on_sale"
    assert refused.value.details["left"] == 2
    assert get_lot(id=lot.id).quantity_on_hand == 2
    assert [(change.kind, change.plants) for change in changes_of(lot.id)] == [("recorded", 5), ("taken", -3)]


def test_the_database_itself_refuses_less_than_nothing(session):
    with transaction():
        lot = make_lot()
    with pytest.raises(IntegrityError), transaction() as current:
        current.execute(text("UPDATE lot SET quantity_on_hand = -1 WHERE id = :id"), {"id": lot.id})


@pytest.mark.both
def test_what_was_taken_can_come_back_but_not_more(session, at):
    with transaction():
        lot = make_lot(quantity=5)
        take_from_lot(lot.id, 2, at=at)
        put_back_to_lot(lot.id, 2, at=at)
        with pytest.raises(Conflict):
            put_back_to_lot(lot.id, 1, at=at)
    assert get_lot(id=lot.id).quantity_on_hand == 5


def test_a_count_adds_and_strikes_off(session, at):
    with transaction():
        lot = make_lot(quantity=5)
        add_to_lot(lot.id, 3, at=at, reason="counted")
        add_to_lot(lot.id, -6, at=at, reason="frost")
        with pytest.raises(Conflict):
            add_to_lot(lot.id, -3, at=at)
    after = get_lot(id=lot.id)
    assert (after.quantity_recorded, after.quantity_on_hand) == (8, 2)


def test_a_recalled_lot_is_not_sold_and_never_reopens(session, at):
    with transaction():
        lot = make_lot()
        change_state(lot.id, LotState.RECALLED, reason="canker found", at=at, by=None)
        with pytest.raises(LotNotSaleable):
            require_saleable(lot.id, plants=1, at=at, lock=True)
        with pytest.raises(LotNotSaleable):
            take_from_lot(lot.id, 1, at=at)
        with pytest.raises(Conflict):
            change_state(lot.id, LotState.OPEN, reason="", at=at, by=None)
    assert get_lot(id=lot.id).state_reason == "canker found"


def test_a_recall_needs_a_reason(session, at):
    with transaction():
        lot = make_lot()
        with pytest.raises(Invalid):
            change_state(lot.id, LotState.RECALLED, reason=" ", at=at, by=None)


def test_an_open_lot_with_enough_left_is_saleable(session, at):
    with transaction():
        lot = make_lot(quantity=5)
        assert require_saleable(lot.id, plants=5, at=at, lock=True).id == lot.id
        with pytest.raises(LotNotSaleable):
            require_saleable(lot.id, plants=6, at=at)
        with pytest.raises(NotFound):
            require_saleable(10**9, plants=1, at=at)


def test_reference_data_is_added_once_and_edits_survive(session):
    from traceability.lots.models.tables import CultivarGroup

    with transaction():
        assert ensure_reference_data() == 4 + 19 + 6
    with transaction() as current:
        current.query(CultivarGroup).filter_by(code="jingui").one().epithet = "Thunbergii"
    with transaction():
        assert ensure_reference_data() == 0
    assert [group.code for group in cultivar_groups()] == ["jingui", "yingui", "dangui", "sijigui"]
    assert cultivar_groups()[0].epithet == "Thunbergii"
    assert "朱砂丹桂" in {one.name_zh for one in cultivars("dangui")}
    assert cultivar_group_name("dangui") == "丹桂"
    assert cultivar_group_name("unheard") == "unheard"


@pytest.mark.parametrize(
    ("text", "is_one"), [("2-1", True), ("1(1)-0", True), ("3", True), ("two", False), ("2--1", False)]
)
def test_age_codes_are_written_as_in_the_standards(text, is_one):
    assert is_age_code(text) is is_one


@pytest.mark.parametrize(
    ("least", "most", "written"),
    [(None, None, ""), (80, None, "80"), (None, 84, "84"), (80, 80, "80"), (80, 84, "80–84")],
)
def test_spans_of_sizes(least, most, written):
    assert span(least, most) == written


def test_diameters_are_written_in_centimetres():
    assert diameter_span_cm(75, 84) == "7.5–8.4"
    assert diameter_span_cm(80, None) == "8"
