"""Taking and deciding reports of suspected fakes."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import files
from core.database import session
from core.errors import Conflict, Invalid, NotFound
from core.ids import readable_number
from traceability.codes.models import Code
from traceability.codes.service import clear_suspect, mark_suspect
from traceability.papers.uploads import content_type_of, without_metadata
from traceability.verification.cases import CaseState, may_become
from traceability.verification.models import FakeReport, FakeReportChange

MOST_PHOTOS = 4


@dataclass(frozen=True)
class NewReport:
    """What somebody says about a suspected fake; `code_digest` when it came from a code's page."""

    what: str
    price: str = ""
    shop: str = ""
    shop_status: str = ""
    contact: str = ""
    photo_keys: tuple[str, ...] = ()
    code_digest: bytes | None = None
    verdict: str = ""
    locale: str = "zh_Hans_CN"


def keep_photo(content: bytes) -> str:
    """Store a photograph without its place, time and device; the key under which only the branch sees it.

    Raises:
        Invalid: not a JPEG or PNG, empty, or too large.
    """
    content_type_of(content, pdf_allowed=False)
    return files.put(without_metadata(content), kind="fake_report", content_type="image/jpeg", public=False)


def receive_report(report: NewReport, *, at: datetime) -> FakeReport:
    """Open a case; its number is all that the reporter needs.

    Raises:
        Invalid: nothing was said.
    """
    if not report.what.strip():
        raise Invalid(_("Say in a few words what is wrong."), code="report_empty")
    code_id = None
    if report.code_digest is not None:
        code_id = session.scalar(select(Code.id).where(Code.digest == report.code_digest))
    row = FakeReport(
        number=readable_number("F", at.year),
        code_id=code_id,
        verdict=report.verdict,
        what=report.what.strip(),
        price=report.price.strip(),
        shop=report.shop.strip(),
        shop_status=report.shop_status,
        contact=report.contact.strip(),
        photo_keys=list(report.photo_keys[:MOST_PHOTOS]),
        locale=report.locale,
        received_at=at,
    )
    session.add(row)
    session.flush()
    _note(row, None, CaseState.RECEIVED, "", at=at, by=None)
    return row


def decide_report(
    number: str, target: CaseState, *, note: str, doubt_code: bool, at: datetime, by: int | None
) -> None:
    """Accept, answer or close a case. Only this, a person's decision, makes a code suspect or clears it.

    Args:
        number: the case.
        target: where it goes.
        note: the answer when answering, read by the reporter; the branch's own remark otherwise.
        doubt_code: whether the code that the report is about is doubted from now on.
        at: now.
        by: who decides.

    Raises:
        NotFound: no such case.
        Conflict: the case cannot go there from its state.
        Invalid: no note.
    """
    row = session.scalar(select(FakeReport).where(FakeReport.number == number).with_for_update())
    if row is None:
        raise NotFound(_("There is no case with this number."), code="no_such_case")
    if not may_become(CaseState(row.state), target):
        raise Conflict(_("The case has moved on meanwhile."), code="case_state")
    if not note.strip():
        raise Invalid(_("Write a note: what was found, what was done."), code="note_missing")
    before = row.state
    row.state = str(target)
    if target in {CaseState.ANSWERED, CaseState.CLOSED}:
        row.answer = note.strip()
    if target is CaseState.CLOSED:
        row.closed_at = at
    if row.code_id is not None:
        if doubt_code:
            mark_suspect(row.code_id, reason=note.strip(), at=at)
        else:
            _clear_if_last(row)
    _note(row, before, target, note.strip(), at=at, by=by)


def _clear_if_last(row: FakeReport) -> None:
    """Take the doubt off a code unless another open case was accepted about it."""
    others = session.scalar(
        select(func.count())
        .select_from(FakeReport)
        .where(
            FakeReport.code_id == row.code_id,
            FakeReport.id != row.id,
            FakeReport.state == str(CaseState.ACCEPTED),
        )
    )
    if not others and row.code_id is not None:
        clear_suspect(row.code_id)


def _note(
    row: FakeReport, source: str | None, target: CaseState, note: str, *, at: datetime, by: int | None
) -> None:
    session.add(
        FakeReportChange(
            fake_report_id=row.id,
            from_state=source,
            to_state=str(target),
            note=note,
            by_account_id=by,
            at=at,
        )
    )
    session.flush()
