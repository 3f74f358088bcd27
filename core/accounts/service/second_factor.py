"""That the present second factor was shown on this device: kept in its session for some minutes."""

from datetime import timedelta

from flask import session

from core.clock import now

SHOWN_AT = "factor_shown_at"

SHOWN_FOR = timedelta(minutes=10)


def note_shown() -> None:
    """The present factor was shown on this device, just now."""
    session[SHOWN_AT] = int(now().timestamp())


def factor_shown_recently() -> bool:
    """Whether it was shown a short while ago."""
    return now().timestamp() - session.get(SHOWN_AT, 0) < SHOWN_FOR.total_seconds()
