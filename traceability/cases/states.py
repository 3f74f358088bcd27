"""The course of a counterfeit case: what it is about, which step leads where, and who must take it (pure)."""

from dataclasses import dataclass
from enum import StrEnum

from core.state_tables import StateTable


class Origin(StrEnum):
    """Who opened the case."""

    PUBLIC = "public"
    RULE = "rule"
    STAFF = "staff"


class SubjectKind(StrEnum):
    """What is suspected."""

    CODE = "code"
    LOT = "lot"
    SHOP = "shop"
    GROWER = "grower"
    BURST = "burst"
    OTHER = "other"


class EvidenceKind(StrEnum):
    """What kind of thing was put on record."""

    STATEMENT = "statement"
    PHOTO = "photo"
    PRICE = "price"
    SHOP = "shop"
    CODE = "code"
    RULE = "rule"
    NOTE = "note"
    FILE = "file"


class CaseState(StrEnum):
    """How far a case is; `proposed` waits for a second person."""

    RECEIVED = "received"
    INVESTIGATING = "investigating"
    PROPOSED = "proposed"
    DECIDED = "decided"
    CLOSED = "closed"


class CaseVerdict(StrEnum):
    """What was found. Only `confirmed_fake` accuses somebody, so only it needs two persons."""

    CONFIRMED_FAKE = "confirmed_fake"
    GENUINE = "genuine"
    UNDETERMINED = "undetermined"


class CaseStep(StrEnum):
    """What can be done with a case; `open` and `escalate` are the system's."""

    OPEN = "open"
    TAKE = "take"
    PROPOSE = "propose"
    CONFIRM = "confirm"
    SEND_BACK = "send_back"
    DECIDE = "decide"
    ACT = "act"
    CLOSE = "close"
    REOPEN = "reopen"
    ESCALATE = "escalate"


class ActionKind(StrEnum):
    """What follows from a confirmed fake."""

    SHOP_NOTICE = "shop_notice"
    PLATFORM_COMPLAINT = "platform_complaint"
    SHOP_LISTED = "shop_listed"
    SHOP_SUSPENDED = "shop_suspended"
    LICENCE_SUSPENDED = "licence_suspended"
    LOT_RECALLED = "lot_recalled"


OPEN_STATES = frozenset({CaseState.RECEIVED, CaseState.INVESTIGATING, CaseState.PROPOSED})

# A step that is missing here cannot be taken, whoever asks.
TRANSITIONS: StateTable[CaseState, CaseStep] = StateTable(
    {
        CaseState.RECEIVED: {CaseStep.TAKE: CaseState.INVESTIGATING, CaseStep.ESCALATE: CaseState.RECEIVED},
        CaseState.INVESTIGATING: {
            CaseStep.TAKE: CaseState.INVESTIGATING,
            CaseStep.PROPOSE: CaseState.PROPOSED,
            CaseStep.DECIDE: CaseState.DECIDED,
            CaseStep.ESCALATE: CaseState.INVESTIGATING,
        },
        CaseState.PROPOSED: {
            CaseStep.CONFIRM: CaseState.DECIDED,
            CaseStep.SEND_BACK: CaseState.INVESTIGATING,
            CaseStep.ESCALATE: CaseState.PROPOSED,
        },
        CaseState.DECIDED: {
            CaseStep.ACT: CaseState.DECIDED,
            CaseStep.CLOSE: CaseState.CLOSED,
            CaseStep.REOPEN: CaseState.INVESTIGATING,
        },
        CaseState.CLOSED: {CaseStep.REOPEN: CaseState.INVESTIGATING},
    }
)
after = TRANSITIONS.after

PERMISSION_OF: dict[CaseStep, str] = {
    CaseStep.TAKE: "cases.decide",
    CaseStep.PROPOSE: "cases.decide",
    CaseStep.CONFIRM: "cases.confirm",
    CaseStep.SEND_BACK: "cases.confirm",
    CaseStep.DECIDE: "cases.decide",
    CaseStep.ACT: "cases.decide",
    CaseStep.CLOSE: "cases.decide",
    CaseStep.REOPEN: "cases.confirm",
}

# What one person may find alone; a confirmed fake is proposed by one and confirmed by another.
DECIDED_ALONE = frozenset({CaseVerdict.GENUINE, CaseVerdict.UNDETERMINED})


def steps_from(state: CaseState) -> list[CaseStep]:
    """The steps that a person may take from `state`."""
    return [step for step in CaseStep if step in PERMISSION_OF and TRANSITIONS.allows(state, step)]


@dataclass(frozen=True)
class Subject:
    """What a case is about. `key` tells one subject from another, in our own words: `code/17`, `lot/L-2026-…`."""

    kind: SubjectKind
    key: str
    code_id: int | None = None
    lot_id: int | None = None
    grower_id: int | None = None
    shop: str = ""

    @classmethod
    def of_code(cls, code_id: int, *, shop: str = "") -> "Subject":
        return cls(SubjectKind.CODE, f"code/{code_id}", code_id=code_id, shop=shop)

    @classmethod
    def of_lot(cls, lot_id: int, *, shop: str = "") -> "Subject":
        return cls(SubjectKind.LOT, f"lot/{lot_id}", lot_id=lot_id, shop=shop)

    @classmethod
    def of_grower(cls, grower_id: int) -> "Subject":
        return cls(SubjectKind.GROWER, f"grower/{grower_id}", grower_id=grower_id)

    @classmethod
    def of_shop(cls, shop: str, *, grower_id: int | None = None, key: str = "") -> "Subject":
        """An outside shop; with `grower_id` when the register knows it as a grower's own, with `key` when two texts that
        mean the same shop are to meet in one case.
        """
        return cls(SubjectKind.SHOP, f"shop/{key}"[:80] if key else "", grower_id=grower_id, shop=shop)

    @classmethod
    def of_burst(cls, key: str) -> "Subject":
        """Many look-ups of unknown codes; `key` is the digest of the network they came from."""
        return cls(SubjectKind.BURST, f"burst/{key}"[:80])

    @classmethod
    def other(cls) -> "Subject":
        return cls(SubjectKind.OTHER, "")
