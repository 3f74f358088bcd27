"""What the figures of a rule are called, for the evidence of a case, in the language of the page."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from core.web.wording.formatting import dt, number

NAMES: dict[str, Callable[[], str]] = {
    "alarm": lambda: _("Alarm"),
    "points": lambda: _("Points"),
    "lookups": lambda: _("Rows that it rests on"),
    "parties": lambda: _("Parties"),
    "provinces": lambda: _("Provinces"),
    "destination": lambda: _("Sent to"),
    "away": lambda: _("Parties elsewhere"),
    "late": lambda: _("Later parties nearby"),
    "pairs": lambda: _("Pairs too far apart"),
    "speed_km_h": lambda: _("Speed, km/h"),
    "expected": lambda: _("Usual parties"),
    "provinces_in_a_week": lambda: _("Provinces within a week"),
    "wrong": lambda: _("Wrong entries"),
    "wrong_entries": lambda: _("Wrong entries"),
    "wrong_networks": lambda: _("Networks with wrong entries"),
    "networks": lambda: _("From networks"),
    "days": lambda: _("On days"),
    "proven": lambda: _("Reporters with proof"),
    "right_parties": lambda: _("Parties with the right code"),
    "locked_at": lambda: _("Locked on"),
    "first_right_at": lambda: _("First right entry"),
    "right_again_at": lambda: _("Right entry by another device"),
    "reports": lambda: _("Reports by people"),
    "codes": lambda: _("Codes"),
    "of": lambda: _("Codes looked up away from home"),
    "texts": lambda: _("Unknown texts"),
    "over": lambda: _("Plants beyond the quota"),
    "tries": lambda: _("Refused activations"),
    "plants": lambda: _("Plants"),
    "used_percent": lambda: _("Quota used, percent"),
    "season_percent": lambda: _("Year gone, percent"),
    "activated": lambda: _("Plants activated"),
    "sent": lambda: _("Plants sent"),
    "accepted": lambda: _("Plants accepted"),
    "sold": lambda: _("Sold on record"),
}


def fact_name(key: str) -> str:
    """The figure in words; one that is not known here keeps its own name."""
    return NAMES[key]() if key in NAMES else key.replace("_", " ")


def rule_facts(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures of a rule; lists of rows as their number, moments in local time."""
    return [
        (fact_name(key), _fact_text(key, value))
        for key, value in facts.items()
        if value not in (None, "", [])
    ]


def _fact_text(key: str, value: Any) -> str:
    if isinstance(value, list):
        return number(len(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    if key.endswith("_at"):
        try:
            return dt(datetime.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    return str(value)
