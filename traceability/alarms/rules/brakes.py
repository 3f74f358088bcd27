"""Whether a network that asks for texts that are no code is answered, kept waiting, or asked a question. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from traceability.alarms.rules.thresholds import DEFAULTS


class Gate(StrEnum):
    """What becomes of a look-up: it is answered, kept waiting (429), or answered with a question."""

    OPEN = "open"
    WAIT = "wait"
    QUESTION = "question"


@dataclass(frozen=True)
class BurstLimits:
    """The thresholds that stand in the way of trying numbers."""

    slow_texts: int = DEFAULTS.burst_slow_texts
    wait_s: int = DEFAULTS.burst_wait_s
    question_texts: int = DEFAULTS.burst_challenge_texts

    @classmethod
    def of(cls, values: Mapping[str, int] | None) -> "BurstLimits":
        """Those of the version in force; the defaults before there is one."""
        numbers = values or {}
        return cls(
            numbers.get("burst_slow_texts", DEFAULTS.burst_slow_texts),
            numbers.get("burst_wait_s", DEFAULTS.burst_wait_s),
            numbers.get("burst_challenge_texts", DEFAULTS.burst_challenge_texts),
        )


def gate_for(
    texts: int,
    last_at: datetime | None,
    brakes: BurstLimits,
    *,
    unknown: bool,
    answered_at: int | None,
    at: datetime,
) -> Gate:
    """What becomes of a look-up.

    Args:
        texts: different texts that are no code, asked from the network in the last ten minutes.
        last_at: the latest of them.
        brakes: the thresholds.
        unknown: whether this look-up is for one more of them. Codes of ours are never kept waiting.
        answered_at: at how many texts somebody of the network last answered a question; None if nobody did.
        at: now.
    """
    if texts >= brakes.question_texts and (
        answered_at is None or texts >= answered_at + brakes.question_texts
    ):
        return Gate.QUESTION
    too_soon = last_at is not None and at - last_at < timedelta(seconds=brakes.wait_s)
    return Gate.WAIT if unknown and texts >= brakes.slow_texts and too_soon else Gate.OPEN
