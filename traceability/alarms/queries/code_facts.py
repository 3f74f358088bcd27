"""From the database to the facts of the rules about codes and networks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import and_, distinct, func, or_, select
from sqlalchemy.orm import aliased

from core.database import session
from traceability.alarms.models.tables import Alarm
from traceability.alarms.rules.facts import (
    CodeFacts,
    InnerAttempt,
    Life,
    Look,
    NetworkFacts,
    PersonReport,
    Proof,
)
from traceability.alarms.states import AlarmState
from traceability.cases.models.tables import CaseReport, CounterfeitCase
from traceability.cases.states import OPEN_STATES, CaseVerdict
from traceability.codes.models.tables import Code, CodeAction, CodeChange, InnerTry
from traceability.codes.rules.inner_codes import WINDOW
from traceability.codes.states import CodeState, Level
from traceability.lookups.models import CodeLookup
from traceability.lookups.queries import UNKNOWN_WINDOW
from traceability.lookups.rules.provinces import PROVINCES
from traceability.lots.models.tables import Lot

LIFE_OF: dict[str, Life] = {
    CodeState.RESERVED: Life.UNUSED,
    CodeState.PRINTED: Life.UNUSED,
    CodeState.ACTIVE: Life.ACTIVE,
    CodeState.SHIPPED: Life.SENT,
    CodeState.ACCEPTED: Life.ACCEPTED,
    CodeState.VOIDED: Life.ENDED,
    CodeState.RETURNED: Life.ENDED,
    CodeState.RECALLED: Life.RECALLED,
}


def home_of(origin: str) -> str | None:
    """The province at the beginning of a lot's origin, as `湖北省咸宁市...`."""
    return next((province.name_zh for province in PROVINCES if origin.startswith(province.name_zh)), None)


def look_of(row: CodeLookup) -> Look:
    """A stored look-up; rows from before addresses were digested count as a party each."""
    return Look(
        id=row.id,
        first_at=row.first_at,
        last_at=row.last_at,
        device=row.device_digest,
        address=row.address_digest or row.device_digest,
        agent=row.agent_digest or row.device_digest,
        network=row.network_digest or row.device_digest,
        province=row.province,
    )


def codes_looked_up(since: datetime, until: datetime) -> set[int]:
    """Codes of plants and bundles that were looked up in (since, until]."""
    return set(
        session.scalars(
            select(Code.id)
            .join(CodeLookup, CodeLookup.code_digest == Code.digest)
            .where(CodeLookup.last_at > since, CodeLookup.last_at <= until, Code.level != str(Level.LOT))
        )
    )


def codes_tried_or_reported(since: datetime, until: datetime) -> set[int]:
    """Codes whose inner code was entered, or which people reported, in (since, until]."""
    tried = select(InnerTry.code_id).where(InnerTry.at > since, InnerTry.at <= until)
    reported = (
        select(CounterfeitCase.code_id)
        .join(CaseReport, CaseReport.case_id == CounterfeitCase.id)
        .where(CaseReport.at > since, CaseReport.at <= until, CounterfeitCase.code_id.is_not(None))
    )
    return {
        *session.scalars(tried),
        *(code_id for code_id in session.scalars(reported) if code_id is not None),
    }


def facts_of_codes(ids: Iterable[int], *, at: datetime) -> Iterator[tuple[Code, CodeFacts]]:
    """What is known of each of these codes; what a person cleared already is left out."""
    wanted = list(ids)
    rows = session.execute(
        select(Code, Lot.origin, Alarm.cleared_until)
        .join(Lot, Lot.id == Code.lot_id)
        .outerjoin(Alarm, Alarm.code_id == Code.id)
        .where(Code.id.in_(wanted), Code.level != str(Level.LOT))
        .order_by(Code.id)
        .execution_options(populate_existing=True)
    ).all()
    looks = _looks({code.digest: code.id for code, *_rest in rows})
    inner = _inner(wanted)
    reports = _reports(wanted)
    moments = _moments([code for code, *_rest in rows])
    neighbours = _neighbours({code.batch_id for code, *_rest in rows})
    for code, origin, cleared in rows:
        when = moments[code.id]
        life = LIFE_OF[code.state]
        others = neighbours[code.batch_id] - {code.id}
        yield (
            code,
            CodeFacts(
                at=at,
                life=life,
                is_bundle=code.level == Level.BUNDLE,
                home=home_of(origin),
                destination=code.destination_province,
                activated_at=when.get("activated"),
                sent_at=code.dispatched_at,
                accepted_at=when.get("accepted"),
                ended_at=when.get("ended") if life is Life.ENDED else None,
                looks=tuple(look for look in looks[code.id] if cleared is None or look.last_at > cleared),
                inner=tuple(attempt for attempt in inner[code.id] if cleared is None or attempt.at > cleared),
                reports=tuple(
                    report for report in reports[code.id] if cleared is None or report.at > cleared
                ),
                neighbours=len(others),
            ),
        )


def _looks(by_digest: dict[bytes, int]) -> dict[int, list[Look]]:
    looks: dict[int, list[Look]] = defaultdict(list)
    for row in session.scalars(
        select(CodeLookup)
        .where(CodeLookup.code_digest.in_(list(by_digest)))
        .order_by(CodeLookup.first_at, CodeLookup.id)
        .execution_options(populate_existing=True)
    ):
        looks[by_digest[row.code_digest]].append(look_of(row))
    return looks


