"""Publishing an accepted report, and withdrawing its public edition. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from branch.organisation.queries.tree import require_unit_access
from branch.reports.editions.models.sealing import seal_edition
from branch.reports.editions.models.tables import ReportEdition, ReportEditionFile
from branch.reports.editions.states import EditionState
from branch.reports.models.tables import Report
from branch.reports.service import notices
from branch.reports.service.recording import ShelvedFile, locked_report, require_second_person, require_short
from branch.reports.states import ReportState
from core.database import changed, locked, session
from core.errors import Conflict, NotFound
from core.ids import random_id
from core.transitions import require_reason


def publish(public_id: str, *, files: Sequence[ShelvedFile], account_id: int, at: datetime) -> ReportEdition:
    """Publish an accepted report's public edition; an edition of an older version is replaced by it.

    Raises:
        Forbidden: the account may not publish reports of the unit, or built or submitted this one.
        Conflict: the report is not (any more) the accepted one, or is published already.
    """
    report = locked_report(public_id)
    require_unit_access(account_id, report.unit_id, "reports.publish")
    require_second_person(report, account_id)
    require_publishable(report)
    here = (ReportEdition.unit_id == report.unit_id, ReportEdition.period == report.period)
    standing = locked(ReportEdition, *here, ReportEdition.state == EditionState.PUBLISHED)
    if standing is not None and standing.report_id == report.id:
        raise Conflict(_("This report has been published already."), code="already_published")
    if standing is not None:
        _end(standing, EditionState.REPLACED, reason="", account_id=account_id, at=at)
    edition = ReportEdition(
        public_id=random_id(12),
        unit_id=report.unit_id,
        period=report.period,
        number=(session.scalar(select(func.max(ReportEdition.number)).where(*here)) or 0) + 1,
        report_id=report.id,
        state=str(EditionState.PUBLISHED),
        published_at=at,
        published_by_account_id=account_id,
        reason="",
    )
    session.add(edition)
    session.flush()
    session.add_all(ReportEditionFile(edition_id=edition.id, **asdict(file)) for file in files)
    session.flush()
    seal_edition(edition)
    notices.tell_branch(report, "published", key=edition.public_id, at=at, but=account_id)
    return edition


def require_not_published(report: Report) -> None:
    """Refuse a report whose public edition is there already.

    Raises:
        Conflict: it is published.
    """
    here = (ReportEdition.report_id == report.id, ReportEdition.state == EditionState.PUBLISHED)
    if session.scalar(select(ReportEdition.id).where(*here)) is not None:
        raise Conflict(_("This report has been published already."), code="already_published")


def require_publishable(report: Report) -> None:
    """Refuse what the public may not or cannot be shown.

    Raises:
        Conflict: the report is not accepted, or has no public edition.
    """
    if report.state != ReportState.ACCEPTED:
        raise Conflict(_("Only an accepted report can be published."), code="report_not_accepted")
    if "public-zh" not in report.documents:
        raise Conflict(
            _(
                "This report has no public edition: in some month of it fewer than three growers sold, or it was built before reports of its kind could be published."
            ),
            code="no_public_edition",
        )


def withdraw(public_id: str, *, reason: str, account_id: int, at: datetime) -> ReportEdition:
    """Withdraw a public edition; that it was there, and why it went, stays visible.

    Raises:
        NotFound: there is no such edition.
        Forbidden: the account may not publish reports of the unit.
        Conflict: it is not published any more.
        Invalid: no reason was given, or too many words.
    """
    edition = locked(ReportEdition, ReportEdition.public_id == public_id)
    if edition is None:
        raise NotFound(_("There is no such edition."), code="edition_unknown")
    require_unit_access(account_id, edition.unit_id, "reports.publish")
    reason = require_reason(require_short(reason), _("Please say why; the reason will be public."))
    _end(edition, EditionState.WITHDRAWN, reason=reason, account_id=account_id, at=at)
    report = session.get_one(Report, edition.report_id)
    notices.tell_branch(report, "edition_withdrawn", key=edition.public_id, at=at, but=account_id)
    return edition


def _end(edition: ReportEdition, state: EditionState, *, reason: str, account_id: int, at: datetime) -> None:
    ended = changed(
        update(ReportEdition)
        .where(ReportEdition.id == edition.id, ReportEdition.state == EditionState.PUBLISHED)
        .values(state=str(state), ended_at=at, ended_by_account_id=account_id, reason=reason)
    )
    if ended != 1:
        raise Conflict(_("This edition is not published any more."), code="edition_ended")
    session.refresh(edition)
    seal_edition(edition)
