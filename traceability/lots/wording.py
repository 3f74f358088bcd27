"""Words of lots in the language of the page."""

from flask_babel import gettext as _

from traceability.lots.queries.records import LotView
from traceability.lots.rules.balance import StepKind
from traceability.lots.rules.sizes import diameter_span_cm
from traceability.lots.states import LotState, Propagation, RequestState, Root


def propagation_name(word: str) -> str:
    """How the plants were raised."""
    return {
        Propagation.CUTTING: _("cutting"),
        Propagation.GRAFTING: _("grafting"),
        Propagation.SEED: _("seed"),
        Propagation.LAYERING: _("layering"),
    }[Propagation(word)]


def root_name(word: str) -> str:
    """How the root travels."""
    return {
        Root.BARE_ROOT: _("bare root"),
        Root.ROOT_BALL: _("root ball"),
        Root.CONTAINER: _("container"),
    }[Root(word)]


def lot_state_name(word: str) -> str:
    """The state of a lot."""
    return {
        LotState.OPEN: _("open"),
        LotState.CLOSED: _("closed lot"),
        LotState.RECALLED: _("recalled"),
    }[LotState(word)]


LOT_TONES = {LotState.OPEN: "ok", LotState.CLOSED: "plain", LotState.RECALLED: "bad"}


def request_state_name(state: RequestState) -> str:
    """Where a recall that was asked for stands."""
    return {
        RequestState.OPEN: _("waits for a second person"),
        RequestState.DONE: _("carried out"),
        RequestState.REFUSED: _("refused"),
    }[state]


REQUEST_TONES = {RequestState.OPEN: "wait", RequestState.DONE: "bad", RequestState.REFUSED: "plain"}


def change_name(kind: str) -> str:
    """One step in the life of a lot."""
    return {
        "recorded": _("Recorded"),
        "taken": _("Taken for orders"),
        "returned": _("Put back"),
        "counted": _("Counted"),
        "moved": _("Went on into another lot"),
        "open": _("Opened again"),
        "closed": _("Closed"),
        "recalled": _("Recalled"),
    }[kind]


def step_name(word: str) -> str:
    """A transformation as a verb."""
    return {
        StepKind.SPLIT: _("Split"),
        StepKind.MERGE: _("Merge"),
        StepKind.GRAFT: _("Graft"),
        StepKind.POT_ON: _("Pot on"),
        StepKind.LIFT: _("Lift"),
    }[StepKind(word)]


def step_words(word: str) -> str:
    """How a lot came of another."""
    return {
        StepKind.SPLIT: _("split from"),
        StepKind.MERGE: _("merged from"),
        StepKind.GRAFT: _("grafted from"),
        StepKind.POT_ON: _("potted on from"),
        StepKind.LIFT: _("lifted from"),
    }[StepKind(word)]


def size_line(lot: LotView) -> str:
    """Diameter and height of a lot in one line."""
    return sizes(diameter_span_cm(lot.ground_diameter_mm_min, lot.ground_diameter_mm_max), lot.height_cm)


def sizes(diameter_cm: str, height_cm: str | int) -> str:
    """Ground diameter and height, each where it is known, in one line."""
    parts = (
        _("ground diameter %(size)s cm", size=diameter_cm) if diameter_cm else "",
        _("height %(size)s cm", size=height_cm) if height_cm else "",
    )
    return " · ".join(filter(None, parts))
