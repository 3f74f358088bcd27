"""Where somebody was going when he was sent to confirm a contact first; kept in his session."""

from flask import request, session, url_for

WAY_BACK = "after_proof"


def come_back_here() -> None:
    """After the next contact that is confirmed, lead back to the present page."""
    session[WAY_BACK] = request.path


def way_back() -> str:
    """Where to lead whoever has confirmed a contact: where he came from, else to the account."""
    path = session.pop(WAY_BACK, None)
    return path if isinstance(path, str) else url_for("accounts.overview")
