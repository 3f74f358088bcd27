"""Tells those who look after the machine what went wrong there."""

from sqlalchemy import select

from branch.organisation.models import Membership
from core import messaging
from core.accounts.models import Account
from core.backup.events import BackupFailed, FaultsFoundByBackup
from core.database import session


def tell_operators_of_backup(event: BackupFailed | FaultsFoundByBackup, *, event_id: str) -> None:
    """Handler: one message to each operator when a night's backup failed, or found something damaged."""
    made = isinstance(event, FaultsFoundByBackup)
    error = event.faults if isinstance(event, FaultsFoundByBackup) else event.error
    operators = session.scalars(
        select(Account)
        .where(
            Account.active,
            Account.id.in_(select(Membership.account_id).where(Membership.role == "operator")),
        )
        .order_by(Account.id)
    )
    for account in operators:
        receiver = account.email or account.phone
        if receiver:
            messaging.enqueue(
                dedupe_key=f"{event_id}:{account.id}",
                to=receiver,
                template="backup_failed",
                context={"night": event.night, "error": error, "made": made},
                locale=account.locale,
            )
