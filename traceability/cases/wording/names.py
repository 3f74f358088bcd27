"""The words of cases in the language of the page."""

from flask_babel import gettext as _

from traceability.cases.queries.records import CaseView
from traceability.cases.states import (
    ActionKind,
    CaseState,
    CaseStep,
    CaseVerdict,
    EvidenceKind,
    Origin,
    SubjectKind,
)
from traceability.cases.wording.facts import rule_facts
from traceability.codes.rules.verdicts import Verdict
from traceability.codes.wording import VERDICT_TITLES

__all__ = ["rule_facts"]  # templates ask this module for every word of a case

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


def rule_name(rule: str) -> str:
    """What an alarm rule saw, in a few words; a rule that is not known here keeps its own name."""
    names = {
        "not_active": _("looked up although it hangs on no plant"),
        "elsewhere": _("looked up where the plant should not be"),
        "after_acceptance": _("looked up by others after the buyer had it"),
        "impossible_travel": _("looked up in two places faster than a plant travels"),
        "too_many": _("looked up by too many devices or in too many provinces"),
        "inner_code": _("inner code wrong too often, or right twice"),
        "inner_code_wrong": _("inner code wrong five times"),
        "inner_code_right_twice": _("inner code known to two devices"),
        "reported": _("reported by people"),
        "neighbours": _("other codes of the batch stand out"),
        "unknown_burst": _("many unknown codes asked from one network"),
        "beyond_balance": _("more activated than the quota holds"),
        "quota_pace": _("quota used faster than the season"),
        "surfaced_unsold": _("codes come up that were not sold"),
        "surfaced_where_not_sold": _("codes come up where nothing was sold"),
        "sales_gap": _("sold, activated and accepted do not agree"),
        "odd_hours": _("many activations at odd hours"),
    }
    return names.get(rule, rule)


def summary_words(case: CaseView) -> str:
    """The line of a case in the list: what the reporter wrote, or what the rules saw."""
    if case.origin is not Origin.RULE:
        return case.summary
    return "; ".join(rule_name(rule) for rule in case.summary.split(", "))


def shown_verdict(verdict: str) -> str:
    """The answer of a code's page that the reporter had before him."""
    return str(VERDICT_TITLES[Verdict(verdict)]()) if verdict in set(Verdict) else verdict


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
        ActionKind.LOT_RECALLED: _("Recall of the lot asked for"),
    }[ActionKind(kind)]
