"""The words of cases in the language of the page."""

from flask_babel import gettext as _

from traceability.cases.queries import CaseView
from traceability.cases.states import (
    ActionKind,
    CaseState,
    CaseStep,
    CaseVerdict,
    EvidenceKind,
    Origin,
    SubjectKind,
)

VERDICT_TONES = {
    CaseVerdict.CONFIRMED_FAKE: "bad",
    CaseVerdict.GENUINE: "ok",
    CaseVerdict.UNDETERMINED: "info",
}


def state_name(state: CaseState | str) -> str:
    """The state of a case in a few words."""
    return {
        CaseState.RECEIVED: _("received"),
        CaseState.INVESTIGATING: _("being looked into"),
        CaseState.PROPOSED: _("waiting for a second person"),
        CaseState.DECIDED: _("decided"),
        CaseState.CLOSED: _("closed"),
    }[CaseState(state)]


def public_state(case: CaseView) -> str:
    """What the public page says: a proposal that nobody confirmed yet is nobody's business."""
    shown = CaseState.INVESTIGATING if case.state is CaseState.PROPOSED else case.state
    return state_name(shown)


def verdict_name(verdict: CaseVerdict | str) -> str:
    """The verdict in a few words."""
    return {
        CaseVerdict.CONFIRMED_FAKE: _("confirmed as a fake"),
        CaseVerdict.GENUINE: _("in order"),
        CaseVerdict.UNDETERMINED: _("could not be determined"),
    }[CaseVerdict(verdict)]


def origin_name(origin: Origin | str) -> str:
    """Where a case came from."""
    return {
        Origin.PUBLIC: _("reported by a visitor"),
        Origin.RULE: _("raised by a rule"),
        Origin.STAFF: _("opened by staff"),
    }[Origin(origin)]


def subject_name(kind: SubjectKind | str) -> str:
    """What a case is about."""
    return {
        SubjectKind.CODE: _("a trace code"),
        SubjectKind.LOT: _("a lot"),
        SubjectKind.SHOP: _("a shop"),
        SubjectKind.GROWER: _("a licence holder"),
        SubjectKind.BURST: _("many unknown codes"),
        SubjectKind.OTHER: _("something else"),
    }[SubjectKind(kind)]


def evidence_name(kind: EvidenceKind | str) -> str:
    """What a piece of evidence is."""
    return {
        EvidenceKind.STATEMENT: _("Statement"),
        EvidenceKind.PHOTO: _("Photograph"),
        EvidenceKind.PRICE: _("Price"),
        EvidenceKind.SHOP: _("Shop"),
        EvidenceKind.CODE: _("Answer of the code's page"),
        EvidenceKind.RULE: _("Alarm rule"),
        EvidenceKind.NOTE: _("Finding"),
        EvidenceKind.FILE: _("File"),
    }[EvidenceKind(kind)]


def step_name(step: CaseStep | str) -> str:
    """A step of a case, as a thing that happened."""
    return {
        CaseStep.OPEN: _("Case opened"),
        CaseStep.TAKE: _("Taken on"),
        CaseStep.PROPOSE: _("Proposed as a fake"),
        CaseStep.CONFIRM: _("Confirmed by a second person"),
        CaseStep.SEND_BACK: _("Sent back by the second person"),
        CaseStep.DECIDE: _("Decided"),
        CaseStep.ACT: _("Acted upon"),
        CaseStep.CLOSE: _("Closed"),
        CaseStep.REOPEN: _("Reopened"),
        CaseStep.ESCALATE: _("Brought before the unit above"),
    }[CaseStep(step)]


def action_name(kind: ActionKind | str) -> str:
    """What was done about a confirmed fake."""
    return {
        ActionKind.SHOP_NOTICE: _("Notice sent to the shop"),
        ActionKind.PLATFORM_COMPLAINT: _("Complaint filed with the platform"),
        ActionKind.SHOP_LISTED: _("Shop listed as not authorised"),
        ActionKind.SHOP_SUSPENDED: _("Authorisation of the shop suspended"),
        ActionKind.LICENCE_SUSPENDED: _("Licence suspended"),
        ActionKind.LOT_RECALLED: _("Lot recalled"),
    }[ActionKind(kind)]
