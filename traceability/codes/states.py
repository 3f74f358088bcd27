"""The life of a trace code, as one table; the three levels of codes; and the course of a batch."""

from enum import StrEnum

from core.state_tables import StateTable


class Level(StrEnum):
    """What a code stands for. A lot's leaflet is copied on purpose and never speaks for one plant."""

    LOT = "lot"
    BUNDLE = "bundle"
    UNIT = "unit"

    @classmethod
    def named(cls, word: str) -> "Level":
        """The level called `word`; `plant` is another word for `unit`."""
        return cls.UNIT if word == "plant" else cls(word)


class CodeState(StrEnum):
    """Where a code stands.

    `reserved`: made, its file not handed out yet. `printed`: the file was handed out. `active`: bound to
    plants and counted against the land's quota. `returned`: its plants came back; the label is used up.
    """

    RESERVED = "reserved"
    PRINTED = "printed"
    ACTIVE = "active"
    SHIPPED = "shipped"
    ACCEPTED = "accepted"
    VOIDED = "voided"
    RETURNED = "returned"
    RECALLED = "recalled"


TRANSITIONS: StateTable[CodeState, CodeState] = StateTable(
    {
        CodeState.RESERVED: frozenset({CodeState.PRINTED, CodeState.VOIDED, CodeState.RECALLED}),
        CodeState.PRINTED: frozenset({CodeState.ACTIVE, CodeState.VOIDED, CodeState.RECALLED}),
        CodeState.ACTIVE: frozenset({CodeState.SHIPPED, CodeState.VOIDED, CodeState.RECALLED}),
        CodeState.SHIPPED: frozenset(
            {CodeState.ACCEPTED, CodeState.RETURNED, CodeState.VOIDED, CodeState.RECALLED}
        ),
        CodeState.ACCEPTED: frozenset({CodeState.RETURNED, CodeState.RECALLED}),
        CodeState.VOIDED: frozenset(),
        CodeState.RETURNED: frozenset(),
        CodeState.RECALLED: frozenset(),
    }
)
may_become, sources_of = TRANSITIONS.allows, TRANSITIONS.sources_of

# What may still travel: bound to a parcel by dispatch, which activates what was only printed.
BINDABLE = frozenset({CodeState.PRINTED, CodeState.ACTIVE})

# What has not left its grower.
AT_HOME = frozenset({CodeState.RESERVED, CodeState.PRINTED, CodeState.ACTIVE})

# What no longer stands for a plant: its place in the lot is free again.
OVER = frozenset({CodeState.VOIDED, CodeState.RETURNED})


class ActionKind(StrEnum):
    """What one person, or one parcel, did to many codes at once."""

    ACTIVATED = "activated"
    SHIPPED = "shipped"
    ACCEPTED = "accepted"
    VOIDED = "voided"
    RETURNED = "returned"
    RECALLED = "recalled"


TARGET_OF: dict[ActionKind, CodeState] = {
    ActionKind.ACTIVATED: CodeState.ACTIVE,
    ActionKind.SHIPPED: CodeState.SHIPPED,
    ActionKind.ACCEPTED: CodeState.ACCEPTED,
    ActionKind.VOIDED: CodeState.VOIDED,
    ActionKind.RETURNED: CodeState.RETURNED,
    ActionKind.RECALLED: CodeState.RECALLED,
}


class BatchState(StrEnum):
    """A large batch waits for the branch before its codes are made; a small one is made at once."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    MADE = "made"


BATCH_TRANSITIONS: StateTable[BatchState, BatchState] = StateTable(
    {
        BatchState.REQUESTED: frozenset({BatchState.APPROVED, BatchState.REFUSED}),
        BatchState.APPROVED: frozenset({BatchState.MADE, BatchState.REFUSED}),
        BatchState.REFUSED: frozenset(),
        BatchState.MADE: frozenset(),
    }
)


def offered_levels(ground_diameter_mm: int | None, *, plant_code_from_mm: int) -> tuple[Level, ...]:
    """The levels worth their label: plants have codes of their own from a ground diameter on.

    Args:
        ground_diameter_mm: the thickest plant of the lot; None where it was not measured.
        plant_code_from_mm: the setting PLANT_CODE_FROM_MM. Thinner plants do not bear the cost of a label.
    """
    if ground_diameter_mm is not None and ground_diameter_mm < plant_code_from_mm:
        return (Level.BUNDLE, Level.LOT)
    return (Level.UNIT, Level.BUNDLE, Level.LOT)


class Refusal(StrEnum):
    """Why codes were not activated; the first four are the land's."""

    NO_SURVEY = "no_survey"
    SURVEY_WAITS = "survey_waits"
    OTHER_SIZE = "other_size"
    USED_UP = "used_up"
    LOT_TOO_SMALL = "lot_too_small"
    NOT_MEASURED = "not_measured"
    NO_LICENCE = "no_licence"
    LOT_CLOSED = "lot_closed"
    CODES = "codes"


# What the rules count: more was wanted than land or lot can have grown.
BEYOND_BALANCE = frozenset(
    {Refusal.NO_SURVEY, Refusal.SURVEY_WAITS, Refusal.OTHER_SIZE, Refusal.USED_UP, Refusal.LOT_TOO_SMALL}
)

OF_CODE = {
    "more_codes_than_plants": Refusal.LOT_TOO_SMALL,
    "lot_not_measured": Refusal.NOT_MEASURED,
    "not_on_sale": Refusal.NO_LICENCE,
    "lot_closed": Refusal.LOT_CLOSED,
    "code_not_activatable": Refusal.CODES,
    "code_state": Refusal.CODES,
}
