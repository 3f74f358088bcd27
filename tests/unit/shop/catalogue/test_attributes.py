"""The trade's measures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.catalogue.rules.measures import Root, Size, cm_from_mm, parse_range, range_text, size_problems, span


@pytest.mark.parametrize(
    ("text", "millimetres"),
    [
        ("8", (80, 80)),
        ("7-8", (70, 80)),
        ("7.5～8", (75, 80)),
        ("7 到 8 公分", (70, 80)),
        (" 8cm ", (80, 80)),
        ("", (None, None)),
    ],
)
def test_diameters_are_read_as_the_trade_writes_them(text, millimetres):
    assert parse_range(text, to_mm=True) == millimetres


@pytest.mark.parametrize("text", ["about 8", "7-8-9", "-8", "8-", "nan", "1e999", "八"])
def test_what_is_no_measure_is_refused(text):
    with pytest.raises(ValueError):
        parse_range(text)


@given(st.integers(1, 2_000), st.integers(0, 500))
def test_a_range_survives_being_written_and_read(least, more):
    assert parse_range(range_text(least, least + more, in_cm=True), to_mm=True) == (least, least + more)


@pytest.mark.parametrize(
    ("millimetres", "text"), [(80, "8"), (85, "8.5"), (100, "10"), (5, "0.5"), (1, "0.1")]
)
def test_millimetres_are_said_in_centimetres(millimetres, text):
    assert cm_from_mm(millimetres) == text


def test_nothing_known_is_nothing_said():
    assert range_text(None, None) is None
    assert range_text(320, None) == "320"


def codes(size, root=Root.BARE):
    return [(problem.code, problem.field) for problem in size_problems(size, root)]


def test_a_whole_size_is_fine():
    size = Size(
        height_cm_min=300,
        height_cm_max=320,
        ground_diameter_mm_min=80,
        ground_diameter_mm_max=80,
        root_ball_cm=80,
    )
    assert codes(size, Root.BALL) == []


def test_each_fault_of_a_size_is_named():
    assert codes(Size()) == [("no_measure", "ground_diameter_mm")]
    assert (
        codes(Size(height_cm_min=5_000, height_cm_max=5_000)) == [("measure_out_of_range", "height_cm")] * 2
    )
    assert codes(Size(height_cm_min=320, height_cm_max=300)) == [("range_upside_down", "height_cm")]
    assert codes(Size(height_cm_min=90, height_cm_max=90, branching_height_cm=120)) == [
        ("branches_above_top", "branching_height_cm")
    ]
    assert codes(Size(height_cm_min=90), Root.BALL) == [("root_ball_missing", "root_ball_cm")]
    assert codes(Size(height_cm_min=90), Root.CONTAINER) == [("container_missing", "container_l")]


def test_a_span_covers_all_grades():
    assert span([(30, 40), (None, None), (20, None)]) == (20, 40)
    assert span([(None, None)]) == (None, None)
