"""The checks in words."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

OUTCOME_WORDS = {
    "good": _l("Everything agrees"),
    "findings": _l("Something does not agree"),
    "failed": _l("Not everything could be asked"),
}
OUTCOME_TONE = {"good": "ok", "findings": "bad", "failed": "warn"}


def check_words(name: str) -> str:
    """A check by what it looks at."""
    return {
        "seal": _("The public log and what is sealed in it"),
        "codes": _("Where each code stands"),
        "ledger": _("The ledger of sales"),
        "quota": _("The quota of the land"),
    }.get(name, name)
