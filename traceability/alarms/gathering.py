"""From the database to the facts of the rules about codes and networks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from core.database import session
from traceability.alarms.facts import CodeFacts, InnerAttempt, Life, Look, NetworkFacts
from traceability.alarms.models import Alarm
from traceability.alarms.steps import AlarmState
from traceability.cases.models import CounterfeitCase
from traceability.cases.states import OPEN_STATES, CaseVerdict, Origin
from traceability.codes.models import Code, CodeAction, CodeChange, InnerTry
from traceability.codes.states import CodeState, Level
from traceability.lookups.models import CodeLookup
from traceability.lookups.places import PROVINCES
from traceability.lookups.queries import UNKNOWN_WINDOW
from traceability.lots.models import Lot

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
    return next((one.name_zh for one in PROVINCES if origin.startswith(one.name_zh)), None)


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
    """Codes whose inner code was entered, or about which people opened a case, in (since, until]."""
    tried = select(InnerTry.code_id).where(InnerTry.at > since, InnerTry.at <= until)
    reported = select(CounterfeitCase.code_id).where(
        CounterfeitCase.opened_at > since,
        CounterfeitCase.opened_at <= until,
        CounterfeitCase.origin != str(Origin.RULE),
        CounterfeitCase.code_id.is_not(None),
    )
    return {*session.scalars(tried), *(one for one in session.scalars(reported) if one is not None)}


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
                looks=tuple(one for one in looks[code.id] if cleared is None or one.last_at > cleared),
                inner=tuple(one for one in inner[code.id] if cleared is None or one.at > cleared),
                reports=tuple(
                    number for number, when in reports[code.id] if cleared is None or when > cleared
                ),
                neighbours=len(others),
            ),
        )


def _looks(by_digest: dict[bytes, int]) -> dict[int, list[Look]]:
    found: dict[int, list[Look]] = defaultdict(list)
    for row in session.scalars(
        select(CodeLookup)
        .where(CodeLookup.code_digest.in_(list(by_digest)))
        .order_by(CodeLookup.first_at, CodeLookup.id)
        .execution_options(populate_existing=True)
    ):
        found[by_digest[row.code_digest]].append(look_of(row))
    return found


def _inner(ids: list[int]) -> dict[int, list[InnerAttempt]]:
    found: dict[int, list[InnerAttempt]] = defaultdict(list)
    for row in session.scalars(select(InnerTry).where(InnerTry.code_id.in_(ids)).order_by(InnerTry.id)):
        found[row.code_id].append(InnerAttempt(row.id, row.at, row.device_digest, row.right))
    return found


def _reports(ids: list[int]) -> dict[int, list[tuple[int, datetime]]]:
    """Cases that people opened about these codes and that were not found to be nothing."""
    found: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for row in session.execute(
        select(CounterfeitCase.code_id, CounterfeitCase.id, CounterfeitCase.opened_at).where(
            CounterfeitCase.code_id.in_(ids),
            CounterfeitCase.origin != str(Origin.RULE),
            or_(
                CounterfeitCase.verdict.is_(None),
                CounterfeitCase.verdict != str(CaseVerdict.GENUINE),
            ),
        )
    ):
        found[row.code_id].append((row.id, row.opened_at))
    return found


def _moments(codes: list[Code]) -> dict[int, dict[str, datetime]]:
    """When each code was activated, accepted and ended, as its actions and history tell."""
    found: dict[int, dict[str, datetime]] = {code.id: {} for code in codes}
    activation, ending = aliased(CodeAction), aliased(CodeAction)
    ids = list(found)
    for code_id, activated, ended in session.execute(
        select(Code.id, activation.at, ending.at)
        .outerjoin(activation, activation.id == Code.activation_id)
        .outerjoin(ending, ending.id == Code.ending_id)
        .where(Code.id.in_(ids))
    ):
        for name, value in (("activated", activated), ("ended", ended)):
            if value is not None:
                found[code_id][name] = value
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
            found[code_id]["accepted"] = at
    return found


def _neighbours(batches: set[int]) -> dict[int, set[int]]:
    """Codes of these batches that are under an alarm, reported, or confirmed as copied."""
    found: dict[int, set[int]] = defaultdict(set)
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
            found[batch_id].add(code_id)
    return found


def bursting_networks(*, least: int, at: datetime) -> dict[bytes, NetworkFacts]:
    """Networks that asked for at least so many texts that are no code within the last ten minutes."""
    lately = (CodeLookup.last_at > at - UNKNOWN_WINDOW, ~CodeLookup.known)
    counted = session.execute(
        select(CodeLookup.network_digest, func.count())
        .where(*lately, CodeLookup.network_digest.is_not(None))
        .group_by(CodeLookup.network_digest)
        .having(func.count() >= least)
    ).all()
    found: dict[bytes, NetworkFacts] = {}
    for network, texts in counted:
        if network is None:
            continue
        rows = session.scalars(
            select(CodeLookup.id)
            .where(*lately, CodeLookup.network_digest == network)
            .order_by(CodeLookup.id)
            .limit(200)
        )
        found[network] = NetworkFacts(texts, tuple(rows))
    return found
