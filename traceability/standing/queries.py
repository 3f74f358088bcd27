"""What speaks against a code, read from the records that own it: its cases, its alarms. Nothing is kept beside them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, ScalarSelect, and_, distinct, exists, func, select

from branch import api as branch
from core.clock import local_day
from core.database import session
from core.errors import NotFound
from traceability.alarms.models.tables import Alarm, AlarmChange
from traceability.alarms.states import AlarmState, AlarmStep
from traceability.cases.models.tables import CaseChange, CounterfeitCase
from traceability.cases.states import OPEN_STATES, CaseStep, CaseVerdict
from traceability.codes.models.tables import Code, CodeBatch, InnerTry
from traceability.codes.rules.verdicts import COPIED_FROM, CodeFact, Doubt, LicenceFact, Verdict, verdict_of
from traceability.codes.states import CodeState, Level
from traceability.lots.models.tables import Lot
from traceability.lots.states import LotState

_OPEN = sorted(OPEN_STATES)
_CASE_SPEAKS: dict[Doubt, ColumnElement[bool]] = {
    Doubt.CONFIRMED: CounterfeitCase.verdict == str(CaseVerdict.CONFIRMED_FAKE),
    Doubt.CASE: CounterfeitCase.code_doubted & CounterfeitCase.state.in_(_OPEN),
}
_ALARM_SPEAKS: ColumnElement[bool] = Alarm.state == str(AlarmState.DOUBTED)


@dataclass(frozen=True)
class DoubtView:
    """One record that has a code's page warn: the number of the case or alarm, since when, and the reason given.

    What the entries of the inner code say has no number and no reason.
    """

    doubt: Doubt
    number: str
    since: datetime
    reason: str


def doubt_columns() -> list[ScalarSelect[bool]]:
    """Whether each kind of doubt is cast on the code of the surrounding statement, in the order of `Doubt`."""
    cases = [
        exists().where(CounterfeitCase.code_id == Code.id, _CASE_SPEAKS[doubt]) for doubt in _CASE_SPEAKS
    ]
    alarm = exists().where(Alarm.code_id == Code.id, _ALARM_SPEAKS)
    columns = [select(condition.correlate(Code)).scalar_subquery() for condition in (*cases, alarm)]
    networks, agents = _INNER_KNOWN_TO
    copied = select(and_(networks >= COPIED_FROM, agents >= COPIED_FROM)).where(*_right_entries())
    return [*columns, copied.correlate(Code).scalar_subquery()]


# Entries without the digests are older than they and count as a device each.
_INNER_KNOWN_TO = (
    func.count(distinct(func.coalesce(InnerTry.network_digest, InnerTry.device_digest))),
    func.count(distinct(func.coalesce(InnerTry.agent_digest, InnerTry.device_digest))),
)


def _right_entries() -> tuple[ColumnElement[bool], ...]:
    return (InnerTry.code_id == Code.id, InnerTry.right.is_(True))


def right_networks_column() -> ScalarSelect[int]:
    """From how many networks the right inner code of the surrounding statement's code was entered."""
    return select(_INNER_KNOWN_TO[0]).where(*_right_entries()).correlate(Code).scalar_subquery()


def doubts_in(values: Any) -> frozenset[Doubt]:
    """The doubts from the values of `doubt_columns`."""
    return frozenset(doubt for doubt, cast in zip(Doubt, values, strict=True) if cast)


def doubts_of(code_id: int) -> list[DoubtView]:
    """Every record that has the code's page warn now, the weightiest first."""
    return [
        *(view for doubt in _CASE_SPEAKS for view in _cases(code_id, doubt)),
        *_alarms(code_id),
        *_entries(code_id),
    ]


def _entries(code_id: int) -> list[DoubtView]:
    networks, agents = _INNER_KNOWN_TO
    row = session.execute(
        select(networks, agents, func.max(InnerTry.at)).where(InnerTry.code_id == code_id, InnerTry.right)
    ).one()
    known_to = min(row[0], row[1])
    return [DoubtView(Doubt.COPIED, "", row[2], "")] if known_to >= COPIED_FROM else []


