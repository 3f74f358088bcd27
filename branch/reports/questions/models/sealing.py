"""What the public log keeps of a question or an answer: who, when, about what, and a digest of the words."""

from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from branch.reports.models.tables import Report
from branch.reports.questions.models.tables import ReportPost
from core import seal

KIND = "report_post"


def subject_of(public_id: str) -> str:
    """How the log calls a post."""
    return f"report-post/{public_id}"


def sealed_body(post: ReportPost, report: str, about: str | None) -> dict[str, Any]:
    """The facts of a post that must not be bent; words and names by their digests."""
    return {
        "number": post.number,
        "report": report,
        "kind": str(post.kind),
        "about": about,
        "place": post.place,
        "words": sha256(post.words.encode()).hexdigest(),
        "returned": post.returned,
        "by": post.by_account_id,
        "by_name": sha256(post.by_name.encode()).hexdigest(),
        "at": seal.moment(post.at),
    }


def seal_post(post: ReportPost, *, report: str, about: str | None) -> None:
    """Seal a flushed post."""
    seal.append(KIND, subject_of(post.public_id), sealed_body(post, report, about))


_QUESTION = aliased(ReportPost)
SOURCE = seal.SealSource(
    KIND,
    seal.bodies_of(
        select(ReportPost, Report.public_id, _QUESTION.public_id)
        .join(Report, Report.id == ReportPost.report_id)
        .outerjoin(_QUESTION, _QUESTION.id == ReportPost.about_id)
        .order_by(ReportPost.id)
        .execution_options(populate_existing=True),
        lambda post: subject_of(post.public_id),
        sealed_body,
    ),
    tables=("report_post",),
)
