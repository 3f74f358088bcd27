"""Which checks there are: each feature that can tell whether its books agree adds one; `wsgi.py` lists them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from flask import Flask, current_app
from sqlalchemy import select, update

from core.checks.models import CheckFinding, CheckRun
from core.checks.rules import digest_of, line_of
from core.clock import now
from core.database import changed, session
from core.database_errors import plain
from core.seal.rules.findings import Finding

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """Something whose books can be held against each other.

    `whole` looks at everything and only reads; it runs in one snapshot with the others. `prepare` brings up to date
    what any reader would have brought up to date first, in a transaction of its own. `sample(leaf_id)` looks at few
    rows: those of which a leaf was sealed after the one given, and some drawn by chance.
    """

    name: str
    whole: Callable[[], Iterator[Finding]]
    prepare: Callable[[], object] | None = None
    sample: Callable[[int], Iterator[Finding]] | None = None


def init_checks(app: Flask, checks: Sequence[Check]) -> None:
    """Wire what is checked.

    Raises:
        ValueError: two checks have one name.
    """
    names = [check.name for check in checks]
    if len(set(names)) != len(names):
        raise ValueError(f"two checks have one name: {sorted(names)}")
    app.extensions["checks"] = tuple(checks)


def checks() -> tuple[Check, ...]:
    """Every check, in the order in which they run."""
    all_checks: tuple[Check, ...] = current_app.extensions["checks"]
    return all_checks


@dataclass
class Outcome:
    """What a run found: the findings that are kept, and how many there were by check."""

    kind: str
    started_at: datetime
    leaf_id: int = 0
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """`failed` when a check could not be asked, else `findings` when one found something, else `good`."""
        return "failed" if self.failed else "findings" if any(self.counts.values()) else "good"


def note_finding(check: str, finding: Finding, *, at: datetime) -> bool:
    """Keep a finding; whether it was not known."""
    digest = digest_of(check, finding)
    row = session.scalar(select(CheckFinding).where(CheckFinding.digest == digest))
    if row is None:
        log.warning("check_found", check=check, line=line_of(finding))
        session.add(
            CheckFinding(
                digest=digest,
                check=check,
                table=finding.table,
                code=finding.code,
                what=plain(finding.what),
                text=plain(finding.text),
                first_at=at,
                last_at=at,
            )
        )
        session.flush()
        return True
    known = row.gone_at is None
    row.last_at, row.gone_at, row.code, row.text = at, None, finding.code, plain(finding.text)
    row.first_at = row.first_at if known else at
    return not known


def note_gone(outcome: Outcome) -> None:
    """What a check that ran did not find again agrees by now; not when it found more than is kept."""
    if sum(outcome.counts.values()) > len(outcome.findings):
        return
    answered = [name for name in outcome.counts if name not in outcome.failed]
    changed(
        update(CheckFinding)
        .where(
            CheckFinding.check.in_(answered),
            CheckFinding.gone_at.is_(None),
            CheckFinding.last_at < outcome.started_at,
        )
        .values(gone_at=now())
    )


def note_run(outcome: Outcome, *, ended_at: datetime) -> None:
    """Keep that a run has ended, and how."""
    session.add(
        CheckRun(
            kind=outcome.kind,
            outcome=outcome.word,
            started_at=outcome.started_at,
            ended_at=ended_at,
            counts=outcome.counts,
            seconds=outcome.seconds,
            failed=outcome.failed,
            leaf_id=outcome.leaf_id,
        )
    )
