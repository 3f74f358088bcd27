"""Sessions that cost nothing to those who have none: most visitors only look."""

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

SESSION_COOKIE = "guiyuan"
REMEMBER_COOKIE = "guiyuan_remember"


def carries_session() -> bool:
    """Whether the present request brings a session, or a device's key that begins one."""
    return not request.cookies.keys().isdisjoint({SESSION_COOKIE, REMEMBER_COOKIE})


class LightSessions(SecureCookieSessionInterface):
    """Flask's own signed cookies; a visitor without one gets an empty session without any signing made ready."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if app.secret_key and not request.cookies.get(self.get_cookie_name(app)):
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session or session.modified or session.accessed:
            super().save_session(app, session, response)
