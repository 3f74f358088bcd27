"""Whether two accounts are one person, as far as that can be told: one mailbox, one telephone, one browser.

It stops who has made himself a second account by the way; two browsers and two telephones of one person look like two.
"""

from flask import has_request_context
from sqlalchemy import select

from core.accounts.models.account import Account
from core.accounts.queries.devices import browser_key, knows_browser
from core.database import session

# Mail services that drop the dots of a name.
_WITHOUT_DOTS = frozenset({"gmail.com"})
_ALSO_CALLED = {"googlemail.com": "gmail.com"}
PHONE_DIGITS = 11


def mailbox(email: str) -> str:
    """Where an address leads: without its `+tag`, and without dots where they do not count."""
    name, _at, domain = email.lower().partition("@")
    domain = _ALSO_CALLED.get(domain, domain)
    name = name.partition("+")[0]
    return f"{name.replace('.', '') if domain in _WITHOUT_DOTS else name}@{domain}"


def contacts_of_one(email: str | None, phone: str | None) -> frozenset[str]:
    """By what one person is known again; a mailbox that is named after a telephone number is also that telephone's."""
    contacts = set()
    if email:
        contacts.add(mailbox(email))
        name = mailbox(email).partition("@")[0]
        if name.isdecimal() and len(name) == PHONE_DIGITS:
            contacts.add(name)
    if phone:
        contacts.add(phone[-PHONE_DIGITS:])
    return frozenset(contacts)


def same_person(account_id: int, other_id: int) -> bool:
    """Whether both accounts are one person's; in a request of `account_id`, also by the browser that it comes from.

    Demonstration accounts are shown by one person in one browser.
    """
    if account_id == other_id:
        return True
    rows = session.scalars(select(Account).where(Account.id.in_([account_id, other_id]))).all()
    if len(rows) != 2:
        return False
    account, other = rows
    if contacts_of_one(account.email, account.phone) & contacts_of_one(other.email, other.phone):
        return True
    if (account.demo and other.demo) or not has_request_context():
        return False
    return knows_browser(other_id, browser_key())