def _inner(ids: list[int]) -> dict[int, list[InnerAttempt]]:
    attempts: dict[int, list[InnerAttempt]] = defaultdict(list)
    for row in session.scalars(select(InnerTry).where(InnerTry.code_id.in_(ids)).order_by(InnerTry.id)):
        attempts[row.code_id].append(
            InnerAttempt(
                row.id,
                row.at,
                row.device_digest,
                row.right,
                row.network_digest or row.device_digest,
                row.agent_digest or row.device_digest,
            )
        )
    return attempts


def _reports(ids: list[int]) -> dict[int, list[PersonReport]]:
    """What people reported about these codes and what was not found to be nothing."""
    reports: dict[int, list[PersonReport]] = defaultdict(list)
    for code_id, report in session.execute(
        select(CounterfeitCase.code_id, CaseReport)
        .join(CounterfeitCase, CounterfeitCase.id == CaseReport.case_id)
        .where(
            CounterfeitCase.code_id.in_(ids),
            or_(
                CounterfeitCase.verdict.is_(None),
                CounterfeitCase.verdict != str(CaseVerdict.GENUINE),
            ),
        )
        .order_by(CaseReport.id)
    ):
        network = report.network_digest or f"report {report.id}"
        assert code_id is not None
        reports[code_id].append(PersonReport(report.id, report.at, network, Proof(report.proof)))
    return reports


def _moments(codes: list[Code]) -> dict[int, dict[str, datetime]]:
    """When each code was activated, accepted and ended, as its actions and history tell."""
    moments: dict[int, dict[str, datetime]] = {code.id: {} for code in codes}
    activation, ending = aliased(CodeAction), aliased(CodeAction)
    ids = list(moments)
    for code_id, activated, ended in session.execute(
        select(Code.id, activation.at, ending.at)
        .outerjoin(activation, activation.id == Code.activation_id)
        .outerjoin(ending, ending.id == Code.ending_id)
        .where(Code.id.in_(ids))
    ):
        for name, value in (("activated", activated), ("ended", ended)):
            if value is not None:
                moments[code_id][name] = value
    accepted = (
        select(Code.id, func.min(CodeChange.at).label("at"))
        .join(
            CodeChange,
            or_(
                CodeChange.code_id == Code.id,
                and_(CodeChange.batch_id == Code.batch_id, CodeChange.code_id.is_(None)),
            ),
        )
        .where(Code.id.in_(ids), CodeChange.to_state == str(CodeState.ACCEPTED))
        .group_by(Code.id)
    )
    states = {code.id: code.state for code in codes}
    for code_id, at in session.execute(accepted):
        if states[code_id] in {CodeState.ACCEPTED, CodeState.RETURNED, CodeState.RECALLED}:
            moments[code_id]["accepted"] = at
    return moments


def _neighbours(batches: set[int]) -> dict[int, set[int]]:
    """Codes of these batches that are under an alarm, reported, or confirmed as copied."""
    neighbours: dict[int, set[int]] = defaultdict(set)
    queries: list[Any] = [
        select(Code.batch_id, Code.id)
        .join(Alarm, Alarm.code_id == Code.id)
        .where(Code.batch_id.in_(batches), Alarm.state != str(AlarmState.CLEARED)),
        select(Code.batch_id, Code.id)
        .join(CounterfeitCase, CounterfeitCase.code_id == Code.id)
        .where(
            Code.batch_id.in_(batches),
            or_(
                CounterfeitCase.state.in_(sorted(OPEN_STATES)),
                CounterfeitCase.verdict == str(CaseVerdict.CONFIRMED_FAKE),
            ),
        ),
    ]
    for query in queries:
        for batch_id, code_id in session.execute(query):
            neighbours[batch_id].add(code_id)
    return neighbours


def bursting_networks(*, texts: int, inner_codes: int, at: datetime) -> dict[bytes, NetworkFacts]:
    """Networks that asked for at least `texts` texts that are no code within the last ten minutes, or entered wrong inner
    codes for at least `inner_codes` codes within a day.
    """
    lately = (CodeLookup.last_at > at - UNKNOWN_WINDOW, ~CodeLookup.known)
    unknown_texts = _counted(CodeLookup.network_digest, func.count(), lately, texts)
    wrong = (InnerTry.right.is_(False), InnerTry.at > at - WINDOW, InnerTry.at <= at)
    tried = _counted(InnerTry.network_digest, func.count(distinct(InnerTry.code_id)), wrong, inner_codes)
    return {
        network: NetworkFacts(
            unknown_texts.get(network, 0),
            _rows(CodeLookup.id, CodeLookup.network_digest == network, lately)
            if network in unknown_texts
            else (),
            tried.get(network, 0),
            _rows(InnerTry.id, InnerTry.network_digest == network, wrong) if network in tried else (),
        )
        for network in sorted({*unknown_texts, *tried})
    }


def _counted(network: Any, count: Any, where: tuple[Any, ...], least: int) -> dict[bytes, int]:
    rows = session.execute(
        select(network, count).where(*where, network.is_not(None)).group_by(network).having(count >= least)
    )
    return {row[0]: row[1] for row in rows}


def _rows(ids: Any, of_network: Any, where: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(session.scalars(select(ids).where(*where, of_network).order_by(ids).limit(200)))
