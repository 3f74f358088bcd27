"""What the public log keeps of a report: what it was computed from, what it says, its files, and each review."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from branch.reports.models.tables import Report, ReportFile, ReportReview
from core import seal
from core.database import session

KIND = "report"


def subject_of(public_id: str) -> str:
    """How the log calls a report."""
    return f"report/{public_id}"


def sealed_body(report: Report, files: Sequence[ReportFile]) -> dict[str, Any]:
    """The facts of a report that must not be bent; what it says and its files by their digests."""
    body = {
        "number": report.public_id,
        "unit_id": report.unit_id,
        "period": report.period,
        "version": report.version,
        "state": str(report.state),
        "revision": report.revision,
        "preliminary": report.preliminary,
        "input": report.input_digest,
        "documents": _digest(report.documents),
        "built_at": seal.moment(report.built_at),
        "files": {file.name: file.sha256 for file in sorted(files, key=lambda file: file.name)},
    }
    if report.annex_sha256 is not None:
        body |= {"annex": report.annex_sha256, "frozen": _digest(report.frozen)}
    return body


def _digest(document: Any) -> str:
    # By way of text, as the database keeps it: tuples become lists, keys become strings.
    plain = json.loads(json.dumps(document))
    return sha256(json.dumps(plain, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def sealed_review(review: ReportReview) -> dict[str, Any]:
    """The facts of one move; words and names by their digests."""
    return {
        "revision": review.revision,
        "from": review.from_state,
        "to": str(review.to_state),
        "by": review.by_account_id,
        "by_name": sha256(review.by_name.encode()).hexdigest(),
        "comment": sha256(review.comment.encode()).hexdigest(),
        "at": seal.moment(review.at),
    }


def seal_move(report: Report, review: ReportReview) -> None:
    """Seal a report as it stands after a move, and the move; both are flushed."""
    files = session.scalars(select(ReportFile).where(ReportFile.report_id == report.id)).all()
    subject = subject_of(report.public_id)
    seal.append_many(
        KIND,
        [
            (subject, sealed_body(report, files)),
            (f"{subject}/review/{review.revision}", sealed_review(review)),
        ],
    )


def _bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    reports = session.scalars(select(Report).order_by(Report.id).execution_options(populate_existing=True))
    for report in reports.all():
        files = session.scalars(
            select(ReportFile)
            .where(ReportFile.report_id == report.id)
            .execution_options(populate_existing=True)
        ).all()
        subject = subject_of(report.public_id)
        yield subject, sealed_body(report, files)
        reviews = session.scalars(
            select(ReportReview)
            .where(ReportReview.report_id == report.id)
            .order_by(ReportReview.revision)
            .execution_options(populate_existing=True)
        )
        for review in reviews:
            yield f"{subject}/review/{review.revision}", sealed_review(review)


SOURCE = seal.SealSource(kind=KIND, bodies=_bodies, tables=("report", "report_review", "report_file"))
