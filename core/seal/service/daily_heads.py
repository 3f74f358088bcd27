"""A signed head a day, kept, told by feed, and sent to those who want to keep it themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from core.clock import local_day
from core.database import session
from core.languages import BY_LOCALE, FIRST
from core.messaging.service import enqueueing as messaging
from core.seal.models.leaves import SealHead
from core.seal.models.log import this_log
from core.seal.rules.note import Checkpoint, Note
from core.settings import current_settings


@dataclass(frozen=True, slots=True)
class Head:
    """A head of the log as it was signed on a day."""

    day: date
    size: int
    root: bytes
    note: str
    at: datetime

    @property
    def short(self) -> str:
        """Size and the beginning of the root, as they stand in print."""
        return short_head(self.size, self.root)


def short_head(size: int, root: bytes) -> str:
    """Size and the first twelve bytes of the root, for people and paper."""
    return f"{size} · {root[:12].hex()}"


def present_head() -> Checkpoint | None:
    """The head that is published now; None before the first."""
    note = this_log().store.checkpoint()
    return _head_in(note) if note is not None else None


def _head_in(note: str) -> Checkpoint:
    return Checkpoint.parse(Note.parse(note).text)


def _witnessed_beyond(size: int) -> str | None:
    note = this_log().store.witnessed()
    return note if note is not None and _head_in(note).size > size else None


def keep_head(*, at: datetime) -> bool:
    """Keep today's head, once, and queue it for those of CHECKPOINT_TO; whether there was one to keep.

    The witnessed one is taken while witnesses keep up: one that tells no more than what was kept last leaves open what has
    come since, so that the present one is taken. Rows join the caller's transaction.
    """
    note = _witnessed_beyond(session.scalar(select(func.max(SealHead.size))) or 0)
    note = note or this_log().store.checkpoint()
    day = local_day(at)
    if note is None or session.scalar(select(SealHead.id).where(SealHead.day == day)) is not None:
        return False
    head = _head_in(note)
    session.add(SealHead(day=day, size=head.size, root=head.root.hex(), note=note, at=at))
    settings = current_settings()
    texts = _message_texts(day, short_head(head.size, head.root))
    for receiver in settings.checkpoint_to:
        messaging.enqueue(
            dedupe_key=f"checkpoint:{day.isoformat()}:{receiver}"[:160],
            to=receiver,
            template="checkpoint",
            context={
                "day": day.isoformat(),
                "told": texts,
                "note": note,
                "url": f"{settings.base_url}/log/compare",
            },
            locale=FIRST.locale,
            at=at,
        )
    session.flush()
    return True


def _message_texts(day: date, head: str) -> list[dict[str, str]]:
    """What the message says, in each language: whoever keeps heads for others may read either."""
    texts = []
    for locale in BY_LOCALE:
        with force_locale(locale):
            title = _("The public log on %(day)s: %(head)s", day=day.isoformat(), head=head)
            words = _(
                "Keep this text as it stands. Whoever has it can show at any time whether the log was rewritten since:"
            )
            texts.append({"title": title, "words": words})
    return texts


def kept_heads(count: int) -> list[Head]:
    """The heads of the last days, the newest first."""
    rows = session.scalars(select(SealHead).order_by(SealHead.day.desc()).limit(count))
    return [Head(row.day, row.size, bytes.fromhex(row.root), row.note, row.at) for row in rows]
