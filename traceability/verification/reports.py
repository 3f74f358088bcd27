"""Reads of reports of suspected fakes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select

from branch import api as branch
from core.database import session
from core.errors import Forbidden, NotFound
from core.web.pagination import Page
from traceability.codes.models import Code, CodeBatch
from traceability.verification.cases import TRANSITIONS, CaseState
from traceability.verification.models import FakeReport, FakeReportChange

PAGE_SIZE = 20


@dataclass(frozen=True)
class ReportStep:
    to_state: CaseState
    note: str
    at: datetime


@dataclass(frozen=True)
class ReportView:
    """A report as the branch sees it; the public page shows number, state, days and the answer only."""

    id: int
    number: str
    state: CaseState
    what: str
    price: str
    shop: str
    shop_status: str
    contact: str
    photos: int
    verdict: str
    received_at: datetime
    answer: str
    closed_at: datetime | None
    code_label: str | None
    grower_id: int | None

    @property
    def open_steps(self) -> list[CaseState]:
        """Where the case may go from here."""
        return [state for state in CaseState if state in TRANSITIONS[self.state]]


def state_name(state: CaseState | str) -> str:
    """The state of a case in a word."""
    return {
        CaseState.RECEIVED: _("received"),
        CaseState.ACCEPTED: _("being looked into"),
        CaseState.ANSWERED: _("answered"),
        CaseState.CLOSED: _("closed"),
    }[CaseState(state)]


def _select() -> Select[FakeReport, str | None, int | None, int | None]:
    return (
        select(FakeReport, CodeBatch.number, Code.position, Code.grower_id)
        .outerjoin(Code, Code.id == FakeReport.code_id)
        .outerjoin(CodeBatch, CodeBatch.id == Code.batch_id)
    )


def _view(report: FakeReport, batch: str | None, position: int | None, grower_id: int | None) -> ReportView:
    return ReportView(
        id=report.id,
        number=report.number,
        state=CaseState(report.state),
        what=report.what,
        price=report.price,
        shop=report.shop,
        shop_status=report.shop_status,
        contact=report.contact,
        photos=len(report.photo_keys),
        verdict=report.verdict,
        received_at=report.received_at,
        answer=report.answer,
        closed_at=report.closed_at,
        code_label=f"{batch} #{position}" if batch else None,
        grower_id=grower_id,
    )


def get_report(number: str) -> ReportView:
    """The case with this number.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(_select().where(FakeReport.number == number.strip().upper())).one_or_none()
    if row is None:
        raise NotFound(_("There is no case with this number."), code="no_such_case")
    return _view(*row)


def steps_of(report_id: int) -> list[ReportStep]:
    """What happened to a case, the oldest first."""
    rows = session.scalars(
        select(FakeReportChange)
        .where(FakeReportChange.fake_report_id == report_id)
        .order_by(FakeReportChange.id)
    )
    return [ReportStep(CaseState(row.to_state), row.note, row.at) for row in rows]


def photo_key(report_id: int, place: int) -> str:
    """The key of a case's photograph, counted from 1.

    Raises:
        NotFound: there is none at this place.
    """
    keys = session.scalar(select(FakeReport.photo_keys).where(FakeReport.id == report_id)) or []
    if not 1 <= place <= len(keys):
        raise NotFound(code="no_such_photo")
    return keys[place - 1]


def growers_within(account_id: int, permission: str) -> set[int]:
    """The growers in the units where the account holds `permission`."""
    tops = {unit.id: unit for unit in branch.units_where(account_id, permission)}
    roots = [unit for unit in tops.values() if unit.parent_id not in tops]
    return {grower.id for root in roots for grower in branch.growers_in(root.id)}


def require_case_access(report: ReportView, account_id: int, permission: str) -> None:
    """A case about a grower's code is for those who look after that grower; any other for all who hold the role.

    Raises:
        Forbidden: the grower lies outside the account's units.
    """
    if report.grower_id is None:
        return
    grower = branch.get_grower(id=report.grower_id)
    try:
        branch.require_unit_access(account_id, grower.unit_id, permission)
    except Forbidden:
        raise Forbidden(_("This case is with another branch."), code="outside_your_units") from None


def report_page(grower_ids: Collection[int], *, state: CaseState | None, page: int) -> Page[ReportView]:
    """The cases about these growers' codes and about no code of ours, the newest first."""
    mine = or_(Code.grower_id.is_(None), Code.grower_id.in_(list(grower_ids)))
    query = _select().where(mine)
    count = (
        select(func.count())
        .select_from(FakeReport)
        .outerjoin(Code, Code.id == FakeReport.code_id)
        .where(mine)
    )
    if state is not None:
        query, count = query.where(FakeReport.state == state), count.where(FakeReport.state == state)
    rows = session.execute(
        query.order_by(FakeReport.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    )
    return Page([_view(*row) for row in rows], session.scalar(count) or 0, page, PAGE_SIZE)
