"""Reads of look-ups: the history on a code's page, and what a network asked in vain of late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, TextClause, func, select, text

from traceability.lookups.models import CodeLookup, LookupDay

# How far back questions for codes that do not exist count against a network.
UNKNOWN_WINDOW = timedelta(minutes=10)
# In the words of the partial index: SQLite takes it only for the same expression, and `~known` says `known = 0` there.
UNKNOWN = text(f"NOT {CodeLookup.__tablename__}.known")


@dataclass(frozen=True)
class History:
    """How often this text was checked, one device counted once, this check included."""

    checks: int
    first_checked_at: datetime
    your_check: int
    seen_before: bool


@dataclass(frozen=True)
class UnknownsOfNetwork:
    """Different texts that are no code, asked from one network in the last ten minutes, and the latest."""

    texts: int
    last_at: datetime | None


def history_columns(digest: Any, device: Any) -> list[ScalarSelect[Any]]:
    """Five values for `history_of`, to stand in the caller's one statement; none of them counts rows.

    Both are values or bound parameters.
    """
    of_code = CodeLookup.code_digest == digest
    of_days = LookupDay.code_digest == digest
    return [
        select(func.max(CodeLookup.ordinal)).where(of_code).scalar_subquery(),
        select(CodeLookup.first_at).where(of_code).order_by(CodeLookup.ordinal).limit(1).scalar_subquery(),
        select(CodeLookup.ordinal).where(of_code, CodeLookup.device_digest == device).scalar_subquery(),
        select(func.max(LookupDay.last_ordinal)).where(of_days).scalar_subquery(),
        select(func.min(LookupDay.first_at)).where(of_days).scalar_subquery(),
    ]


def history_of(
    last: int | None,
    first_at: datetime | None,
    mine: int | None,
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
