"""Reads of the thread of a report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from branch.reports.models.tables import Report
from branch.reports.questions.models.tables import ReportPost
from branch.reports.questions.states import Post, PostKind, Question, questions_of
from core.database import session, view_of


@dataclass(frozen=True, slots=True)
class Discussion:
    """Everything that was asked and answered about a unit's report of a period, over all its versions.

    `posts` is their number: who writes says how many were on the page, so that nobody answers past a newer one.
    """

    posts: int
    questions: tuple[Question, ...]

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """Those that wait for an answer."""
        return tuple(question for question in self.questions if question.is_open)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that waits for its answer, as a line of a list."""

    report: str
    unit_id: int
    period: str
    words: str
    by_name: str
    at: datetime


def discussion_of(unit_id: int, period: str) -> Discussion:
    """The thread of a unit's report of a period."""
    question = aliased(ReportPost)
    rows = session.execute(
        select(ReportPost, question.public_id, Report.version)
        .join(Report, Report.id == ReportPost.report_id)
        .outerjoin(question, question.id == ReportPost.about_id)
        .where(ReportPost.unit_id == unit_id, ReportPost.period == period)
        .order_by(ReportPost.number)
    ).all()
    posts = [
        view_of(Post, post, kind=PostKind(post.kind), about=about, version=version)
        for post, about, version in rows
    ]
    return Discussion(len(posts), questions_of(posts))


def open_questions(unit_id: int, period: str) -> int:
    """How many questions about this unit and period wait for an answer."""
    return session.scalar(
        select(func.count())
        .select_from(ReportPost)
        .where(ReportPost.unit_id == unit_id, ReportPost.period == period, *_unanswered())
    ) or 0  # fmt: skip


def open_questions_at(unit_ids: Collection[int], *, limit: int = 100) -> Sequence[OpenQuestion]:
    """What waits for an answer at these units, the oldest first; `report` is the newest version."""
    newest = (
        select(Report.public_id)
        .where(Report.unit_id == ReportPost.unit_id, Report.period == ReportPost.period)
        .order_by(Report.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(ReportPost, newest)
        .where(ReportPost.unit_id.in_(unit_ids), *_unanswered())
        .order_by(ReportPost.at, ReportPost.id)
        .limit(limit)
    )
    return [view_of(OpenQuestion, post, report=report) for post, report in rows]


def _unanswered() -> tuple[ColumnElement[bool], ...]:
    reply = aliased(ReportPost)
    return (
        ReportPost.kind == PostKind.QUESTION,
        ~select(reply.id).where(reply.about_id == ReportPost.id).exists(),
    )
