"""What the public page of a code would say without a person having looked: today's rule, and the one it replaced.

Until 2026 a page warned as soon as a score reached the notice, or five devices had looked, or two devices had entered the
right inner code; any report, and four wrong entries of the inner code, reached a notice. Today it warns by itself only when
the right inner code came from three networks and three kinds of telephone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from traceability.alarms.rules.facts import InnerAttempt
from traceability.alarms.rules.parties import independent_people
from traceability.codes.rules.verdicts import COPIED_FROM

DEVICES_BEFORE, WRONG_BEFORE = 5, 4


@dataclass
class Pages:
    """Of so many codes, how many pages warn without a person: by the old rule, by today's; and how many have a case."""

    codes: int = 0
    warned_before: int = 0
    warned_now: int = 0
    with_case: int = 0

    def __add__(self, other: "Pages") -> "Pages":
        return Pages(
            self.codes + other.codes,
            self.warned_before + other.warned_before,
            self.warned_now + other.warned_now,
            self.with_case + other.with_case,
        )


@dataclass
class PageCounts:
    """The pages of honest codes, of genuine labels that strangers attacked, and of codes that were copied."""

    honest: Pages = field(default_factory=Pages)
    griefed: Pages = field(default_factory=Pages)
    copied: Pages = field(default_factory=Pages)

    def __add__(self, other: "PageCounts") -> "PageCounts":
        return PageCounts(
            self.honest + other.honest, self.griefed + other.griefed, self.copied + other.copied
        )


def warned_before(noticed: bool, devices: int, entries: Sequence[InnerAttempt], reports: int) -> bool:
    """Whether the page of earlier years warned."""
    wrong = sum(not one.right for one in entries)
    right = {one.device for one in entries if one.right}
    return noticed or devices >= DEVICES_BEFORE or reports > 0 or wrong >= WRONG_BEFORE or len(right) > 1


def warned_now(entries: Sequence[InnerAttempt]) -> bool:
    """Whether today's page warns by itself."""
    return independent_people((one.network, one.agent) for one in entries if one.right) >= COPIED_FROM


def count(
    codes: Collection[int], *, before: Collection[int], now: Collection[int], cases: Collection[int]
) -> Pages:
    """The pages of these codes."""
    own = set(codes)
    return Pages(len(own), len(own & set(before)), len(own & set(now)), len(own & set(cases)))
