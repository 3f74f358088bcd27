"""Verbs on payee accounts: one person proposes, another confirms, anyone who may confirm withdraws. Nothing here commits."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from branch import api as branch
from core.database import locked, session
from core.errors import Conflict, existing
from core.ids import random_id
from core.outbox.service import record
from core.settings import current_settings
from core.transitions import require_reason
from shop.payees.events import PayeeConfirmed, PayeeProposed, PayeeWithdrawn
from shop.payees.models.sealing import seal_account
from shop.payees.models.tables import PayeeAccount
from shop.payees.queries import payees_of

PROPOSE, CONFIRM = "payees.propose", "payees.confirm"

PAYEE = branch.TwoPersons(
    own=lambda: Conflict(
        _("You proposed this account; another person has to confirm it."), code="same_person"
    ),
    seal=seal_account,
)


def pause() -> timedelta:
    """How long a confirmed account waits before buyers are told it."""
    return timedelta(hours=current_settings().payee_pause_hours)


def propose(
    unit_id: int,
    *,
    payee: str,
    bank: str,
    account_number: str,
    note: str = "",
    reason: str,
    by: int,
    at: datetime,
) -> str:
    """Propose where the buyers of a unit's growers transfer to; the public id of the proposal.

    Raises:
        Forbidden: the account may not propose there.
        Conflict: another account of the unit is on the way, or nobody there would look for the transfers.
        Invalid: no reason given.
    """
    unit = branch.require_unit_access(by, unit_id, PROPOSE)
    reason = require_reason(reason, _("Say why the account changes; everyone concerned reads it."))
    branch.lock_unit(unit.id)
    if payees_of([unit], at=at)[0].on_the_way is not None:
        raise Conflict(
            _("Another account of this unit is on the way. Withdraw it first, or wait until it is in force."),
            code="payee_on_the_way",
        )
    if not _has_cashier(unit):
        raise Conflict(
            _(
                "Nobody at this unit or above it looks for transfers. Give somebody the role of secretary there first."
            ),
            code="no_cashier",
        )
    row = PayeeAccount(
        public_id=random_id(20),
        unit_id=unit_id,
        unit_path=unit.path,
        payee=payee.strip(),
        bank=bank.strip(),
        account_number=account_number.strip(),
        note=note.strip(),
        reason=reason,
        proposed_by_account_id=by,
        proposed_at=at,
    )
    session.add(row)
    session.flush()
    seal_account(row)
    record(PayeeProposed(row.public_id), at=at)
    return row.public_id


def confirm(public_id: str, *, by: int, at: datetime) -> datetime:
    """The second person confirms; answers from when the account counts.

    Raises:
        Forbidden: the account may not confirm there, or is another one of whoever proposed it.
        Conflict: the same person proposed it, or somebody who may not any more, or it was confirmed or withdrawn
            meanwhile.
        NotFound: there is none with this id.
    """
    row = _locked(public_id)
    branch.require_unit_access(by, row.unit_id, CONFIRM)
    PAYEE.require_another(row, by)
    if not branch.may(row.proposed_by_account_id, PROPOSE, row.unit_id):
        raise Conflict(
            _("Whoever proposed this account may not any more. Withdraw it and propose it anew."),
            code="proposer_left",
        )
    since = at + pause()
    _require_undecided(row.confirmed_at or row.withdrawn_at)
    PAYEE.sign(row, "confirmed", at=at, by=by, in_force_from=since)
    record(PayeeConfirmed(public_id), at=at)
    return since


def withdraw(public_id: str, *, reason: str, by: int, at: datetime) -> None:
    """Take an account back, at once: before it counts, or as one to which nobody should transfer any more.

    Raises:
        Forbidden: the account may not confirm there.
        Conflict: it was withdrawn before.
        Invalid: no reason given.
        NotFound: there is none with this id.
    """
    row = _locked(public_id)
    branch.require_unit_access(by, row.unit_id, CONFIRM)
    reason = require_reason(reason, _("Say why; everyone concerned reads it."))
    _require_undecided(row.withdrawn_at)
    PAYEE.sign(row, "withdrawn", at=at, by=by, withdrawn_reason=reason)
    record(PayeeWithdrawn(public_id), at=at)


def _has_cashier(unit: branch.UnitView) -> bool:
    members = branch.members_of(branch.upwards(unit.id))
    return any(branch.may(member.account_id, "payments.confirm", unit.id) for member in members)


def _require_undecided(decided_at: datetime | None) -> None:
    if decided_at is not None:
        raise Conflict(_("Somebody decided about this account meanwhile."), code="payee_decided")


def _locked(public_id: str) -> PayeeAccount:
    row = locked(PayeeAccount, PayeeAccount.public_id == public_id)
    return existing(row, _l("There is no such account."), code="no_such_payee")
