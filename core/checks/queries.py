"""What the last runs of the checks said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.checks.models import CheckFinding, CheckRun
from core.checks.rules import STALE_AFTER
from core.database import session, view_of

SHOWN = 50


@dataclass(frozen=True)
class RunView:
    """A run that has ended."""

    kind: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    counts: dict[str, int]
    seconds: dict[str, float]
    failed: dict[str, str]
    leaf_id: int


@dataclass(frozen=True)
class FindingView:
    """Something that does not agree, since when."""

    check: str
    table: str
    code: str
    what: str
    text: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Standing:
    """Where the checks stand: the last run of each kind, and what does not agree now."""

    whole: RunView | None
    sample: RunView | None
    open: int
    findings: tuple[FindingView, ...]

    def stale(self, at: datetime) -> bool:
        """Whether the last whole run is too old to say anything of the present."""
        return self.whole is None or at - self.whole.started_at > STALE_AFTER


def last_run(kind: str) -> RunView | None:
    """The newest run of a kind; None when there was none."""
    row = session.scalar(
        select(CheckRun)
        .where(CheckRun.kind == kind)
        .order_by(CheckRun.started_at.desc(), CheckRun.id.desc())
        .limit(1)
    )
    return view_of(RunView, row) if row else None


def runs(count: int) -> Sequence[RunView]:
    """The newest whole runs."""
    rows = session.scalars(
        select(CheckRun).where(CheckRun.kind == "whole").order_by(CheckRun.started_at.desc()).limit(count)
    )
    return [view_of(RunView, row) for row in rows]


def checks_standing(*, shown: int = SHOWN) -> Standing:
    """Where the checks stand, with the first findings of those that are open."""
    now_open = CheckFinding.gone_at.is_(None)
    rows = session.scalars(
        select(CheckFinding).where(now_open).order_by(CheckFinding.first_at, CheckFinding.id).limit(shown)
    )
    return Standing(
        last_run("whole"),
        last_run("sample"),
        session.scalar(select(func.count()).select_from(CheckFinding).where(now_open)) or 0,
        tuple(view_of(FindingView, row) for row in rows),
    )


def details(at: datetime) -> dict[str, Any]:
    """What `/readyz` shows to staff: when the last runs were, how old the whole one is, and what they found."""
    standing = checks_standing(shown=20)
    whole, sample = standing.whole, standing.sample
    return {
        "last_whole": whole.started_at.isoformat() if whole else None,
        "age_s": int((at - whole.started_at).total_seconds()) if whole else None,
        "stale": standing.stale(at),
        "outcome": whole.outcome if whole else "never",
        "counts": whole.counts if whole else {},
        "failed": whole.failed if whole else {},
        "last_sample": sample.started_at.isoformat() if sample else None,
        "open": standing.open,
        "findings": [
            f"{finding.table or 'log'} {finding.what}: {finding.text}" for finding in standing.findings
        ],
    }
