"""What the states and steps of an outside shop are called on pages."""

from flask_babel import lazy_gettext as _l

from branch.storefronts.states import StorefrontState, StorefrontStep

STATE_NAMES = {
    StorefrontState.PROPOSED: _l("Waiting for a decision"),
    StorefrontState.AUTHORISED: _l("Authorised"),
    StorefrontState.REFUSED: _l("Refused"),
    StorefrontState.SUSPENDED: _l("Suspended"),
    StorefrontState.ENDED: _l("Ended"),
}
STATE_TONES = {
    StorefrontState.PROPOSED: "wait",
    StorefrontState.AUTHORISED: "ok",
    StorefrontState.REFUSED: "bad",
    StorefrontState.SUSPENDED: "bad",
    StorefrontState.ENDED: "plain",
}
STEP_NAMES = {
    StorefrontStep.PROPOSE: _l("Proposed"),
    StorefrontStep.AUTHORISE: _l("Authorised"),
    StorefrontStep.REFUSE: _l("Refused"),
    StorefrontStep.SUSPEND: _l("Suspended"),
    StorefrontStep.REINSTATE: _l("Suspension ended"),
    StorefrontStep.END: _l("Ended"),
}
