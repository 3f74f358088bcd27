"""Asking back about a report, answering, withdrawing a question. Posts are only ever added; nothing here commits."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from branch.organisation.queries.tree import require_unit_access
from branch.reports.models.tables import Report
from branch.reports.questions.models.sealing import seal_post
from branch.reports.questions.models.tables import ReportPost
from branch.reports.questions.states import ANSWERED_ON, ASKED_OF, PostKind
from branch.reports.service import notices
from branch.reports.service.recording import change_state, locked_report, require_short, require_step
from branch.reports.states import ReportState
from core.database import session
from core.errors import Conflict, Invalid, NotFound
from core.ids import random_id


def ask(
    public_id: str,
    *,
    words: str,
    place: str,
    returns: bool,
    revision: int,
    seen: int,
    account_id: int,
    by_name: str,
    at: datetime,
) -> str:
    """Ask the branch about its report; with `returns` the report goes back to it at once.

    `revision` and `seen` (the number of posts) are those of the page on which the question was written.

    Returns:
        The public id of the question.

    Raises:
        Forbidden: the account does not review reports of the unit.
        Conflict: the report or the thread has moved on meanwhile.
        Invalid: nothing was written, or too much.
    """
    report = locked_report(public_id)
    require_unit_access(account_id, report.unit_id, "reports.review")
    if report.state not in ASKED_OF or revision != report.revision:
        raise _moved()
    post = _add(
        report, PostKind.QUESTION, None,
        words=words, place=place, returned=returns, seen=seen, account_id=account_id, by_name=by_name, at=at,
    )  # fmt: skip
    if returns:
        if report.state != ReportState.SUBMITTED:
            raise _moved()
        comment = require_step(
            report, ReportState.RETURNED, revision=revision, comment=post.words, account_id=account_id
        )
        change_state(
            report, ReportState.RETURNED, account_id=account_id, by_name=by_name, comment=comment, at=at
        )
    what = "returned" if returns else "asked"
    notices.tell_branch(report, what, key=post.public_id, at=at, but=account_id)
    return post.public_id


def answer(
    public_id: str, question_id: str, *, words: str, seen: int, account_id: int, by_name: str, at: datetime
) -> None:
    """Answer a question; the first answer closes it, later ones may add to it.

    Raises:
        Forbidden: the account does not submit reports of the unit.
        NotFound: there is no such question about this report.
        Conflict: the thread has moved on, or the report takes no answers any more.
        Invalid: nothing was written, or too much.
    """
    report, question = _open_question(
        public_id, question_id, account_id=account_id, permission="reports.submit"
    )
    post = _add(
        report, PostKind.ANSWER, question,
        words=words, place=question.place, returned=False, seen=seen, account_id=account_id, by_name=by_name, at=at,
    )  # fmt: skip
    notices.tell_committee(report, "answered", key=post.public_id, at=at, but=account_id)


def withdraw(
    public_id: str, question_id: str, *, words: str, seen: int, account_id: int, by_name: str, at: datetime
) -> None:
    """Take a question back, saying why; it stays readable.

    Raises:
        Forbidden: the account does not review reports of the unit.
        NotFound: there is no such question about this report.
        Conflict: the thread has moved on, the question was withdrawn before, or the report is done with.
        Invalid: nothing was written, or too much.
    """
    report, question = _open_question(
        public_id, question_id, account_id=account_id, permission="reports.review"
    )
    post = _add(
        report, PostKind.WITHDRAWAL, question,
        words=words, place=question.place, returned=False, seen=seen, account_id=account_id, by_name=by_name, at=at,
    )  # fmt: skip
    notices.tell_branch(report, "question_withdrawn", key=post.public_id, at=at, but=account_id)


def _add(
    report: Report,
    kind: PostKind,
    question: ReportPost | None,
    *,
    words: str,
    place: str,
    returned: bool,
    seen: int,
    account_id: int,
    by_name: str,
    at: datetime,
) -> ReportPost:
    """Add a post behind the `seen` ones; the caller holds the lock of the report."""
    words = require_short(words)
    if not words:
        raise Invalid(_("Please write a sentence."), code="words_missing")
    here = (ReportPost.unit_id == report.unit_id, ReportPost.period == report.period)
    written = session.scalar(select(func.count()).select_from(ReportPost).where(*here)) or 0
    if written != seen:
        raise _moved()
    post = ReportPost(
        public_id=random_id(12),
        unit_id=report.unit_id,
        period=report.period,
        number=written + 1,
        report_id=report.id,
        kind=str(kind),
        about_id=question.id if question else None,
        place=place,
        words=words,
        returned=returned,
        by_account_id=account_id,
        by_name=by_name,
        at=at,
    )
    session.add(post)
    session.flush()
    seal_post(post, report=report.public_id, about=question.public_id if question else None)
    return post


def _open_question(
    public_id: str, question_id: str, *, account_id: int, permission: str
) -> tuple[Report, ReportPost]:
    """A report, held for who may add to its thread, and a question of it that stands."""
    report = locked_report(public_id)
    require_unit_access(account_id, report.unit_id, permission)
    question = _question(report, question_id)
    if report.state not in ANSWERED_ON or _is_withdrawn(question):
        raise _moved()
    return report, question


def _question(report: Report, public_id: str) -> ReportPost:
    question = session.scalars(
        select(ReportPost).where(
            ReportPost.public_id == public_id,
            ReportPost.kind == PostKind.QUESTION,
            ReportPost.unit_id == report.unit_id,
            ReportPost.period == report.period,
        )
    ).one_or_none()
    if question is None:
        raise NotFound(_("There is no such question."), code="question_unknown")
    return question


def _is_withdrawn(question: ReportPost) -> bool:
    withdrawn = select(ReportPost.id).where(
        ReportPost.about_id == question.id, ReportPost.kind == PostKind.WITHDRAWAL
    )
    return session.scalar(withdrawn.limit(1)) is not None


def _moved() -> Conflict:
    return Conflict(
        _("Somebody else wrote or decided meanwhile. What you typed is still here; please read on and send it again if it still holds."),
        code="thread_moved",
    )  # fmt: skip
