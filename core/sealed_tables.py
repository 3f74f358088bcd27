"""What of the ground floor's own tables is sealed: that something was to be told, and whom, cannot be taken out unseen.

Nor can it be that an operator took somebody's second factor off.
"""

from core.accounts.models.account import FactorReset
from core.messaging.models import Message
from core.outbox.models import OutboxEvent
from core.seal.service.sealed_rows import SealedRows

DELIVERY = ("attempts", "available_at", "last_error", "failed_at", "set_aside_at")

EVENTS = SealedRows(
    "outbox_event",
    OutboxEvent,
    columns=("event_id", "name", "recorded_at"),
    digests=("body",),
    besides=(*DELIVERY, "done_at", "dead_at"),
    added=True,
)
MESSAGES = SealedRows(
    "message",
    Message,
    columns=("template", "recorded_at"),
    digests=("dedupe_key", "receiver", "context"),
    besides=(*DELIVERY, "locale", "state", "sent_at", "forget_at"),
    added=True,
)

FACTOR_RESETS = SealedRows(
    "factor_reset",
    FactorReset,
    columns=("account_id", "by_account_id", "at"),
    digests=("reason",),
)

ROWS = (EVENTS, MESSAGES, FACTOR_RESETS)
