"""One-time keys of forms: what was sent with a key is done once, however often and however simultaneously it is sent.

The row is written in the transaction of what the form made. A second request with the same key waits at the unique
key until the first has committed, and finds then where its answer led; when the first was undone, it goes on itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Engine, Row, Select, delete, select, update

from core.database import changed, insert_into, session
from core.errors import Conflict
from core.form_keys.models import FormKey
from core.form_keys.rules import FORGOTTEN_AFTER

FORGOTTEN_AT_ONCE = 5_000


@dataclass(frozen=True)
class Outcome:
    """What sending a form led to: an address, and what else its answer needs when it is given again."""

    address: str
    memo: str = ""


@dataclass(frozen=True)
class Sending:
    """One form as it was sent: its key, a digest of who sends it, and a digest of what it says."""

    key: str
    sender: str
    content: str


class SentBefore(Exception):  # noqa: N818 - it is an answer, not a fault
    """The form did its work before. No `DomainError`: a view that shows refusals on its form must not show this one."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class SentOtherwise(Conflict):
    """The form did its work before, and said something else then."""

    code = "form_sent_before"

    def __init__(self) -> None:
        super().__init__(
            _l(
                "This form has already been sent once, with something else in it. If you want a second one, send it again."
            )
        )


def claim(sending: Sending, *, at: datetime) -> None:
    """Take the key in the caller's transaction, waiting for another request that holds it.

    Raises:
        SentBefore: with what it led to then.
        SentOtherwise: the key was used for something else.
    """
    taken = session.scalar(
        insert_into(FormKey)
        .values(
            key=sending.key, sender=sending.sender, content=sending.content, leads_to="", memo="", used_at=at
        )
        .on_conflict_do_nothing(index_elements=[FormKey.key])
        .returning(FormKey.id)
    )
    if taken is None:
        raise SentBefore(_outcome(session.execute(_used(sending.key)).one(), sending))


def note_outcome(key: str, outcome: Outcome) -> None:
    """Write down where the answer leads, in the transaction that took the key."""
    values = {"leads_to": outcome.address, "memo": outcome.memo}
    changed(update(FormKey).where(FormKey.key == key).values(values))


def find_used(engine: Engine, sending: Sending) -> Outcome | None:
    """What the form led to when it was sent before; None when it was not. As committed now, beside the session.

    Raises:
        SentOtherwise: the key was used for something else.
    """
    with engine.connect() as connection:
        row = connection.execute(_used(sending.key)).one_or_none()
    return None if row is None else _outcome(row, sending)


def _used(key: str) -> Select[str, str, str, str]:
    return select(FormKey.sender, FormKey.content, FormKey.leads_to, FormKey.memo).where(FormKey.key == key)


def _outcome(row: Row[str, str, str, str], sending: Sending) -> Outcome:
    sender, content, address, memo = row
    if (sender, content) != (sending.sender, sending.content):
        raise SentOtherwise
    return Outcome(address, memo)


def forget_used(*, at: datetime, at_once: int = FORGOTTEN_AT_ONCE) -> int:
    """Forget up to `at_once` keys that no page can carry any more; how many. In the caller's transaction."""
    old = select(FormKey.id).where(FormKey.used_at < at - FORGOTTEN_AFTER).order_by(FormKey.id).limit(at_once)
    return changed(delete(FormKey).where(FormKey.id.in_(old)))
