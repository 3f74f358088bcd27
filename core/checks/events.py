"""What the checks have to say, in the past tense."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FaultsFound:
    """A run found things that do not agree and that were not known; `rows` names the first of them, one a line."""

    count: int
    rows: str


@dataclass(frozen=True)
class ChecksFailed:
    """A nightly run could not ask everything, and the one before it could; `causes` one a line."""

    causes: str
