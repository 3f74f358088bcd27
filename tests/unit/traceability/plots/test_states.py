"""The table of decisions, and outlines of land."""

import pytest

from traceability.plots.states import Decision, SurveyState, after, outline_area_m2, read_outline


def test_only_the_table_leads_on():
    reached = {(state, decision): after(state, decision) for state in SurveyState for decision in Decision}
    assert {pair: target for pair, target in reached.items() if target} == {
        (SurveyState.SURVEYED, Decision.AGREE): SurveyState.AGREED,
        (SurveyState.SURVEYED, Decision.RETURN): SurveyState.RETURNED,
        (SurveyState.AGREED, Decision.APPROVE): SurveyState.APPROVED,
        (SurveyState.AGREED, Decision.RETURN): SurveyState.RETURNED,
    }


def test_a_square_of_a_hundred_metres_is_a_hectare():
    side = 100 / 111_320
    corners = read_outline(f"0,0\n0,{side:.9f}\n{side:.9f},{side:.9f}\n\n{side:.9f}，0")
    assert corners is not None
    assert outline_area_m2(corners) == pytest.approx(10_000, rel=0.01)


def test_the_order_of_the_corners_does_not_matter_for_the_area():
    corners = [(29.8, 114.3), (29.8, 114.302), (29.801, 114.302), (29.801, 114.3)]
    assert outline_area_m2(corners) == outline_area_m2(corners[::-1]) > 20_000


@pytest.mark.parametrize(
    "text", ["", "1,2\n3,4", "a,b\nc,d\ne,f", "91,0\n0,0\n1,1", "1\n2\n3", "1,2,3\n" * 3]
)
def test_what_is_not_an_outline_is_not_read(text):
    assert read_outline(text) is None


@pytest.mark.parametrize(
    ("corner", "read"),
    [
        ("90,180", True),
        ("-90,-180", True),
        ("90.000001,0", False),
        ("-90.000001,0", False),
        ("0,180.000001", False),
        ("0,-180.000001", False),
    ],
)
def test_a_corner_lies_on_the_earth(corner, read):
    assert (read_outline(f"{corner}\n1,1\n2,2") is not None) == read


@pytest.mark.parametrize(("points", "read"), [(2, False), (3, True), (200, True), (201, False)])
def test_an_outline_has_three_to_two_hundred_corners(points, read):
    text = "\n".join(f"29.8,{114 + place / 1000}" for place in range(points))
    assert (read_outline(text) is not None) == read


def test_a_corner_is_kept_to_ten_centimetres():
    assert read_outline("29.80000049,114.30000051\n1,1\n2,2")[0] == (29.8, 114.300001)


def test_the_area_is_that_inside_the_outline():
    """A right triangle of 100 m by 60 m on the equator, and the same shape far from it."""
    metre = 1 / 111_320
    triangle = [(0.0, 0.0), (0.0, 100 * metre), (60 * metre, 0.0)]
    assert outline_area_m2(triangle) == 3_000
    assert outline_area_m2(triangle[1:] + triangle[:1]) == 3_000
    moved = [(latitude + 60, longitude + 114) for latitude, longitude in triangle]
    assert outline_area_m2(moved) == pytest.approx(1_500, rel=0.001)  # at 60 degrees a degree is half as long
    assert outline_area_m2(triangle[:2]) == 0
