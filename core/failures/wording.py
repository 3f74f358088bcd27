"""Failures in the operators' words."""

from flask import Flask, current_app
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.failures.queries import Failure

KIND_WORDS = {"event": _l("Events"), "message": _l("Messages"), "work": _l("Rows of sweeps and jobs")}
STATE_WORDS = {
    "waits": _l("Tried again by itself"),
    "dead": _l("Not tried any more"),
    "stuck": _l("Perhaps sent"),
    "aside": _l("Set aside"),
}
STATE_TONE = {"waits": "warn", "dead": "bad", "stuck": "bad", "aside": "plain"}


def init_failures(app: Flask, sweeps: dict[str, LazyString]) -> None:
    """Tell the application in words what each sweep does; wired in `wsgi.py`."""
    app.extensions["failure_words"] = sweeps


def what_words(failure: Failure) -> str:
    """What it was that failed, in words; the names that the log uses stand beside it."""
    if failure.kind == "event":
        return _("News of what happened, for the other parts")
    if failure.kind == "message":
        return _("A message to a person")
    return str(current_app.extensions["failure_words"].get(failure.name, failure.name))
