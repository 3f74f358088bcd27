"""Forms that create something carry a one-time key, so that sending one twice makes one thing.

A view that creates is marked `@creates` and does its work inside `with creating() as made:`, the one transaction in
which the key is used up; there it says where the answer leads. Whatever is sent a second time with the same key (a
double click, a reload, a phone that sends again, two requests at the same moment) is led to the same place and does
nothing. Pages get their keys from the macro `csrf`; forms of pages are `PageForm`s.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, flash, g, redirect, request, session
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from core.clock import now
from core.database import db, transaction
from core.errors import DomainError, Invalid
from core.form_keys.rules import make_key, read_key
from core.form_keys.service import Outcome, Sending, SentBefore, SentOtherwise, claim, find_used, note_outcome
from core.settings import current_settings

View = TypeVar("View", bound=Callable[..., Any])
FIELD = "form_key"
SEE_OTHER = 303


@dataclass
class _Sent:
    """What came with this request: a sending, or the sentence that says why it cannot be taken as it is."""

    sending: Sending | None = None
    problem: str | None = None
    answered: bool = False


class Creation:
    """What a form made: where the answer to it leads."""

    outcome: Outcome | None = None

    def leads_to(self, address: str, *, memo: str = "") -> None:
        """Say so inside the transaction; a second sending is led there too. `memo` is for `creates(again=...)`."""
        self.outcome = Outcome(address, memo)

    def answer(self) -> Response:
        """The way to what was made."""
        assert self.outcome is not None
        return redirect(self.outcome.address, SEE_OTHER)


def form_key() -> str:
    """A fresh one-time key for the form that is being written, for templates."""
    generate_csrf()  # a visitor is known by the session that this begins
    return make_key(_secret(), _sender(), at=now())


def lead_there(outcome: Outcome) -> Response:
    """The answer to a second sending: the way to what the first one made."""
    return redirect(outcome.address, SEE_OTHER)


def creates(
    *, keyless: bool = False, again: Callable[[Outcome], Response] = lead_there
) -> Callable[[View], View]:
    """Mark a view that makes something new whenever its form is sent; put it next to the function.

    With `keyless` a form without a good key is taken too, as from programs that the contract invites; one with a key
    is still taken once. `again` answers a second sending where leading there is not enough.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def once(*args: Any, **kwargs: Any) -> Any:
            if request.method != "POST":
                return view(*args, **kwargs)
            return _once(lambda: view(*args, **kwargs), _read(keyless=keyless), again)

        once.creates = True  # type: ignore[attr-defined]
        return once  # type: ignore[return-value]

    return mark


def _once(view: Callable[[], Any], sent: _Sent, again: Callable[[Outcome], Response]) -> Any:
    g.form_sent = sent

    def answer_again(outcome: Outcome) -> Response:
        flash(_("This had been sent before. It was done once; nothing was done a second time."), "info")
        return again(outcome)

    if (before := _sent_before(sent)) is not None:
        return answer_again(before)
    try:
        answer = view()
    except SentBefore as found:
        return answer_again(found.outcome)
    except DomainError:
        # What the first sending made may be the very reason why the second one is refused.
        if (before := _sent_before(sent)) is not None:
            return answer_again(before)
        raise
    status = _status(answer)
    if status >= 400 and (before := _sent_before(sent)) is not None:
        return answer_again(before)
    if current_app.testing and 300 <= status < 400 and not sent.answered:
        raise RuntimeError(f"{request.endpoint} is marked @creates and answered without creating()")
    return answer


@contextmanager
def creating() -> Iterator[Creation]:
    """The transaction in which a form does its work and its key is used up.

    Raises:
        Invalid: the page is too old, or its key is not this sender's; nothing was done.
        SentBefore: it was done before; `@creates` answers this.
        SentOtherwise: the key was used for something else.
    """
    sent: _Sent = g.form_sent
    if sent.problem:
        raise Invalid(sent.problem, code="form_key")
    made = Creation()
    with transaction():
        if sent.sending is not None:
            claim(sent.sending, at=now())
        yield made
        if made.outcome is None:
            raise RuntimeError(f"{request.endpoint} did not say where its answer leads")
        if sent.sending is not None:
            note_outcome(sent.sending.key, made.outcome)
    sent.answered = True


def made_nothing(answer: Response) -> Response:
    """Let a view that creates lead away without having made anything, as when there is nothing to be made any more."""
    if (sent := g.get("form_sent")) is not None:
        sent.answered = True
    return answer


def stop_if_sent() -> None:
    """Inside another transaction of the same view: go no further when the form has done its work meanwhile.

    Raises:
        SentBefore: it has; `@creates` answers this.
    """
    sent: _Sent = g.form_sent
    if (before := _sent_before(sent)) is not None:
        raise SentBefore(before)


def _read(*, keyless: bool) -> _Sent:
    key = read_key(_secret(), _sender(), request.form.get(FIELD, ""), at=now())
    if key is None and keyless:
        return _Sent()
    if key is None:
        return _Sent(
            problem=_("This page was opened too long ago, or before you signed in. Please send it once more.")
        )
    return _Sent(Sending(key, _digest(_sender()), _content()))


def _sent_before(sent: _Sent) -> Outcome | None:
    if sent.sending is None or sent.answered:
        return None
    try:
        return find_used(db.engine, sent.sending)
    except SentOtherwise as otherwise:
        sent.problem = str(otherwise)
        return None


def _status(answer: Any) -> int:
    if isinstance(answer, tuple):
        return next((part for part in answer[1:] if isinstance(part, int)), 200)
    return getattr(answer, "status_code", 200)


def _secret() -> str:
    return current_settings().secret


def _sender() -> str:
    """Who sends: the account, or the visitor's session."""
    if current_user and current_user.is_authenticated:
        return f"account {current_user.id}"
    return f"session {session.get('csrf_token', '')}"


def _content() -> str:
    """A digest of what the form says and where it is sent; files by their name and size."""
    fields = sorted(
        (name, value)
        for name, values in request.form.lists()
        if name != FIELD and not name.endswith("csrf_token")
        for value in values
    )
    files = sorted((name, file.filename or "", _size(file)) for name, file in request.files.items(multi=True))
    return _digest(json.dumps([request.path, fields, files]))


def _size(file: FileStorage) -> int:
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    return size


def _digest(text: str) -> str:
    """A digest that tells nothing without our secret: forms hold passwords and telephone numbers, which can be guessed."""
    return hmac.digest(_secret().encode(), f"form\n{text}".encode(), "sha256").hex()


def init_sending(app: Flask) -> None:
    """Give templates `form_key`."""
    app.jinja_env.globals["form_key"] = form_key
