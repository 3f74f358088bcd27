"""Reads of alarms for the branch, and the brakes on trying numbers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, ScalarSelect, Select, func, or_, select

from branch import api as branch
from core.accounts.queries.account import display_names
from core.database import session, view_of
from core.errors import Forbidden, NotFound
from core.web.rules.pagination import Page
from traceability.alarms.models.tables import Alarm, AlarmChange, AlarmFinding, RuleThresholds
from traceability.alarms.states import AlarmState, AlarmStep, AlarmSubject
from traceability.cases.models.tables import CounterfeitCase
from traceability.codes.models.tables import Code, CodeBatch
from traceability.lookups.models import CodeLookup

PAGE_SIZE = 20
LOOKS_SHOWN = 60


@dataclass(frozen=True)
class FindingView:
    """One decision of a rule with the version of the thresholds and the rows it rests on."""

    rule: str
    version: int
    points: int
    evidence: tuple[int, ...]
    figures: dict[str, Any]
    at: datetime


@dataclass(frozen=True)
class StepView:
    """What was done with an alarm, and by whom; `by` is empty where the rules did it."""

    step: AlarmStep
    note: str
    at: datetime
    by: str = ""
    by_account_id: int | None = None


@dataclass(frozen=True)
class LookView:
    """A look-up as evidence: when, how often, where; letters tell devices apart and mean nothing else."""

    first_at: datetime
    last_at: datetime
    times: int
    province: str | None
    device: str


@dataclass(frozen=True)
class AlarmView:
    """An alarm with what it is about in words that staff know."""

    id: int
    number: str
    subject: AlarmSubject
    code_id: int | None
    code_label: str | None
    grower_id: int | None
    grower_name: str | None
    alert: str
    score: int
    state: AlarmState
    case_number: str | None
    case_verdict: str | None
    first_at: datetime
    last_at: datetime
    rules: tuple[str, ...] = ()

    @property
    def is_confirmed(self) -> bool:
        """Two persons found in the case that it is a fake."""
        return self.case_verdict == "confirmed_fake"


def _select() -> Select[Alarm, str, int, str | None]:
    return (
        select(Alarm, CodeBatch.number, Code.position, CounterfeitCase.verdict)
        .outerjoin(Code, Code.id == Alarm.code_id)
        .outerjoin(CodeBatch, CodeBatch.id == Code.batch_id)
        .outerjoin(CounterfeitCase, CounterfeitCase.number == Alarm.case_number)
        .execution_options(populate_existing=True)
    )


def _views(query: Select[Alarm, str, int, str | None]) -> list[AlarmView]:
    rows = session.execute(query).all()
    growers = branch.growers_by_ids([row[0].grower_id for row in rows if row[0].grower_id])
    rules: dict[int, dict[str, int]] = {}
    for alarm_id, rule, points in session.execute(
        select(AlarmFinding.alarm_id, AlarmFinding.rule, func.max(AlarmFinding.points))
        .where(AlarmFinding.alarm_id.in_([row[0].id for row in rows]))
        .group_by(AlarmFinding.alarm_id, AlarmFinding.rule)
    ):
        rules.setdefault(alarm_id, {})[rule] = points
    return [
        view_of(
            AlarmView,
            alarm,
            subject=AlarmSubject(alarm.subject_kind),
            code_label=f"{batch} #{position}" if batch else None,
            grower_name=growers[alarm.grower_id].name if alarm.grower_id in growers else None,
            state=AlarmState(alarm.state),
            case_verdict=verdict,
            rules=tuple(sorted(rules.get(alarm.id, {}), key=lambda rule: -rules[alarm.id][rule])),
        )
        for alarm, batch, position, verdict in rows
    ]


def _mine(grower_ids: Collection[int]) -> ColumnElement[bool]:
    return or_(Alarm.grower_id.is_(None), Alarm.grower_id.in_(list(grower_ids)))


def alarm_page(grower_ids: Collection[int], *, folder: str, page: int) -> Page[AlarmView]:
    """Alarms about these growers and about networks: `suspect`, `notice` or `cleared`; the loudest and newest first."""
    if folder == "cleared":
        chosen: list[ColumnElement[bool]] = [Alarm.state == str(AlarmState.CLEARED)]
    else:
        chosen = [Alarm.state != str(AlarmState.CLEARED), Alarm.alert == folder]
    where = [_mine(grower_ids), *chosen]
    query = _select().where(*where).order_by(Alarm.last_at.desc(), Alarm.id.desc())
    total = session.scalar(select(func.count()).select_from(Alarm).where(*where)) or 0
    return Page(_views(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)), total, page, PAGE_SIZE)


def alarm_counts(grower_ids: Collection[int]) -> dict[str, int]:
    """How many alarms stand, by `suspect` and `notice`."""
    rows = session.execute(
        select(Alarm.alert, func.count())
        .where(_mine(grower_ids), Alarm.state != str(AlarmState.CLEARED))
        .group_by(Alarm.alert)
    )
    counted = {row[0]: row[1] for row in rows}
    return {"suspect": 0, "notice": 0} | counted


def get_alarm(number: str) -> AlarmView:
    """The alarm with this number.

    Raises:
        NotFound: there is none.
    """
    alarms = _views(_select().where(Alarm.number == number.strip().upper()))
    if not alarms:
        raise NotFound(_("There is no alarm with this number."), code="no_such_alarm")
    return alarms[0]


def require_alarm_access(alarm: AlarmView, account_id: int, permission: str) -> None:
    """An alarm about a grower is for those who look after that grower; one about a network is read by all who see alarms.

    Raises:
        Forbidden: the grower lies outside the account's units, or it is about a network and to be decided.
    """
    if alarm.grower_id is None and permission != "alarms.view":
        raise Forbidden(
            _("This alarm is about a network, which concerns every town; the operator decides it."),
            code="outside_your_units",
        )
    if alarm.grower_id is not None:
        unit_id = branch.get_grower(id=alarm.grower_id).unit_id
        try:
            branch.require_unit_access(account_id, unit_id, permission)
        except Forbidden:
            raise Forbidden(_("This alarm is with another branch."), code="outside_your_units") from None


def findings_of(alarm_id: int) -> list[FindingView]:
    """What the rules said, the newest first."""
    rows = session.scalars(
        select(AlarmFinding).where(AlarmFinding.alarm_id == alarm_id).order_by(AlarmFinding.id.desc())
    )
    return [
        FindingView(row.rule, row.version, row.points, tuple(row.evidence), dict(row.figures), row.at)
        for row in rows
    ]


def steps_of(alarm_id: int) -> list[StepView]:
    """What people did, the oldest first."""
    rows = list(
        session.scalars(select(AlarmChange).where(AlarmChange.alarm_id == alarm_id).order_by(AlarmChange.id))
    )
    names = display_names(row.by_account_id for row in rows)
    return [
        StepView(AlarmStep(row.step), row.note, row.at, names[row.by_account_id], row.by_account_id)
        for row in rows
    ]


def looks_of_code(code_id: int) -> list[LookView]:
    """The look-ups of a code that are still kept one by one, the oldest first."""
    rows = session.scalars(
        select(CodeLookup)
        .join(Code, Code.digest == CodeLookup.code_digest)
        .where(Code.id == code_id)
        .order_by(CodeLookup.first_at, CodeLookup.id)
        .limit(LOOKS_SHOWN)
    )
    return [
        LookView(row.first_at, row.last_at, row.times, row.province, _letters(place))
        for place, row in enumerate(rows)
    ]


def _letters(place: int) -> str:
    head, tail = divmod(place, 26)
    return (_letters(head - 1) if head else "") + chr(ord("A") + tail)


def brakes_column() -> ScalarSelect[Any]:
    """The numbers of the version in force, to stand in a statement that is sent anyway; null before there is one."""
    newest = select(RuleThresholds.values).order_by(RuleThresholds.version.desc()).limit(1)
    return newest.scalar_subquery()


def versions() -> list[RuleThresholds]:
    """Every version of the thresholds, the newest first."""
    return list(session.scalars(select(RuleThresholds).order_by(RuleThresholds.version.desc())))