def _cases(code_id: int, doubt: Doubt) -> list[DoubtView]:
    cases = session.scalars(
        select(CounterfeitCase)
        .where(CounterfeitCase.code_id == code_id, _CASE_SPEAKS[doubt])
        .order_by(CounterfeitCase.id)
    ).all()
    steps = [str(CaseStep.TAKE), str(CaseStep.CONFIRM)]
    newest: dict[int, CaseChange] = {}
    if cases:
        changes = (
            select(CaseChange)
            .where(CaseChange.case_id.in_([case.id for case in cases]), CaseChange.step.in_(steps))
            .where(CaseChange.note != "")
            .order_by(CaseChange.id)
        )
        newest = {change.case_id: change for change in session.scalars(changes)}
    return [DoubtView(doubt, case.number, *_said_in_case(case, newest.get(case.id))) for case in cases]


def _said_in_case(case: CounterfeitCase, change: CaseChange | None) -> tuple[datetime, str]:
    if change is None:
        return case.decided_at or case.opened_at, case.answer
    return change.at, case.answer or change.note


def _alarms(code_id: int) -> list[DoubtView]:
    rows = session.execute(
        select(Alarm.number, AlarmChange.at, AlarmChange.note)
        .join(AlarmChange, AlarmChange.alarm_id == Alarm.id)
        .where(Alarm.code_id == code_id, _ALARM_SPEAKS, AlarmChange.step == str(AlarmStep.DOUBT))
        .order_by(Alarm.id, AlarmChange.id.desc())
    ).all()
    newest: dict[str, DoubtView] = {}
    for number, at, note in rows:
        newest.setdefault(number, DoubtView(Doubt.ALARM, number, at, note))
    return list(newest.values())


@dataclass(frozen=True)
class StandingView:
    """What a code's page says now, and each record from which that is computed; `reason` is of the state."""

    label: str
    grower_id: int
    verdict: Verdict
    state: CodeState
    reason: str
    lot_number: str
    lot_state: LotState
    licence: branch.LicenceView | None
    doubts: tuple[DoubtView, ...]


def standing_of(batch_number: str, position: int, *, at: datetime) -> StandingView:
    """The standing of the code at this place of a batch, for staff.

    Raises:
        NotFound: there is no such code.
    """
    row = session.execute(
        select(Code, CodeBatch.number, Lot, *doubt_columns())
        .join(CodeBatch, CodeBatch.id == Code.batch_id)
        .join(Lot, Lot.id == Code.lot_id)
        .where(CodeBatch.number == batch_number, Code.position == position)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(_("There is no such code."), code="no_such_code")
    code, number, lot = row[0], row[1], row[2]
    licensee = branch.find_licensee(code.grower_id, at=at)
    licence = licensee.licence if licensee else None
    fact = CodeFact(
        level=Level(code.level),
        state=CodeState(code.state),
        lot_state=LotState(lot.state),
        cultivar_group=lot.cultivar_group,
        doubts=doubts_in(row[3:]),
        dispatched_on=local_day(code.dispatched_at) if code.dispatched_at else None,
    )
    return StandingView(
        label=f"{number} #{code.position}",
        grower_id=code.grower_id,
        verdict=verdict_of(fact, licence_fact(licence)),
        state=fact.state,
        reason=code.state_reason,
        lot_number=lot.number,
        lot_state=fact.lot_state,
        licence=licence,
        doubts=tuple(doubts_of(code.id)),
    )


def licence_fact(licence: branch.LicenceView | None) -> LicenceFact | None:
    """What a verdict needs to know of a licence."""
    if licence is None:
        return None
    return LicenceFact(
        standing=str(licence.effective_state),
        valid_from=licence.valid_from,
        valid_until=licence.valid_until,
        cultivar_groups=tuple(licence.cultivar_groups),
    )
