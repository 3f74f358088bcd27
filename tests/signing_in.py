"""The session of somebody who is signed in, made by the same call that the sign-in page ends with."""

from http.cookies import SimpleCookie

from flask import Flask, session
from flask_security import login_user

from core.accounts.models.account import Account
from core.database import db


def session_cookie(app: Flask, account_id: int, *, user_agent: str = "") -> str:
    """The value of the session's cookie for this account, for a client that calls itself `user_agent`.

    Called inside an application context. The page itself (form, password, second factor, limits) is not passed: tests
    of signing in send it.
    """
    headers = {"User-Agent": user_agent} if user_agent else {}
    with app.test_request_context("/account/sign-in", headers=headers):
        login_user(db.session.get_one(Account, account_id), authn_via=["password"])
        answer = app.make_response("")
        app.session_interface.save_session(app, session, answer)
    name = app.session_interface.get_cookie_name(app)
    return SimpleCookie(answer.headers["Set-Cookie"])[name].value
