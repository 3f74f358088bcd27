"""Words and shapes for the states of a report, for pages."""

from __future__ import annotations

from flask_babel import gettext as _

from branch.reports.states import ReportState

TONES = {
    ReportState.DRAFT: "plain",
    ReportState.SUBMITTED: "wait",
    ReportState.RETURNED: "warn",
    ReportState.ACCEPTED: "ok",
    ReportState.ARCHIVED: "info",
    ReportState.REPLACED: "plain",
}


def state_name(state: str) -> str:
    """What a report's state is called."""
    return {
        ReportState.DRAFT: _("Draft report"),
        ReportState.SUBMITTED: _("With the committee"),
        ReportState.RETURNED: _("Returned to the branch"),
        ReportState.ACCEPTED: _("Accepted by the committee"),
        ReportState.ARCHIVED: _("In the archive"),
        ReportState.REPLACED: _("Replaced by a newer version"),
    }[ReportState(state)]


def state_tone(state: str) -> str:
    """The tone of its pill."""
    return TONES[ReportState(state)]


def move_name(from_state: str | None, to_state: str) -> str:
    """A step of the history as a short title."""
    if from_state is None:
        return _("Built")
    return {
        ReportState.SUBMITTED: _("Submitted to the committee"),
        ReportState.RETURNED: _("Returned with a comment"),
        ReportState.ACCEPTED: _("Accepted by the committee"),
        ReportState.ARCHIVED: _("In the archive"),
        ReportState.REPLACED: _("Replaced by a newer version"),
    }[ReportState(to_state)]
