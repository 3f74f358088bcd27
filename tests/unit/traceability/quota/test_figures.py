"""The figures behind quota: their bounds, from when they count; and what of quota stands in the log."""

from datetime import timedelta

import pytest

from core.clock import local_day
from core.errors import Conflict, Invalid
from tests.factories.licences import make_licence, make_mark
from tests.factories.organisation import make_grower
from tests.seals import not_as_sealed
from traceability.quota.queries.ledger import balance, figures_history, key_of_lot, stages
from traceability.quota.rules import Key
from traceability.quota.service import accounting as service
from traceability.quota.service import moves


def set_figures(at, plants_per_mu=120, survival_per_mille=900, **values):
    given = {"stage_code": "specimen", "reason": "trial", "by": None}
    moves.set_figures(
        at=at,
        **(given | values | {"plants_per_mu": plants_per_mu, "survival_per_mille": survival_per_mille}),
    )


def specimen(at, mark_code=""):
    [found] = [one for one in stages(at=at, mark_code=mark_code) if one.code == "specimen"]
    return found.plants_per_mu, found.survival_per_mille


@pytest.mark.parametrize(
    ("density", "survival", "sound"),
    [
        (1, 1, True),
        (666, 1_000, True),
        (0, 500, False),
        (-1, 500, False),
        (667, 500, False),
        (999_999, 500, False),
        (500, 0, False),
        (500, 1_001, False),
    ],
)
def test_figures_lie_within_their_bounds(lots, at, density, survival, sound):
    if sound:
        set_figures(at, density, survival)
        assert specimen(at) == (density, survival)
    else:
        with pytest.raises(Invalid) as refused:
            set_figures(at, density, survival)
        assert refused.value.code == "figures"


@pytest.mark.parametrize(
    ("values", "code"), [({"reason": " "}, "reason_missing"), ({"stage_code": "tree"}, "no_such_stage")]
)
def test_figures_are_of_a_known_stage_and_have_a_reason(lots, at, values, code):
    with pytest.raises(Invalid) as refused:
        set_figures(at, **values)
    assert refused.value.code == code


def test_figures_count_from_their_moment_and_the_newest_counts(lots, at):
    later = at + timedelta(hours=1)
    set_figures(later, 120)
    assert specimen(later - timedelta(microseconds=1)) == (107, 980)
    assert specimen(later) == (120, 900)
    set_figures(later + timedelta(minutes=1), 130)
    assert specimen(later + timedelta(days=1)) == (130, 900)
    assert [one.plants_per_mu for one in figures_history()][:2] == [130, 120]


def test_general_figures_do_not_undo_a_marks_own(lots, at):
    set_figures(at, 200, mark_code="XNGH")
    set_figures(at + timedelta(hours=1), 300)
    later = at + timedelta(hours=2)
    assert (specimen(later, "XNGH"), specimen(later)) == ((200, 900), (300, 900))


def test_the_stages_stand_in_the_order_of_growth(lots, at):
    assert [one.code for one in stages(at=at)] == ["first_year", "second_third", "specimen"]


@pytest.mark.parametrize(("runs", "plants"), [(True, 200), (False, 107)])
def test_land_is_counted_by_the_table_of_the_mark_that_the_grower_may_use_on_the_day(lots, at, runs, plants):
    mark = make_mark(code="OWN", at=at)
    set_figures(at, 200, 1_000, mark_code="OWN")
    set_figures(at, 107, 1_000)
    grower = make_grower(at=at)
    ended = local_day(at) - timedelta(days=0 if runs else 1)
    make_licence(grower, mark=mark, valid_until=ended, at=at)
    got = service.approve_land(
        grower_id=grower.id,
        unit_id=grower.unit_id,
        cultivar_group="dangui",
        stage_code="specimen",
        area_m2=667,
        year=2026,
        reference="survey/1",
        at=at,
        by=None,
    )
    assert got == plants
    assert balance(Key(grower.id, grower.unit_id, "dangui", "specimen", 2026)).free == plants


@pytest.mark.parametrize(("area_m2", "plants"), [(1, 0), (6, 0), (7, 1)])
def test_land_that_is_too_small_for_one_plant_gives_nothing(lots, at, area_m2, plants):
    set_figures(at, 100, 1_000)  # one plant on 6.67 square metres
    grower = make_grower(at=at)
    land = {"cultivar_group": "dangui", "stage_code": "specimen", "year": 2026, "reference": "survey/1"}
    got = service.approve_land(
        grower_id=grower.id, unit_id=grower.unit_id, area_m2=area_m2, at=at, by=None, **land
    )
    assert got == plants
    assert balance(Key(grower.id, grower.unit_id, "dangui", "specimen", 2026)).free == plants


def test_land_is_of_a_known_stage(lots, at):
    grower = make_grower(at=at)
    land = {"cultivar_group": "dangui", "stage_code": "tree", "year": 2026, "reference": "survey/1"}
    with pytest.raises(Invalid) as refused:
        service.approve_land(grower_id=grower.id, unit_id=grower.unit_id, area_m2=667, at=at, by=None, **land)
    assert refused.value.code == "no_such_stage"


def test_quota_is_not_passed_to_oneself_and_moves_for_a_reason(lots, at):
    key = key_of_lot(lots[0].id, at=at)
    service.approve(key, 100, reference="survey/1", at=at, by=None)
    with pytest.raises(Conflict) as refused:
        moves.transfer(key, key.grower_id, 1, reason="sold", at=at, by=None)
    assert refused.value.code == "same_grower"
    other = key_of_lot(lots[1].id, at=at).grower_id
    for move in (
        lambda: moves.transfer(key, other, 1, reason=" ", at=at, by=None),
        lambda: moves.grow(key, 1, 0, counted_on=local_day(at), reason="", at=at, by=None),
        lambda: service.credit(lots[0].id, 1, reference="B", reason=" ", at=at, by=None),
    ):
        with pytest.raises(Invalid) as refused:
            move()
        assert refused.value.code == "reason_missing"


def test_every_movement_and_every_figure_stands_in_the_log(lots, at):
    key = key_of_lot(lots[0].id, at=at)
    service.approve(key, 100, reference="survey/1", at=at, by=None)
    service.debit(lots[0].id, 40, reference="B-1", at=at, by=None)
    service.credit(lots[0].id, 10, reference="B-1", reason="torn", at=at, by=None)
    moves.transfer(key, key_of_lot(lots[1].id, at=at).grower_id, 5, reason="sold", at=at, by=None)
    moves.grow(key, 10, 1, counted_on=local_day(at), reason="counted", at=at, by=None)
    moves.expire(at=at + timedelta(days=365))
    set_figures(at, 200)
    set_figures(at, 300, mark_code="XNGH")
    assert not_as_sealed("quota_posting", "stage_figures") == []
