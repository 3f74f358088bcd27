"""Reads of look-ups: the history on a code's page, and what a network asked in vain of late.

The page counts networks, not devices: a device is an address with the name of a program, which anybody can
change as often as he likes; a network (/24, /48) has to be somewhere.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, TextClause, func, select, text

from core.database import session
from traceability.lookups.models import CodeLookup, LookupDay

# How far back questions for codes that do not exist count against a network.
UNKNOWN_WINDOW = timedelta(minutes=10)
# In the words of the partial index: SQLite takes it only for the same expression, and `~known` says `known = 0` there.
UNKNOWN = text(f"NOT {CodeLookup.__tablename__}.known")


# Devices of one network that are kept apart for one text; further ones share a row.
DEVICES_APART = 20


@dataclass(frozen=True)
class History:
    """From how many networks this text was checked, this one included; `your_check` is the place of this network.

    `crowded`: so many devices of this network looked that further ones are kept as one.
    """

    checks: int
    first_checked_at: datetime
    your_check: int
    seen_before: bool
    crowded: bool = False


@dataclass(frozen=True)
class UnknownsOfNetwork:
    """Different texts that are no code, asked from one network in the last ten minutes, and the latest."""

    texts: int
    last_at: datetime | None


def history_columns(digest: Any, network: Any) -> list[ScalarSelect[Any]]:
    """Six values for `history_of`, to stand in the caller's one statement; none of them counts more than a few rows.

    Both are values or bound parameters.
    """
    of_code = CodeLookup.code_digest == digest
    of_days = LookupDay.code_digest == digest
    mine = (of_code, CodeLookup.network_digest == network)
    first = select(CodeLookup.first_at).where(of_code).order_by(CodeLookup.ordinal, CodeLookup.first_at)
    some_of_mine = select(CodeLookup.id).where(*mine).limit(DEVICES_APART).subquery()
    return [
        select(func.max(CodeLookup.ordinal)).where(of_code).scalar_subquery(),
        first.limit(1).scalar_subquery(),
        select(func.min(CodeLookup.ordinal)).where(*mine).scalar_subquery(),
        select(func.count()).select_from(some_of_mine).scalar_subquery(),
        select(func.max(LookupDay.last_ordinal)).where(of_days).scalar_subquery(),
        select(func.min(LookupDay.first_at)).where(of_days).scalar_subquery(),
    ]


def history_of(
    last: int | None,
    first_at: datetime | None,
    mine: int | None,
    devices: int,
    past_last: int | None,
    past_first_at: datetime | None,
    *,
    at: datetime,
) -> History:
    """The history from the values of `history_columns`, with this check at `at` counted in."""
    so_far = max(last or 0, past_last or 0)
    firsts = [moment for moment in (first_at, past_first_at) if moment is not None]
    return History(
        checks=so_far if mine else so_far + 1,
        first_checked_at=min(firsts, default=at),
        your_check=mine or so_far + 1,
        seen_before=mine is not None,
        crowded=devices >= DEVICES_APART,
    )


def unknown_columns(network: Any, *, since: Any) -> list[ScalarSelect[Any]]:
    """Two values for `UnknownsOfNetwork`, to stand in the caller's one statement.

    Both are values or bound parameters; `since` lies `UNKNOWN_WINDOW` before the check.
    """
    lately: list[ColumnElement[bool] | TextClause] = [
        CodeLookup.network_digest == network,
        CodeLookup.last_at > since,
        UNKNOWN,
    ]
    return [
        select(func.count()).select_from(CodeLookup).where(*lately).scalar_subquery(),
        select(func.max(CodeLookup.last_at)).where(*lately).scalar_subquery(),
    ]


def looked_up_last(count: int) -> list[bytes]:
    """Digests of the known codes of the last look-ups."""
    query = select(CodeLookup.code_digest).where(CodeLookup.known).order_by(CodeLookup.last_at.desc())
    return list(set(session.scalars(query.limit(count))))
