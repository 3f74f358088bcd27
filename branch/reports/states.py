"""The states of a report and who may move it, in one table. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReportState(StrEnum):
    """Where a version of a report stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    ARCHIVED = "archived"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Step:
    """A move that `permission` allows; None is the system's own. A comment may be needed."""

    source: ReportState
    target: ReportState
    permission: str | None
    needs_comment: bool = False


STEPS: tuple[Step, ...] = (
    Step(ReportState.DRAFT, ReportState.SUBMITTED, "reports.submit"),
    Step(ReportState.RETURNED, ReportState.SUBMITTED, "reports.submit"),
    Step(ReportState.SUBMITTED, ReportState.RETURNED, "reports.review", needs_comment=True),
    Step(ReportState.SUBMITTED, ReportState.ACCEPTED, "reports.review"),
    Step(ReportState.ACCEPTED, ReportState.ARCHIVED, "reports.review"),
    # A newer version takes the place of one that nobody has accepted; accepting it archives the old one.
    Step(ReportState.DRAFT, ReportState.REPLACED, None),
    Step(ReportState.RETURNED, ReportState.REPLACED, None),
    Step(ReportState.ACCEPTED, ReportState.ARCHIVED, None),
)


def find_step(source: str, target: str, *, by_system: bool = False) -> Step | None:
    """The move from `source` to `target`, when there is one for a person or for the system."""
    wanted = (step for step in STEPS if (step.source, step.target) == (source, target))
    return next((step for step in wanted if (step.permission is None) == by_system), None)


def steps_from(source: str) -> tuple[Step, ...]:
    """What people may do with a report in this state."""
    return tuple(step for step in STEPS if step.source == source and step.permission is not None)
