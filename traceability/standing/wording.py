"""What staff read of the records that speak about a code."""

from collections.abc import Callable

from flask_babel import gettext as _

from traceability.codes.rules.verdicts import Doubt
from traceability.codes.wording import VERDICT_TITLES, code_state_name
from traceability.lots.wording import lot_state_name

__all__ = ["VERDICT_TITLES", "code_state_name", "lot_state_name"]  # templates ask this module for every word

DOUBTS: dict[Doubt, Callable[[], str]] = {
    Doubt.CONFIRMED: lambda: _("Two persons confirmed a fake in a case"),
    Doubt.CASE: lambda: _("A person doubts it in an open case"),
    Doubt.ALARM: lambda: _("A person doubts it at an alarm"),
    Doubt.COPIED: lambda: _("The right inner code came from three or more networks and telephones"),
}


def doubt_name(doubt: Doubt) -> str:
    """Who doubts the code, in words."""
    return DOUBTS[doubt]()


def endpoint(doubt: Doubt) -> str:
    """Where the record that doubts is taken back."""
    return "alarms.show" if doubt is Doubt.ALARM else "cases.show"
