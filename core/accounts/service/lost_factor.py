"""A person lost the second factor and the recovery codes: an operator takes it off, in plain sight. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select

from core.accounts.models.account import Account, FactorReset
from core.accounts.models.devices import FactorGuess
from core.accounts.service import notices
from core.accounts.service.devices import end_others
from core.database import session
from core.errors import Conflict
from core.transitions import require_reason

SHOWN_FOR = timedelta(days=90)


@dataclass(frozen=True)
class ResetView:
    """When a second factor was taken off, by whom and why."""

    at: datetime
    by: str
    reason: str


def take_off(account_id: int, *, by_account_id: int, reason: str, at: datetime) -> None:
    """Take the second factor and its recovery codes off, end every sign-in, and tell the owner at every contact.

    The password stays; whose role needs a second factor sets up another one before anything else.

    Raises:
        Invalid: no reason.
        Conflict: there is none to take off.
    """
    reason = require_reason(reason, _("Say why; the owner of the account reads it."))
    account = session.get_one(Account, account_id, with_for_update=True)
    if not account.has_second_factor:
        raise Conflict(_("This account has no second factor."), code="no_second_factor")
    account.tf_primary_method = account.tf_totp_secret = account.tf_last_counter = None
    account.mf_recovery_codes = None
    session.execute(delete(FactorGuess).where(FactorGuess.account_id == account_id))
    end_others(account_id, but=None, by="second_factor", at=at)
    session.add(FactorReset(account_id=account_id, by_account_id=by_account_id, reason=reason, at=at))
    session.flush()
    by = session.get_one(Account, by_account_id).display_name
    notices.tell_factor_taken_off(account, by=by, reason=reason)


def resets_of(account_id: int, *, at: datetime) -> Sequence[ResetView]:
    """What its owner sees on the account's page for some months, the latest first."""
    rows = session.execute(
        select(FactorReset, Account.display_name)
        .join(Account, Account.id == FactorReset.by_account_id)
        .where(FactorReset.account_id == account_id, FactorReset.at > at - SHOWN_FOR)
        .order_by(FactorReset.id.desc())
    )
    return [ResetView(row.at, by, row.reason) for row, by in rows]
