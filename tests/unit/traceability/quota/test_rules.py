"""Density, survival and size classes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quota.rules import Stage, capacity, next_class, size_class

STAGES = (
    Stage("first_year", 1, "", "", 0, 0, 7_400, 900),
    Stage("second_third", 2, "", "", 5, 40, 2_670, 950),
    Stage("specimen", 3, "", "", 30, 200, 107, 980),
)


@pytest.mark.parametrize(
    ("area_m2", "density", "survival", "plants"),
    [
        (2_000, 7_400, 1_000, 22_200),
        (2_000, 2_670, 1_000, 8_010),
        (2_000, 107, 1_000, 321),
        (2_000, 7_400, 900, 19_980),
        (667, 107, 1_000, 107),
        (666, 107, 1_000, 106),
        (1, 107, 1_000, 0),
    ],
)
def test_capacity_is_area_times_density_times_survival(area_m2, density, survival, plants):
    assert capacity(area_m2, density, survival) == plants


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(1, 10**5), st.integers(1, 1000))
def test_cutting_a_plot_in_two_never_makes_more_of_it(one, other, density, survival):
    together = capacity(one + other, density, survival)
    assert capacity(one, density, survival) + capacity(other, density, survival) <= together


@pytest.mark.parametrize(
    ("diameter", "height", "expected"),
    [
        (4, 300, "first_year"),
        (5, None, "second_third"),
        (29, None, "second_third"),
        (30, 10, "specimen"),
        (None, 35, "first_year"),
        (None, 40, "second_third"),
        (None, 250, "specimen"),
        (None, None, None),
    ],
)
def test_the_size_class_follows_the_diameter_and_without_one_the_height(diameter, height, expected):
    assert size_class(STAGES, diameter_mm=diameter, height_cm=height) == expected


def test_plants_grow_from_one_class_to_the_next():
    assert next_class(STAGES, "first_year") == "second_third"
    assert next_class(STAGES, "specimen") is None
    assert next_class(STAGES, "unknown") is None
