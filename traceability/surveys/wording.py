"""Words of surveys in the language of the page."""

from typing import Any

from flask_babel import gettext as _

from traceability.plots.states import Method, SurveyState
from traceability.surveys.queries import MISSING, SurveyView

TONES = {
    MISSING: "plain",
    SurveyState.SURVEYED: "wait",
    SurveyState.AGREED: "info",
    SurveyState.APPROVED: "ok",
    SurveyState.RETURNED: "bad",
}


def survey_state_name(word: str) -> str:
    """How far a survey is."""
    return {
        MISSING: _("not surveyed"),
        SurveyState.SURVEYED: _("surveyed, village next"),
        SurveyState.AGREED: _("village agreed, town next"),
        SurveyState.APPROVED: _("approved"),
        SurveyState.RETURNED: _("returned"),
    }[word if word == MISSING else SurveyState(word)]


def method_name(word: str) -> str:
    """How the area was measured."""
    return {
        Method.TAPE: _("with a tape"),
        Method.SATELLITE: _("walked with satellite positioning"),
        Method.MAP: _("on a map or aerial photograph"),
        Method.REGISTER: _("from the land register"),
    }[Method(word)]


def survey_steps(survey: SurveyView) -> list[dict[str, Any]]:
    """The survey as a timeline."""
    returned = survey.state is SurveyState.RETURNED
    steps: list[dict[str, Any]] = [
        {"title": _("Surveyed"), "at": survey.surveyed_at, "note": survey.surveyed_by, "state": "done"}
    ]
    if survey.agreed_at or not returned:
        steps.append(
            {
                "title": _("Village agreed") if survey.agreed_at else _("The village agrees"),
                "at": survey.agreed_at,
                "note": survey.agreed_by,
                "state": "done" if survey.agreed_at else "now",
            }
        )
    if returned:
        steps.append({"title": _("Returned"), "at": None, "note": survey.reason, "state": "bad"})
    else:
        steps.append(
            {
                "title": _("Town approved") if survey.approved_at else _("The town approves"),
                "at": survey.approved_at,
                "note": survey.approved_by,
                "state": "done" if survey.approved_at else ("now" if survey.agreed_at else "next"),
            }
        )
    return steps
