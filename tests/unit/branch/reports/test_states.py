import pytest

from branch.reports.states import STEPS, ReportState, find_step, steps_from

PEOPLE = {
    ("draft", "submitted"),
    ("returned", "submitted"),
    ("submitted", "returned"),
    ("submitted", "accepted"),
    ("accepted", "archived"),
}


@pytest.mark.parametrize("source", list(ReportState))
@pytest.mark.parametrize("target", list(ReportState))
def test_people_can_move_a_report_along_these_steps_only(source, target):
    assert (find_step(source, target) is not None) == ((source, target) in PEOPLE)


def test_the_branch_submits_and_the_committee_decides():
    assert {step.permission for step in steps_from("draft")} == {"reports.submit"}
    assert {step.permission for step in steps_from("submitted")} == {"reports.review"}


def test_returning_needs_a_comment_and_submitting_again_only_the_answers():
    assert {(step.source, step.target) for step in STEPS if step.needs_comment} == {("submitted", "returned")}


def test_what_has_been_accepted_is_never_returned_or_replaced():
    assert {step.target for step in STEPS if step.source == "accepted"} == {"archived"}
    assert not [step for step in STEPS if step.source in {"archived", "replaced"}]
