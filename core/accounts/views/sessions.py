"""Sessions: the cookies carry the key of a device (`core.accounts.models`), and are worth what that row is worth.

Flask-Login keeps one value in the session and in the cookie that remembers, and asks us whose it is. That value is the
key of a sign-in: ended there, it is dead everywhere, also in copies of the cookies. Who holds a role is signed out
after a while without use and after a working day, and is never let in by the remembering cookie alone.
"""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, after_this_request, g, request, session
from flask_login import current_user, user_logged_in, user_logged_out
from flask_security.utils import set_request_attr

from core.accounts.models.account import Account
from core.accounts.queries.account import unwritten_changes
from core.accounts.queries.devices import BROWSER_COOKIE, browser_key, device_id, find_open
from core.accounts.queries.staff import is_staff
from core.accounts.rules.devices import BROWSER_KNOWN_FOR, SessionLifetime
from core.accounts.service import devices as service
from core.clock import now
from core.database import in_transaction, transaction
from core.database import session as database
from core.ids import random_id
from core.safe_methods import may_note, noting
from core.settings import Settings, current_settings
from core.web.views.light_sessions import carries_session

# Whether the session was opened by signing in or by the remembering cookie.
SIGNED_IN_HERE = "signed_in_here"
# A page that asks by itself how far a task is does not mean that somebody sits there.
ASKED_BY_SCRIPTS = {"progress.job", "static", "files.media"}


def init_sessions(app: Flask) -> None:
    """After Flask-Security: answer whose a session is, and write sign-ins and sign-outs down."""
    app.login_manager.id_attribute = Account.new_sign_in_key.__name__  # type: ignore[attr-defined]  # Flask-Login sets it on the application
    app.login_manager.user_loader(load)  # type: ignore[attr-defined]  # Flask-Login sets it on the application
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_end, app)
    app.before_request(_note_seen)


def lasting_of(account_id: int) -> SessionLifetime:
    """How long a sign-in of this account lasts."""
    settings = current_settings()
    return _staff_lifetime(settings) if is_staff(account_id) else _member_lifetime(settings)


def load(key: str) -> Account | None:
    """Whose session carries `key`; Flask-Login asks this for the session and for the remembering cookie."""
    account_and_device = find_open(key)
    if account_and_device is None or not account_and_device[0].active:
        return None
    account, device = account_and_device
    at, settings = now(), current_settings()
    times: dict[str, Any] = {
        "signed_in_at": device.signed_in_at,
        "last_seen_at": device.last_seen_at,
        "at": at,
    }
    remembered = session.get(SIGNED_IN_HERE) != device.public_id
    if _member_lifetime(settings).over(**times) or (remembered and account.has_second_factor):
        return None
    # Asked only where the answer matters: most requests come soon after the last.
    if (remembered or _staff_lifetime(settings).over(**times)) and is_staff(account.id):
        return None
    g.device_id, g.device_seen_at = device.id, device.last_seen_at
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return account


def _staff_lifetime(settings: Settings) -> SessionLifetime:
    return SessionLifetime(
        timedelta(minutes=settings.staff_idle_minutes), timedelta(hours=settings.staff_session_hours)
    )


def _member_lifetime(settings: Settings) -> SessionLifetime:
    return SessionLifetime(timedelta(days=settings.session_idle_days), timedelta(days=settings.session_days))


def _begin(_app: Flask, user: Account) -> None:
    """Flask-Login has signed somebody in: a row, its key into the session, and the sign-in before it ends."""
    if in_transaction():
        _open(user)
        return
    # The sign-in page of Flask-Security checks the password outside of a transaction, so that no lock is held while it is
    # hashed. What it has changed (a hash made anew) is carried over: what was read before may be older than others' writes.
    changes = unwritten_changes(user)
    database.rollback()
    with transaction():
        for key, value in changes.items():
            setattr(user, key, value)
        _open(user)


def _open(user: Account) -> None:
    at, before = now(), device_id()
    if before is not None:
        service.end_device(before, by="again", at=at)
    opened = service.open_device(
        user,
        user_agent=request.user_agent.string,
        browser=_keep_browser_key(),
        remembered=g.get("remembered", False),
        tell=is_staff(user.id) and not user.demo,
        at=at,
        key=user.sign_in_key,
    )
    session[SIGNED_IN_HERE] = opened.public_id
    g.device_id, g.device_seen_at = opened.id, at


def _end(_app: Flask, user: Any) -> None:  # noqa: ARG001 - the signal's signature
    ended = g.pop("device_id", None)
    session.pop(SIGNED_IN_HERE, None)
    if ended is None:
        return
    if in_transaction():
        service.end_device(ended, by="sign_out", at=now())
    else:
        with noting("that a session is over"), transaction():
            service.end_device(ended, by="sign_out", at=now())


def _keep_browser_key() -> str:
    key = browser_key()
    if len(key) != 32 or not key.isalnum():
        key = random_id(32)

    @after_this_request
    def keep(answer: Response) -> Response:
        answer.set_cookie(
            BROWSER_COOKIE,
            key,
            max_age=BROWSER_KNOWN_FOR,
            secure=current_settings().is_secure,
            httponly=True,
            samesite="Lax",
            path="/account",
        )
        return answer

    return key


def _note_seen() -> None:
    """Every few minutes, that the device is in use."""
    if request.endpoint in ASKED_BY_SCRIPTS or not carries_session():
        return
    if not current_user.is_authenticated or device_id() is None or not may_note():
        return
    at = now()
    if at - g.device_seen_at >= service.SEEN_EVERY:
        with noting("when a device was seen last"), transaction():
            service.note_seen(g.device_id, at=at)
