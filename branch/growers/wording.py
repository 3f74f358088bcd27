"""What the states of a grower are called on pages."""

from flask_babel import lazy_gettext as _l

from branch.growers.states import GrowerState

STATE_NAMES = {
    GrowerState.APPLIED: _l("Waits for an answer"),
    GrowerState.ADMITTED: _l("Admitted"),
    GrowerState.REFUSED: _l("Refused"),
    GrowerState.LEFT: _l("Has left"),
}

#: Tone of the pill of each state.
STATE_TONES = {
    GrowerState.APPLIED: "wait",
    GrowerState.ADMITTED: "ok",
    GrowerState.REFUSED: "bad",
    GrowerState.LEFT: "plain",
}

PERSON_NAMES = {"owner": _l("Owner"), "staff": _l("Staff")}
