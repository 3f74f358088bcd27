"""One bad row among good ones: what makes it bad, and what a sweep has noted of it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from core.database import session
from core.work_claims import WorkClaim


class BadRowError(RuntimeError):
    """What the work on the bad row raises."""


def spoil(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, is_bad: Callable[..., bool]
) -> Callable[[], None]:
    """Make the function `name` of `owner` fail for the arguments of which `is_bad` is true; what is answered mends it."""
    sound = getattr(owner, name)
    broken = [True]

    def work(*args: Any, **named: Any) -> Any:
        if broken[0] and is_bad(*args, **named):
            raise BadRowError("a bad row")
        return sound(*args, **named)

    monkeypatch.setattr(owner, name, work)
    return lambda: broken.__setitem__(0, False)


def failures() -> dict[tuple[str, str], str]:
    """What is noted of rows that failed: (sweep, key) and the error."""
    session.rollback()
    rows = session.scalars(select(WorkClaim).where(WorkClaim.failed_at.is_not(None)))
    return {(row.kind, row.key): row.last_error or "" for row in rows}
