"""The life of a code, read from its one table."""

import pytest

from traceability.codes.states import TRANSITIONS, CodeState, Level, may_become, sources_of


def test_every_state_has_a_line_and_every_state_but_the_first_can_be_entered():
    assert set(TRANSITIONS) == set(CodeState)
    assert set(CodeState) - set().union(*TRANSITIONS.values()) == {CodeState.RESERVED}


@pytest.mark.parametrize("dead", [CodeState.VOIDED, CodeState.RETURNED, CodeState.RECALLED])
def test_nothing_comes_back_from_void_return_or_recall(dead):
    assert not any(may_become(dead, state) for state in CodeState)


def test_a_code_is_not_shipped_before_it_is_active():
    assert sources_of(CodeState.SHIPPED) == {CodeState.ACTIVE}
    assert not may_become(CodeState.PRINTED, CodeState.SHIPPED)


def test_plant_is_another_word_for_unit():
    assert Level.named("plant") is Level.named("unit") is Level.UNIT
    with pytest.raises(ValueError):
        Level.named("tree")
