import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.freight.rules.addresses import provinces
from shop.freight.rules.default_table import DEFAULT_TABLE
from shop.freight.rules.rates import (
    PlantSize,
    Rate,
    Table,
    freight_minor,
    plant_weight_g,
    quote,
    unit_weight_g,
)

NEAR = Rate(frozenset({"420000"}), 8_00, 1_00, 40)


@pytest.mark.parametrize(
    ("weight_g", "price"),
    [
        (0, 0),
        (1, 8_00),
        (1_000, 8_00),
        (1_001, 9_00),
        (2_000, 9_00),
        (100_000, 8_00 + 99 * 1_00),
        (100_001, 8_00 + 99 * 1_00 + 40),
        (335_000, 8_00 + 99 * 1_00 + 235 * 40),
    ],
)
def test_freight_by_the_kilogram_begun(weight_g, price):
    assert freight_minor(NEAR, weight_g) == price


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="not negative"):
        freight_minor(NEAR, -1)


@given(
    weights=st.tuples(st.integers(0, 2_000_000), st.integers(0, 2_000_000)),
    rate=st.sampled_from(DEFAULT_TABLE.rates),
)
def test_freight_never_falls_as_the_weight_rises(weights, rate):
    lighter, heavier = sorted(weights)
    assert freight_minor(rate, lighter) <= freight_minor(rate, heavier)


def test_the_root_decides_the_weight():
    size = {"height_cm": 150, "ground_diameter_mm": 20}
    bare = plant_weight_g(PlantSize("bare_root", **size))
    potted = plant_weight_g(PlantSize("container", container_l=10, **size))
    balled = plant_weight_g(PlantSize("root_ball", root_ball_cm=30, **size))
    assert bare < potted < balled


def test_a_ball_of_eighty_centimetres_weighs_about_a_third_of_a_tonne():
    tree = PlantSize("root_ball", height_cm=320, ground_diameter_mm=80, root_ball_cm=80)
    assert 330_000 < plant_weight_g(tree) < 380_000


@given(
    root=st.sampled_from(["bare_root", "root_ball", "container"]),
    height_cm=st.none() | st.integers(1, 800),
    ground_diameter_mm=st.none() | st.integers(1, 400),
)
def test_every_plant_has_a_weight(root, height_cm, ground_diameter_mm):
    assert plant_weight_g(PlantSize(root, height_cm, ground_diameter_mm)) >= 20


def test_what_the_grower_says_a_plant_weighs_goes_before_the_estimate():
    size = PlantSize("bare_root", height_cm=30)
    assert unit_weight_g(35, 50, size) == 50 * 35
    assert unit_weight_g(None, 50, size) == 50 * 20


def test_a_quote_names_the_growers_who_do_not_deliver_there():
    tables = {1: DEFAULT_TABLE, 2: Table((NEAR,))}
    answer = quote(tables, {2: 1_500, 1: 1_500}, "330000")
    assert answer.freight_minor == {1: 15_00}
    assert answer.refused_by == (2,)
    assert answer.total_minor == 15_00


def test_the_usual_table_reaches_all_but_the_three_export_destinations_once():
    reached = [code for rate in DEFAULT_TABLE.rates for code in rate.provinces]
    assert len(reached) == len(set(reached))
    missing = {province.name for province in provinces()} - {
        province.name for province in provinces() if province.code in reached
    }
    assert missing == {"台湾省", "香港特别行政区", "澳门特别行政区"}
