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
