"""Accounts for tests. The password is hashed once per run, because hashing is slow on purpose."""

import itertools
import uuid
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask_security import hash_password

from core.accounts.models.account import Account
from core.clock import now
from core.database import session

PASSWORD = "three osmanthus trees"
_numbers = itertools.count(1)


@lru_cache(maxsize=1)
def hashed() -> str:
    return hash_password(PASSWORD)


def make_account(
    *, email: str | None = "", phone: str | None = None, at: datetime | None = None, **columns: Any
) -> Account:
    """An account that signs in with `PASSWORD`; demonstration ones need no second factor."""
    moment = at or now()
    number = next(_numbers)
    email = f"person{number}@example.org" if email == "" else email
    values = {
        "fs_uniquifier": uuid.uuid4().hex,
        "email": email,
        "phone": phone,
        "email_confirmed_at": moment if email else None,
        "phone_confirmed_at": moment if phone else None,
        "password": hashed(),
        "active": True,
        "display_name": f"Person {number}",
        "locale": "zh_Hans_CN",
        "demo": True,
        "created_at": moment,
    }
    account = Account(**(values | columns))
    session.add(account)
    session.flush()
    return account
