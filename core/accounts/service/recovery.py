"""Recovery: the request writes down what was asked, the same for everybody; who is meant is looked up in a job.

So the answer tells nobody whether there is an account: neither by its words nor by its time.
"""

from typing import Any

from flask import Flask
from flask_security.recoverable import generate_reset_password_token

from core.accounts.events import RecoveryAsked
from core.accounts.models.account import Account
from core.accounts.queries.account import find_account
from core.accounts.rules.identity import Identity, parse_identity
from core.accounts.service import account as service
from core.accounts.service import codes, notices
from core.addresses import public_address
from core.clock import now
from core.ids import random_id
from core.outbox import service as outbox


def request_recovery(contact: Identity) -> str:
    """Note in the caller's transaction that recovery was asked for; the id of the page that takes a phone's code."""
    code_page = random_id(24)
    outbox.record(RecoveryAsked(contact.kind, contact.value, code_page))
    return code_page


def proved_by_link(_app: Flask, user: Account, **_more: Any) -> None:
    """A link of recovery was used: whoever opened it reads messages at the account's address.

    Links go to the address alone while nothing of the account is proved, and die when something is.
    """
    if user.email and not (user.email_confirmed_at or user.phone_confirmed_at):
        service.recover_by(user.id, Identity("email", user.email), at=now())


def answer(event: RecoveryAsked, *, event_id: str) -> None:  # noqa: ARG001 - the signature of handlers
    """Handler: a link by e-mail or a code by SMS, where there is an account and none was sent a short while ago."""
    contact = parse_identity(event.contact)
    account = find_account(contact) if contact else None
    if contact is None or account is None or not account.active or not service.recovers(account, contact):
        return
    if contact.kind == "phone":
        codes.send_code(account, "recover", contact, at=now(), public_id=event.code_page)
    elif codes.note_message(contact, "link", at=now()) is not None:
        token = generate_reset_password_token(account)
        notices.send_recovery_link(account, public_address("security.reset_password", token=token))
