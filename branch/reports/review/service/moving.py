"""Moving a report along: draft, submitted, returned or accepted, archived. Nothing here commits."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch.reports.deadlines.service import note_submission
from branch.reports.models.tables import Report
from branch.reports.questions.queries import open_questions
from branch.reports.review.service.key_figures import note_figures
from branch.reports.service import notices
from branch.reports.service.recording import change_state, locked_report, require_second_person, require_step
from branch.reports.states import ReportState
from core.database import session
from core.errors import Conflict


def move_report(
    public_id: str, target: str, *, revision: int, comment: str, account_id: int, by_name: str, at: datetime
) -> None:
    """Move a report one step, as somebody who may do so at its unit.

    `revision` is the one on the page from which the button was pressed: a second click, or somebody
    else's, finds another one and changes nothing. Adds to the caller's transaction.

    Raises:
        Forbidden: the account holds no such role at the report's unit, or would accept its own report.
        Conflict: the step does not exist from here, the report moved meanwhile, or a question is open.
        Invalid: a comment is needed, or too long.
    """
    report = locked_report(public_id)
    comment = require_step(report, target, revision=revision, comment=comment, account_id=account_id)
    if target in {ReportState.SUBMITTED, ReportState.ACCEPTED} and open_questions(
        report.unit_id, report.period
    ):
        raise Conflict(
            _("A question about this report is still open. It has to be answered or withdrawn first."),
            code="question_open",
        )
    if target == ReportState.ACCEPTED:
        require_second_person(report, account_id)
    change_state(report, ReportState(target), account_id=account_id, by_name=by_name, comment=comment, at=at)
    if target == ReportState.SUBMITTED:
        note_figures(report)
        note_submission(report.unit_id, report.period, at=at)
        notices.tell_committee(report, "submitted", key=str(report.revision), at=at, but=account_id)
    if target == ReportState.ACCEPTED:
        _archive_older(report, account_id=account_id, by_name=by_name, at=at)
        notices.tell_branch(report, "accepted", key=str(report.revision), at=at, but=account_id)


def _archive_older(report: Report, *, account_id: int, by_name: str, at: datetime) -> None:
    older = session.scalars(
        select(Report).where(
            Report.unit_id == report.unit_id,
            Report.period == report.period,
            Report.id != report.id,
            Report.state == ReportState.ACCEPTED,
        )
    )
    for older_report in older:
        change_state(
            older_report, ReportState.ARCHIVED, account_id=account_id, by_name=by_name, comment="", at=at
        )
