"""What a check of a code means, in one word, computed from what is known (pure).

A code that is in order only says that this system issued it: a code can be copied, so no verdict calls
goods genuine, and a lot's leaflet never speaks for one plant.

Nothing stores the word. Each thing that speaks against a code has one owner: the state its actions, the recall the
lot, the licence the register, each `Doubt` the case or alarm that it stands in. Whoever takes one back leaves
the others as they are.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from traceability.codes.states import OVER, CodeState, Level
from traceability.lots.states import LotState

# From so many networks, and as many kinds of program, the right inner code must come before a page says so without a
# person. One household opens one parcel; two may be a couple's telephones, or a plant that was given away.
COPIED_FROM = 3


class Doubt(StrEnum):
    """Who says on a code's page that it is doubted."""

    CONFIRMED = "confirmed"  # two persons, in a decided case
    CASE = "case"  # one person with a reason, in a case that is open
    ALARM = "alarm"  # one person with a reason, at an alarm that stands
    COPIED = "copied"  # nobody: the right inner code came from `COPIED_FROM` networks and kinds of telephone


class Verdict(StrEnum):
    """What a code's page says in one word; the words are part of the public API."""

    ISSUED = "issued"
    ACTIVE = "active"
    SHIPPED = "shipped"
    ACCEPTED = "accepted"
    VOIDED = "voided"
    RECALLED = "recalled"
    LICENCE_NOT_VALID = "licence_not_valid"
    SUSPECT = "suspect"
    UNKNOWN = "unknown"


# What a code's own state says. Outside, a code that is not active yet is `issued`; one that came back is void.
VERDICT_OF: dict[CodeState, Verdict] = {
    CodeState.RESERVED: Verdict.ISSUED,
    CodeState.PRINTED: Verdict.ISSUED,
    CodeState.ACTIVE: Verdict.ACTIVE,
    CodeState.SHIPPED: Verdict.SHIPPED,
    CodeState.ACCEPTED: Verdict.ACCEPTED,
    CodeState.VOIDED: Verdict.VOIDED,
    CodeState.RETURNED: Verdict.VOIDED,
    CodeState.RECALLED: Verdict.RECALLED,
}

# How loud a verdict is: `ok` never promises more than that the code is in order.
TONES = {
    Verdict.ISSUED: "warn",
    Verdict.ACTIVE: "ok",
    Verdict.SHIPPED: "ok",
    Verdict.ACCEPTED: "ok",
    Verdict.VOIDED: "bad",
    Verdict.RECALLED: "bad",
    Verdict.LICENCE_NOT_VALID: "bad",
    Verdict.SUSPECT: "bad",
    Verdict.UNKNOWN: "warn",
}


@dataclass(frozen=True)
class LicenceFact:
    """The grower's licence as it stands on the day of the check."""

    standing: str
    valid_from: date | None
    valid_until: date | None
    cultivar_groups: tuple[str, ...]

    def covers(self, cultivar_group: str) -> bool:
        """Whether the licence is for this group; one that names none is for all."""
        return not self.cultivar_groups or cultivar_group in self.cultivar_groups

    def was_running_on(self, day: date) -> bool:
        """Whether the day lies within the licence's term, both ends included."""
        return (
            self.valid_from is not None
            and self.valid_until is not None
            and self.valid_from <= day <= self.valid_until
        )


@dataclass(frozen=True)
class CodeFact:
    """What the database knows of a code."""

    level: Level
    state: CodeState
    lot_state: LotState
    cultivar_group: str
    doubts: frozenset[Doubt]
    dispatched_on: date | None


def verdict_of(code: CodeFact | None, licence: LicenceFact | None) -> Verdict:
    """The one word. The loudest reason wins: recall, void, doubt, licence, then the code's own state.

    A licence that has merely run out does not speak against goods dispatched while it ran; one that is
    suspended or withdrawn does, whenever they left.
    """
    if code is None:
        return Verdict.UNKNOWN
    if code.state is CodeState.RECALLED or code.lot_state is LotState.RECALLED:
        return Verdict.RECALLED
    if code.state in OVER:
        return Verdict.VOIDED
    if code.doubts:
        return Verdict.SUSPECT
    if not _licence_allows(code, licence):
        return Verdict.LICENCE_NOT_VALID
    return VERDICT_OF[code.state]


def _licence_allows(code: CodeFact, licence: LicenceFact | None) -> bool:
    if licence is None or not licence.covers(code.cultivar_group):
        return False
    if licence.standing == "valid":
        return True
    has_left = code.state in {CodeState.SHIPPED, CodeState.ACCEPTED} and code.dispatched_on is not None
    return bool(
        licence.standing == "expired"
        and has_left
        and code.dispatched_on
        and licence.was_running_on(code.dispatched_on)
    )
