"""Reminding the people of a case and telling the unit above; each notice once. Nothing here commits."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select, update

from branch import api as branch
from core.accounts.service.notifying import notify_accounts
from core.clock import local_day
from core.database import changed, session
from core.settings import current_settings
from core.sweeps import claimable
from traceability.cases.models.sealing import seal_case
from traceability.cases.models.tables import CaseNotice, CaseReport, CounterfeitCase
from traceability.cases.rules.deadlines import PLAN, Due, Notice, due_notices
from traceability.cases.service.recording import locked_case, take_step
from traceability.cases.states import OPEN_STATES, CaseState, CaseStep

REMINDING, FORGETTING = "traceability.cases.remind", "traceability.cases.forget_contacts"
KEEP_CONTACT_FOR = timedelta(days=180)


def cases_to_remind_of(*, at: datetime) -> list[str]:
    """The numbers of open cases whose first notice may be due."""
    first = min(notice.after_due for notice in PLAN)
    return list(
        session.scalars(
            select(CounterfeitCase.number)
            .where(
                CounterfeitCase.state.in_(sorted(OPEN_STATES)),
                CounterfeitCase.due_at <= at - first,
                claimable(REMINDING, CounterfeitCase.number, at=at),
            )
            .order_by(CounterfeitCase.due_at)
        )
    )


def remind(number: str, *, at: datetime) -> int:
    """Send what is due about one case; how many messages were queued.

    Reminders go to the owner, or to those who decide cases at the area while nobody took it. An escalation
    goes to the unit above and is a step of the case.
    """
    case = locked_case(number)
    if CaseState(case.state) not in OPEN_STATES:
        return 0
    due = _due(case, at)
    if due.send is None:
        return 0
    for notice in due.skip:
        session.add(_row(case, notice, sent=0, unit_id=None, at=at))
    if due.send.levels_up:
        unit_id, receivers = _above(case, due.send.levels_up)
        _escalate(case, unit_id, at=at)
    else:
        unit_id, receivers = case.unit_id, _responsible(case)
    queued = _enqueue_notice(case, due.send, receivers, at=at)
    session.add(_row(case, due.send, sent=queued, unit_id=unit_id, at=at))
    session.flush()
    return queued


def contacts_to_forget(*, at: datetime) -> list[str]:
    """The numbers of cases that were closed half a year ago and still say how to reach the reporter."""
    return list(
        session.scalars(
            select(CounterfeitCase.number)
            .where(
                or_(CounterfeitCase.contact != "", CounterfeitCase.id.in_(_with_contacts())),
                CounterfeitCase.closed_at < at - KEEP_CONTACT_FOR,
                claimable(FORGETTING, CounterfeitCase.number, at=at),
            )
            .order_by(CounterfeitCase.id)
        )
    )


def forget_contact(number: str) -> int:
    """Drop how to reach the reporters of a case; 1 when there was a contact."""
    case = locked_case(number)
    forgotten = changed(
        update(CaseReport)
        .where(CaseReport.case_id == case.id, CaseReport.contact_digest.is_not(None))
        .values(contact="", contact_digest=None)
    )
    if not case.contact and not forgotten:
        return 0
    case.contact = ""
    seal_case(case)
    return 1


def _with_contacts() -> Select[int]:
    return select(CaseReport.case_id).where(CaseReport.contact_digest.is_not(None))


def _due(case: CounterfeitCase, at: datetime) -> Due:
    rows = session.scalars(select(CaseNotice.kind).where(CaseNotice.case_id == case.id))
    prefix = f"{case.reopened}:"
    return due_notices(
        since=case.due_at - timedelta(days=current_settings().case_days),
        due_at=case.due_at,
        sent={kind.removeprefix(prefix) for kind in rows if kind.startswith(prefix)},
        at=at,
    )


def _row(
    case: CounterfeitCase, notice: Notice, *, sent: int, unit_id: int | None, at: datetime
) -> CaseNotice:
    return CaseNotice(
        case_id=case.id, kind=f"{case.reopened}:{notice.kind}", sent=sent, unit_id=unit_id, at=at
    )


def _responsible(case: CounterfeitCase) -> set[int]:
    if case.owner_account_id is not None:
        return {case.owner_account_id}
    return {
        holder for chain in _chains(case.unit_id) for holder in branch.first_holders(chain, "cases.decide")
    }


def _above(case: CounterfeitCase, levels: int) -> tuple[int | None, set[int]]:
    """The unit `levels` above the one that handles the case (the highest there is), and who sees cases there.

    A case that is with nobody has no unit above: whoever stands above those who may take it is told.
    """
    chains = _chains(case.unit_id)
    if case.unit_id is None:
        return None, {
            holder for chain in chains for holder in branch.first_holders(reversed(chain), "cases.view")
        }
    [chain] = chains
    handling = next((place for place, unit in enumerate(chain) if branch.holders_at(unit, "cases.decide")), 0)
    above = [unit for unit in chain[handling + 1 :] if branch.holders_at(unit, "cases.view")]
    if not above:
        top = chain[-1] if chain else None
        return (top.id, branch.holders_at(top, "cases.view")) if top else (None, set())
    unit = above[min(levels, len(above)) - 1]
    return unit.id, branch.holders_at(unit, "cases.view")


def _chains(unit_id: int | None) -> list[list[branch.UnitView]]:
    """The unit, then each one above it; for no unit, such a chain from each unit that keeps a mark and may take the case."""
    starts = {mark.unit_id for mark in branch.all_marks()} if unit_id is None else {unit_id}
    return [list(branch.upwards(start)) for start in sorted(starts)]


def _enqueue_notice(
    case: CounterfeitCase, notice: Notice, account_ids: Collection[int], *, at: datetime
) -> int:
    settings = current_settings()
    context = {
        "kind": notice.kind,
        "number": case.number,
        "due_on": local_day(case.due_at).isoformat(),
        "url": f"{settings.base_url}/branch/reports-of-fakes/{case.number}",
    }
    key = f"case:{case.number}:{case.reopened}:{notice.kind}"
    return notify_accounts(account_ids, "case_deadline", context, key=key, at=at)


def _escalate(case: CounterfeitCase, unit_id: int | None, *, at: datetime) -> None:
    case.escalated_unit_id = unit_id
    take_step(case, CaseStep.ESCALATE, detail={"unit_id": unit_id}, at=at, by=None)
