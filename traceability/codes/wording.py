"""Words of codes: levels, states and the forms of labels."""

from flask_babel import gettext as _

from traceability.codes.states import BatchState, CodeState, Level

TONES: dict[CodeState, str] = {
    CodeState.RESERVED: "wait",
    CodeState.PRINTED: "wait",
    CodeState.ACTIVE: "ok",
    CodeState.SHIPPED: "info",
    CodeState.ACCEPTED: "ok",
    CodeState.VOIDED: "bad",
    CodeState.RETURNED: "bad",
    CodeState.RECALLED: "bad",
}


def level_name(level: Level) -> str:
    """What one code stands for."""
    return {
        Level.UNIT: _("each plant"),
        Level.BUNDLE: _("each bundle"),
        Level.LOT: _("the whole lot (leaflet)"),
    }[level]


def code_state_name(state: str) -> str:
    """The state of a code."""
    return {
        CodeState.RESERVED: _("being made"),
        CodeState.PRINTED: _("printed"),
        CodeState.ACTIVE: _("active"),
        CodeState.SHIPPED: _("shipped"),
        CodeState.ACCEPTED: _("accepted by the buyer"),
        CodeState.VOIDED: _("voided"),
        CodeState.RETURNED: _("returned"),
        CodeState.RECALLED: _("recalled"),
    }[CodeState(state)]


def batch_state_name(state: BatchState) -> str:
    """The course of a batch."""
    return {
        BatchState.REQUESTED: _("waits for the branch"),
        BatchState.APPROVED: _("approved, being made"),
        BatchState.REFUSED: _("refused by the branch"),
        BatchState.MADE: _("made"),
    }[state]
