"""Words of lots in the language of the page."""

from flask_babel import gettext as _

from traceability.lots.states import LotState, Propagation, Root


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


def change_name(kind: str) -> str:
    """One step in the life of a lot."""
    return {
        "recorded": _("Recorded"),
        "taken": _("Taken for orders"),
        "returned": _("Put back"),
        "counted": _("Counted"),
        "open": _("Opened again"),
        "closed": _("Closed"),
        "recalled": _("Recalled"),
    }[kind]
