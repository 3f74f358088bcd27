"""The inner code: whoever can read it has opened the parcel. Right once is acceptance; right by many is no secret.

Only a keyed digest is stored, so nobody can read an inner code after its label was printed. What was entered from
where is one row an entry; waits, counts and what the page says are computed from these rows. Rows join the caller's
transaction; nothing here commits. Cases are opened by the alarm rules, for patterns and not for tries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from branch import api as branch
from core.clock import local_day
from core.database import session
from core.errors import Invalid, NotFound
from core.outbox import service as outbox
from traceability.codes.events import InnerCodeTried
from traceability.codes.models.digests import code_digest, inner_digest
from traceability.codes.models.tables import Code, CodeBatch, InnerCode, InnerTry
from traceability.codes.rules.inner_codes import TELL_AT, WINDOW, WrongEntries, tries_left, waits_until
from traceability.codes.rules.notation import read_inner
from traceability.codes.service.lifecycle import accept_locked
from traceability.codes.service.transitions import LockedCode, lock_codes_by_id, plants_under, with_members
from traceability.codes.states import CodeState
from traceability.parcels.service import record_part_arrival


class InnerResult(StrEnum):
    """What became of one entry."""

    ACCEPTED = "accepted"
    NOTED = "noted"
    AGAIN = "again"
    ELSEWHERE = "elsewhere"
    WRONG = "wrong"
    WAIT = "wait"


@dataclass(frozen=True)
class Entrant:
    """Where an entry comes from, as digests: a device, its network (/24, /48), the kind of its program."""

    device: bytes
    network: bytes
    agent: bytes


@dataclass(frozen=True)
class InnerAnswer:
    """The result; `tries_left` after a wrong entry, `until` when it was not looked at, `first_at` of a right one before."""

    result: InnerResult
    tries_left: int = 0
    first_at: datetime | None = None
    until: datetime | None = None


def enter_inner(code: str, typed: str, *, entrant: Entrant, at: datetime) -> InnerAnswer:
    """Try an inner code.

    The first right entry accepts the code if it was sent (`accepted`; only noted otherwise, `noted`). The same device or
    network may enter it again (`again`); from another network it is right too, and said to have been entered before
    (`elsewhere`). Wrong entries make their own device and network wait (`wait`), as `rules.inner_codes` says; what is entered
    meanwhile is not looked at. Entries for one code come one after another.

    Args:
        code: the outer code, canonical.
        typed: the inner code as typed.
        entrant: where the entry comes from.
        at: now.

    Raises:
        NotFound: the code is unknown or has no inner code; both look the same.
        Invalid: what was typed cannot be an inner code; that is not counted as a try.
    """
    inner = read_inner(typed)
    if inner is None:
        raise Invalid(_("An inner code has 8 letters and digits."), code="inner_format")
    row = _locked(code)
    device, network, everywhere = _wrongs(row.code_id, entrant, at=at)
    until = waits_until(device, network, everywhere, at=at)
    if until is not None:
        return InnerAnswer(InnerResult.WAIT, until=until)
    right = compare_digest(row.digest, inner_digest(code, inner))
    before = _known_before(row.code_id, entrant) if right else False
    session.add(
        InnerTry(
            code_id=row.code_id,
            device_digest=entrant.device,
            network_digest=entrant.network,
            agent_digest=entrant.agent,
            right=right,
            at=at,
        )
    )
    session.flush()
    if right:
        return _answer_right_entry(row, before=before, at=at)
    if everywhere.count + 1 == TELL_AT:
        _tell_of_tries(row.code_id, at=at)
    one_more = WrongEntries(device.count + 1, at), WrongEntries(network.count + 1, at)
    return InnerAnswer(
        InnerResult.WRONG,
        tries_left(*one_more),
        until=waits_until(*one_more, WrongEntries(everywhere.count + 1, at), at=at),
    )


def _locked(code: str) -> InnerCode:
    row = session.scalar(
        select(InnerCode)
        .join(Code, Code.id == InnerCode.code_id)
        .where(Code.digest == code_digest(code))
        .with_for_update(of=InnerCode)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound(_("There is no inner code for this code."), code="no_inner_code")
    return row


def _wrongs(
    code_id: int, entrant: Entrant, *, at: datetime
) -> tuple[WrongEntries, WrongEntries, WrongEntries]:
    """Wrong entries of the last day from this device, from its network, and from everywhere."""
    mine, ours = InnerTry.device_digest == entrant.device, InnerTry.network_digest == entrant.network
    row = session.execute(
        select(
            func.count().filter(mine),
            func.max(InnerTry.at).filter(mine),
            func.count().filter(ours),
            func.max(InnerTry.at).filter(ours),
            func.count(),
            func.max(InnerTry.at),
        ).where(InnerTry.code_id == code_id, InnerTry.right.is_(False), InnerTry.at > at - WINDOW)
    ).one()
    return WrongEntries(row[0], row[1]), WrongEntries(row[2], row[3]), WrongEntries(row[4], row[5])


def _known_before(code_id: int, entrant: Entrant) -> bool:
    """Whether this device or network entered it rightly before."""
    mine = or_(InnerTry.device_digest == entrant.device, InnerTry.network_digest == entrant.network)
    query = select(InnerTry.id).where(InnerTry.code_id == code_id, InnerTry.right, mine)
    return session.scalar(query.limit(1)) is not None


def _answer_right_entry(row: InnerCode, *, before: bool, at: datetime) -> InnerAnswer:
    if row.right_at is not None:
        return InnerAnswer(InnerResult.AGAIN if before else InnerResult.ELSEWHERE, first_at=row.right_at)
    row.right_at = at
    session.flush()
    rows = lock_codes_by_id([row.code_id])
    if rows[0].state != CodeState.SHIPPED:
        return InnerAnswer(InnerResult.NOTED, first_at=at)
    members = [member for member in with_members(rows) if member.state == CodeState.SHIPPED]
    accept_locked(members, at=at, by=None, reference="inner code")
    _record_arrival(members, at=at)
    return InnerAnswer(InnerResult.ACCEPTED, first_at=at)


def _record_arrival(members: Sequence[LockedCode], *, at: datetime) -> None:
    """The plants behind these codes have reached their buyer: a step of their lots' history."""
    by_lot: dict[int, list[LockedCode]] = {}
    for member in members:
        by_lot.setdefault(member.lot_id, []).append(member)
    parcel = session.scalar(select(Code.consignment_number).where(Code.id == members[0].id)) or ""
    plants = {lot_id: plants_under(group) for lot_id, group in by_lot.items()}
    record_part_arrival(parcel, plants, at=at, by=None)


def _tell_of_tries(code_id: int, *, at: datetime) -> None:
    batch, position, grower_id, order = session.execute(
        select(CodeBatch.number, Code.position, Code.grower_id, Code.order_number)
        .join(CodeBatch, CodeBatch.id == Code.batch_id)
        .where(Code.id == code_id)
    ).one()
    day = local_day(at).isoformat()
    outbox.record(InnerCodeTried(f"{batch} #{position}", day, grower_id, order or ""), at=at)


def tell_grower_of_tries(event: InnerCodeTried, *, event_id: str) -> None:  # noqa: ARG001 - told once a day and label
    """Handler: one message a day and label to each person who works for the grower."""
    branch.tell_people(
        event.grower_id,
        key=f"inner:{event.label}:{event.day}",
        template="inner_code_tried",
        context={"label": event.label, "order": event.order_number},
    )
