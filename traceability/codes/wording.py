"""Words of codes: levels, states and the forms of labels."""

from collections.abc import Callable

from flask_babel import gettext as _

from traceability.codes.rules.verdicts import Verdict
from traceability.codes.states import BatchState, CodeState, Level, Refusal

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


VERDICT_TITLES: dict[Verdict, Callable[[], str]] = {
    Verdict.ISSUED: lambda: _("Issued but not activated: do not accept"),
    Verdict.ACTIVE: lambda: _("Issued and activated by this system, not yet sent with an order"),
    Verdict.SHIPPED: lambda: _("Issued by this system and sent with an order"),
    Verdict.ACCEPTED: lambda: _("Issued by this system; the buyer confirmed receipt"),
    Verdict.VOIDED: lambda: _("This code was voided: do not accept"),
    Verdict.RECALLED: lambda: _("Recalled: do not plant, do not pass on"),
    Verdict.LICENCE_NOT_VALID: lambda: _("The licence behind this code is not valid"),
    Verdict.SUSPECT: lambda: _("This code is doubted: it may have been copied"),
    Verdict.UNKNOWN: lambda: _("This system knows no such code"),
}


REFUSALS: dict[Refusal, Callable[[], str]] = {
    Refusal.NO_SURVEY: lambda: _("no survey of the land this year"),
    Refusal.SURVEY_WAITS: lambda: _("survey not approved"),
    Refusal.OTHER_SIZE: lambda: _("no land for this group and size"),
    Refusal.USED_UP: lambda: _("quota used up"),
    Refusal.LOT_TOO_SMALL: lambda: _("more than the lot holds"),
    Refusal.NOT_MEASURED: lambda: _("lot not measured"),
    Refusal.NO_LICENCE: lambda: _("licence not valid"),
    Refusal.LOT_CLOSED: lambda: _("lot closed"),
    Refusal.CODES: lambda: _("codes that cannot be used"),
}


def refusal_name(why: Refusal) -> str:
    """What was missing, in a few words."""
    return REFUSALS[why]()
