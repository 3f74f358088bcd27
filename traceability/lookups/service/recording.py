"""Recording a look-up with one statement, and forgetting who looked after 90 days."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol, cast

from sqlalchemy import Table, delete, select

from core.clock import local_day
from core.database import insert_into, is_postgresql, session
from core.sweeps import claimable
from traceability.lookups.models import CodeLookup, LookupDay
from traceability.lookups.queries import History
from traceability.lookups.service.visitors import Visitor

FOLDING = "traceability.lookups.fold"
KEEP_FOR = timedelta(days=90)
NO_CODE = b""


class Checked(Protocol):
    """What a check has found out: under which digest, whether it is a code of ours, and its history."""

    @property
    def digest(self) -> bytes: ...
    @property
    def known(self) -> bool: ...
    @property
    def history(self) -> History: ...


@dataclass(frozen=True)
class LookupView:
    """A recorded look-up: the place of its network, and whether the network had asked before."""

    ordinal: int
    folded: bool


def record(check: Checked, *, visitor: Visitor, at: datetime) -> LookupView:
    """Note that somebody checked; a device that checked the same text before only moves its last time.

    Of one network so many devices are kept apart; whoever invents more of them moves the one row that they share.
    One statement; the alarm rules hear of it from the table, never in the request.
    """
    session.connection().execute(
        _folding_insert(is_postgresql()),
        {
            "code_digest": check.digest,
            "device_digest": visitor.crowd if check.history.crowded else visitor.device,
            "known": check.known,
            "ordinal": check.history.your_check,
            "times": 1,
            "first_at": at,
            "last_at": at,
            "address_digest": visitor.address,
            "agent_digest": visitor.agent,
            "network_digest": visitor.network,
            "province": visitor.province,
        },
    )
    return LookupView(check.history.your_check, check.history.seen_before)


@lru_cache(maxsize=2)
def _folding_insert(_postgresql: bool) -> Any:
    """The insert that a repeated check turns into a move of its last time; built once for each kind of database."""
    table = cast("Table", CodeLookup.__table__)
    row = insert_into(table)
    return row.on_conflict_do_update(
        index_elements=["code_digest", "device_digest"],
        set_={"times": table.c.times + 1, "last_at": row.excluded.last_at},
    )


@dataclass
class _Sum:
    devices: int = 0
    times: int = 0
    first_at: datetime | None = None
    last_ordinal: int = 0

    def add(self, row: CodeLookup) -> None:
        self.devices += 1
        self.times += row.times
        self.first_at = min(self.first_at or row.first_at, row.first_at)
        self.last_ordinal = max(self.last_ordinal, row.ordinal)


def old_lookups(*, at: datetime, limit: int = 5_000) -> list[int]:
    """Rows that nobody repeated for 90 days, for the sweep."""
    old = select(CodeLookup.id).where(
        CodeLookup.last_at < at - KEEP_FOR, claimable(FOLDING, CodeLookup.id, at=at)
    )
    return list(session.scalars(old.order_by(CodeLookup.id).limit(limit)))


def fold_old_lookups(ids: Sequence[int], *, at: datetime) -> int:
    """Turn those of these rows that nobody repeated for 90 days into counts by day; how many went.

    A device counts on the day of its first check. All texts that are no code of ours share one count a day.
    """
    rows = list(
        session.scalars(
            select(CodeLookup)
            .where(CodeLookup.id.in_(ids), CodeLookup.last_at < at - KEEP_FOR)
            .order_by(CodeLookup.id)
            .with_for_update(skip_locked=True)
        )
    )
    sums: dict[tuple[bytes, date, str], _Sum] = defaultdict(_Sum)
    for row in rows:
        digest = row.code_digest if row.known else NO_CODE
        sums[digest, local_day(row.first_at), row.province or ""].add(row)
    for (digest, day, province), day_sum in sums.items():
        _add_to_day(digest, day, province, day_sum)
    session.execute(
        delete(CodeLookup)
        .where(CodeLookup.id.in_([row.id for row in rows]))
        .execution_options(synchronize_session=False)
    )
    return len(rows)


def _add_to_day(digest: bytes, day: date, province: str, day_sum: _Sum) -> None:
    row = session.scalar(
        select(LookupDay).where(
            LookupDay.code_digest == digest, LookupDay.day == day, LookupDay.province == province
        )
    )
    first_at = day_sum.first_at
    assert first_at is not None
    if row is None:
        session.add(
            LookupDay(
                code_digest=digest,
                day=day,
                province=province,
                devices=day_sum.devices,
                times=day_sum.times,
                first_at=first_at,
                last_ordinal=day_sum.last_ordinal,
            )
        )
        return
    row.devices += day_sum.devices
    row.times += day_sum.times
    row.first_at = min(row.first_at, first_at)
    row.last_ordinal = max(row.last_ordinal, day_sum.last_ordinal)
