"""The inner code: whoever can read it has opened the parcel. Right once is acceptance; twice is a copy.

Only a keyed digest is stored, so nobody can read an inner code after its label was printed. Rows join the
caller's transaction; nothing here commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.errors import Invalid, NotFound
from core.seal.entries import moment
from traceability.cases.evidence import Evidence
from traceability.cases.service import open_case
from traceability.cases.states import Origin, Subject
from traceability.codes.actions import Held, hold_ids, standing_for, with_members
from traceability.codes.digest import code_digest, inner_digest
from traceability.codes.models import Code, InnerCode, InnerTry
from traceability.codes.rules import read_inner
from traceability.codes.service import accept_held
from traceability.codes.states import CodeState
from traceability.events.parcels import record_part_arrival

MOST_WRONG = 5
RULES_VERSION = 1


class InnerResult(StrEnum):
    """What became of one entry."""

    ACCEPTED = "accepted"
    NOTED = "noted"
    AGAIN = "again"
    COPIED = "copied"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True)
class InnerAnswer:
    """The result; `tries_left` after a wrong entry, `first_at` when somebody was there before."""

    result: InnerResult
    tries_left: int = MOST_WRONG
    first_at: datetime | None = None


def enter_inner(code: str, typed: str, *, device: bytes, at: datetime) -> InnerAnswer:
    """Try an inner code.

    The first right entry accepts the code if it was sent (`accepted`; only noted otherwise, `noted`). The same
    device may enter it again; another one that knows it too means that the label exists twice, which opens a
    case. Five wrong entries lock it and open a case. Entries for one code come one after another.

    Args:
        code: the outer code, canonical.
        typed: the inner code as typed.
        device: the digest of the visitor's device.
        at: now.

    Raises:
        NotFound: the code is unknown or has no inner code; both look the same.
        Invalid: what was typed cannot be an inner code; that is not counted as a try.
    """
    inner = read_inner(typed)
    if inner is None:
        raise Invalid(_("An inner code has 8 letters and digits."), code="inner_format")
    row = _locked(code)
    if row.locked_at is not None:
        return InnerAnswer(InnerResult.LOCKED, 0, row.right_at)
    right = compare_digest(row.digest, inner_digest(code, inner))
    session.add(InnerTry(code_id=row.code_id, device_digest=device, right=right, at=at))
    session.flush()
    return _right(row, device=device, at=at) if right else _wrong(row, at=at)


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


def _right(row: InnerCode, *, device: bytes, at: datetime) -> InnerAnswer:
    if row.right_at is not None:
        if row.right_device == device:
            return InnerAnswer(InnerResult.AGAIN, first_at=row.right_at)
        row.copied_at = row.copied_at or at
        session.flush()
        facts = {"first_right_at": moment(row.right_at), "right_again_at": moment(at)}
        _open("inner_code_right_twice", row, facts, at=at)
        return InnerAnswer(InnerResult.COPIED, first_at=row.right_at)
    row.right_at, row.right_device, row.wrong = at, device, 0
    session.flush()
    held = hold_ids([row.code_id])
    if held[0].state != CodeState.SHIPPED:
        return InnerAnswer(InnerResult.NOTED, first_at=at)
    members = [one for one in with_members(held) if one.state == CodeState.SHIPPED]
    accept_held(members, at=at, by=None, reference="inner code")
    _tell_of_arrival(members, at=at)
    return InnerAnswer(InnerResult.ACCEPTED, first_at=at)


def _tell_of_arrival(members: Sequence[Held], *, at: datetime) -> None:
    """The plants behind these codes have reached their buyer: a step of their lots' history."""
    by_lot: dict[int, list[Held]] = {}
    for one in members:
        by_lot.setdefault(one.lot_id, []).append(one)
    parcel = session.scalar(select(Code.consignment_number).where(Code.id == members[0].id)) or ""
    plants = {lot_id: standing_for(group) for lot_id, group in by_lot.items()}
    record_part_arrival(parcel, plants, at=at, by=None)


def _wrong(row: InnerCode, *, at: datetime) -> InnerAnswer:
    row.wrong += 1
    if row.wrong < MOST_WRONG:
        session.flush()
        return InnerAnswer(InnerResult.WRONG, MOST_WRONG - row.wrong)
    row.locked_at = at
    session.flush()
    _open("inner_code_wrong", row, {"wrong_entries": row.wrong, "locked_at": moment(at)}, at=at)
    return InnerAnswer(InnerResult.LOCKED, 0, row.right_at)


def _open(rule: str, row: InnerCode, facts: Mapping[str, Any], *, at: datetime) -> None:
    open_case(
        Origin.RULE,
        subject=Subject.of_code(row.code_id),
        evidence=[Evidence.of_rule(rule, version=RULES_VERSION, facts=facts)],
        at=at,
        by=None,
        summary=rule,
    )
