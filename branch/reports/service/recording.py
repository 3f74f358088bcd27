"""Recording a version of a report, and changing its state under its lock. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from branch.ledger.rules.periods import Period
from branch.organisation.queries.tree import require_unit_access
from branch.reports.models.sealing import seal_move
from branch.reports.models.tables import Report, ReportFile, ReportReview
from branch.reports.queries.pages import is_own
from branch.reports.states import ReportState, find_step
from core.database import changed, locked, session
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import random_id

LONGEST_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class ShelvedFile:
    """A file of a report that already lies in the file store."""

    name: str
    format: str
    locale: str
    file_key: str
    sha256: str
    size: int


def record_report(
    unit_id: int,
    period: Period,
    *,
    digest: str,
    preliminary: bool,
    documents: dict[str, Any],
    frozen: dict[str, Any],
    annex_sha256: str,
    version: int,
    files: Sequence[ShelvedFile],
    account_id: int | None,
    by_name: str,
    at: datetime,
) -> str:
    """Add a draft of the next version; the latest version stands when it was computed from the same.

    An older draft or returned version is replaced. Adds to the caller's transaction.

    Raises:
        Conflict: the latest version waits for the committee, or is no longer the one that `version` follows.
    """
    latest = session.scalars(
        select(Report)
        .where(Report.unit_id == unit_id, Report.period == period.key)
        .order_by(Report.version.desc())
        .limit(1)
    ).one_or_none()
    if latest is not None:
        if latest.input_digest == digest:
            return latest.public_id
        if latest.state == ReportState.SUBMITTED:
            raise Conflict(
                _("The report of %(period)s is with the committee. It can be built again once it has been returned or accepted.",
                  period=period.key),
                code="report_with_committee",
            )  # fmt: skip
        if find_step(latest.state, ReportState.REPLACED, by_system=True):
            change_state(
                latest, ReportState.REPLACED, account_id=account_id, by_name=by_name, comment="", at=at
            )
    if version != (latest.version + 1 if latest else 1):
        raise Conflict(
            _("Another version was built meanwhile. Please build the report again."),
            code="report_built_meanwhile",
        )
    report = Report(
        public_id=random_id(12),
        unit_id=unit_id,
        period=period.key,
        period_start=period.start,
        version=version,
        state=ReportState.DRAFT,
        revision=0,
        preliminary=preliminary,
        input_digest=digest,
        documents=documents,
        frozen=frozen,
        annex_sha256=annex_sha256,
        built_at=at,
        built_by_account_id=account_id,
    )
    session.add(report)
    session.flush()
    session.add_all(ReportFile(report_id=report.id, **asdict(file)) for file in files)
    _note(report, None, account_id=account_id, by_name=by_name, comment="", at=at)
    session.flush()
    return report.public_id


def locked_report(public_id: str) -> Report:
    """The row of a report, held until the end of the transaction, so that who asks and who accepts take turns.

    Raises:
        NotFound: there is none.
    """
    report = locked(Report, Report.public_id == public_id)
    if report is None:
        raise NotFound(_("There is no such report."), code="report_unknown")
    return report


def require_short(words: str) -> str:
    """The words without the space around them.

    Raises:
        Invalid: they are longer than anybody will read.
    """
    words = words.strip()
    if len(words) > LONGEST_COMMENT:
        raise Invalid(
            _("Please keep the comment below %(number)s characters.", number=LONGEST_COMMENT),
            code="comment_too_long",
        )
    return words


def require_second_person(report: Report, account_id: int) -> None:
    """Four eyes: who built or submitted a report decides nothing about it, whatever other role is held.

    Raises:
        Forbidden: the account, or another one of the same person, did one or the other.
    """
    if is_own(report, account_id):
        raise Forbidden(
            _("You built or submitted this report yourself. Somebody else has to decide about it."),
            code="own_report",
        )


def require_step(report: Report, target: str, *, revision: int, comment: str, account_id: int) -> str:
    """The comment without the space around it, when the account may take this step from the page it saw.

    Raises:
        Forbidden: the account holds no such role at the report's unit.
        Conflict: the step does not exist from here, or the report moved meanwhile.
        Invalid: a comment is needed, or too long.
    """
    step = find_step(report.state, target)
    if step is None or step.permission is None or revision != report.revision:
        require_unit_access(account_id, report.unit_id, "reports.view")
        raise moved_meanwhile()
    require_unit_access(account_id, report.unit_id, step.permission)
    comment = require_short(comment)
    if step.needs_comment and not comment:
        raise Invalid(_("Please say in a sentence what should be looked at."), code="comment_missing")
    return comment


def moved_meanwhile() -> Conflict:
    """What is answered to somebody whose page is older than the report."""
    return Conflict(_("This report has moved on meanwhile. Please look at it again."), code="report_moved")


def change_state(
    report: Report, target: ReportState, *, account_id: int | None, by_name: str, comment: str, at: datetime
) -> None:
    """Change the state by a conditional update, so that of two at once only one succeeds."""
    source = report.state
    moved = changed(
        update(Report)
        .where(Report.id == report.id, Report.revision == report.revision, Report.state == source)
        .values(state=target, revision=report.revision + 1)
    )
    if moved != 1:
        raise moved_meanwhile()
    session.refresh(report)
    _note(report, source, account_id=account_id, by_name=by_name, comment=comment, at=at)


def _note(
    report: Report, source: str | None, *, account_id: int | None, by_name: str, comment: str, at: datetime
) -> None:
    review = ReportReview(
        report_id=report.id,
        revision=report.revision,
        from_state=source,
        to_state=report.state,
        by_account_id=account_id,
        by_name=by_name,
        comment=comment,
        at=at,
    )
    session.add(review)
    session.flush()
    seal_move(report, review)
