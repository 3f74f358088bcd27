"""Counts of a window that do not change any more once it is over: each thing counts on the day it happened."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from branch import api as branch
from core.clock import local_moment
from core.database import session
from traceability.alarms.models.tables import Alarm, AlarmFinding
from traceability.cases.models.tables import CaseChange, CounterfeitCase
from traceability.cases.states import CaseStep, CaseVerdict
from traceability.codes.models.tables import Code
from traceability.lookups.models import CodeLookup, LookupDay
from traceability.lots.models.tables import Lot
from traceability.quota.models.tables import QuotaMove
from traceability.quota.rules import MoveKind


@dataclass(frozen=True)
class Decisions:
    """Verdicts given in a window; a case that was reopened and decided again counts twice."""

    decided: int
    in_time: int
    confirmed: int
    cleared: int
    undetermined: int


@dataclass(frozen=True)
class Counts:
    """What happened in a window to the codes, cases and quota of some growers.

    `devices` first looked up a code in the window; `alarms` had a finding in it; quota is in plants.
    """

    devices: int
    codes_looked_up: int
    alarms: int
    cases_received: int
    decisions: Decisions
    plants_activated: int
    plants_given_back: int


def counts(start: date, end: date, *, grower_ids: Collection[int], unit_id: int) -> Counts:
    """The counts of the days [start, end) for these growers; cases are those of the unit and all below it."""
    window = (local_moment(start), local_moment(end))
    growers = list(grower_ids)
    devices, codes = _lookups(start, end, window, growers)
    units = _units_below(unit_id)
    return Counts(
        devices=devices,
        codes_looked_up=codes,
        alarms=_alarms(window, growers),
        cases_received=session.scalar(
            select(func.count())
            .select_from(CounterfeitCase)
            .where(
                CounterfeitCase.unit_id.in_(units),
                CounterfeitCase.opened_at >= window[0],
                CounterfeitCase.opened_at < window[1],
            )
        )
        or 0,
        decisions=_decisions(window, units),
        plants_activated=_quota_moved(window, growers, [MoveKind.ACTIVATE]),
        plants_given_back=_quota_moved(window, growers, [MoveKind.VOID, MoveKind.RETURN]),
    )


def _lookups(
    start: date, end: date, window: tuple[datetime, datetime], growers: list[int]
) -> tuple[int, int]:
    """Devices and codes, from the raw rows and from the daily counts that old ones were folded into."""
    raw = (
        select(CodeLookup.code_digest.label("digest"), func.count().label("devices"))
        .join(Code, Code.digest == CodeLookup.code_digest)
        .where(Code.grower_id.in_(growers), CodeLookup.first_at >= window[0], CodeLookup.first_at < window[1])
        .group_by(CodeLookup.code_digest)
    )
    folded = (
        select(LookupDay.code_digest.label("digest"), func.sum(LookupDay.devices).label("devices"))
        .join(Code, Code.digest == LookupDay.code_digest)
        .where(Code.grower_id.in_(growers), LookupDay.day >= start, LookupDay.day < end)
        .group_by(LookupDay.code_digest)
    )
    both = raw.union_all(folded).subquery()
    row = session.execute(select(func.sum(both.c.devices), func.count(both.c.digest.distinct()))).one()
    return int(row[0] or 0), int(row[1] or 0)


def _alarms(window: tuple[datetime, datetime], growers: list[int]) -> int:
    query = (
        select(func.count(Alarm.id.distinct()))
        .join(AlarmFinding, AlarmFinding.alarm_id == Alarm.id)
        .outerjoin(Code, Code.id == Alarm.code_id)
        .where(
            AlarmFinding.at >= window[0],
            AlarmFinding.at < window[1],
            or_(Alarm.grower_id.in_(growers), Code.grower_id.in_(growers)),
        )
    )
    return session.scalar(query) or 0


def _decisions(window: tuple[datetime, datetime], units: list[int]) -> Decisions:
    details = session.scalars(
        select(CaseChange.detail)
        .join(CounterfeitCase, CounterfeitCase.id == CaseChange.case_id)
        .where(
            CounterfeitCase.unit_id.in_(units),
            CaseChange.step.in_([str(CaseStep.CONFIRM), str(CaseStep.DECIDE)]),
            CaseChange.at >= window[0],
            CaseChange.at < window[1],
        )
    ).all()
    verdicts = [detail.get("verdict") for detail in details]
    return Decisions(
        decided=len(details),
        in_time=sum(bool(detail.get("in_time")) for detail in details),
        confirmed=verdicts.count(str(CaseVerdict.CONFIRMED_FAKE)),
        cleared=verdicts.count(str(CaseVerdict.GENUINE)),
        undetermined=verdicts.count(str(CaseVerdict.UNDETERMINED)),
    )


def _quota_moved(window: tuple[datetime, datetime], growers: list[int], kinds: list[MoveKind]) -> int:
    plants = (
        select(func.sum(QuotaMove.plants))
        .join(Lot, Lot.id == QuotaMove.lot_id)
        .where(
            Lot.grower_id.in_(growers),
            QuotaMove.kind.in_([str(kind) for kind in kinds]),
            QuotaMove.at >= window[0],
            QuotaMove.at < window[1],
        )
    )
    return int(session.scalar(plants) or 0)


def _units_below(unit_id: int) -> list[int]:
    units = branch.all_units()
    top = next((unit for unit in units if unit.id == unit_id), None)
    return [unit.id for unit in units if top is not None and unit.path.startswith(top.path)]
