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


def fault_words(code: str) -> str:
    """What kind of fault a finding is; empty for one that only its own text describes."""
    return {
        "broken": _("A rule of the books does not hold"),
        "file_damaged": _("A file of the log is damaged or missing"),
        "forked": _("Somebody was shown another log"),
        "leaf_changed": _("What was sealed was changed afterwards"),
        "leaf_emptied": _("What was sealed was emptied"),
        "leaf_missing": _("What the log holds is gone from the database"),
        "leaf_unsigned": _("An entry stands beside the log, not in it"),
        "never_sealed": _("It was put in without being sealed"),
        "root_differs": _("The log is not the one that was signed"),
        "row_changed": _("It is not what was sealed"),
        "row_gone": _("It was sealed, and is gone"),
        "row_unreadable": _("A row of it cannot be read"),
        "stalled": _("Nothing is sealed any more"),
        "suspension": _("Who suspended it does not agree with its state"),
        "unreadable": _("What was signed cannot be read"),
    }.get(code, "")
