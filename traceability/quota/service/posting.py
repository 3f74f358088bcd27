"""Writing the ledger: every set of postings adds up to zero, and no account is ever overdrawn."""

from collections.abc import Mapping
from dataclasses import astuple
from datetime import datetime

from sqlalchemy import select, tuple_, update

from core import seal
from core.clock import local_year
from core.database import changed, insert_into, session
from core.ids import readable_number
from traceability.lots.models.tables import Lot
from traceability.quota.models.sealing import move_body, move_subject
from traceability.quota.models.tables import QuotaAccount, QuotaMove, QuotaPosting
from traceability.quota.rules import AccountName, MoveKind, Role, is_balanced

KEY = ("grower_id", "unit_id", "cultivar_group", "size_class", "year", "role")
COLUMNS = tuple(getattr(QuotaAccount, name) for name in KEY)


class OverdrawnError(Exception):
    """An account does not hold what was to be taken off it. Services turn it into words."""

    def __init__(self, account: AccountName, holds: int) -> None:
        super().__init__(f"{account} holds {holds}")
        self.account = account
        self.holds = holds


def post(
    kind: MoveKind,
    legs: Mapping[AccountName, int],
    *,
    plants: int,
    reference: str,
    at: datetime,
    by: int | None,
    reason: str = "",
    lot_id: int | None = None,
) -> QuotaMove:
    """Write one movement with its legs; rows are locked in one order, so that two movements never deadlock.

    Raises:
        ValueError: the legs do not add up to zero.
        OverdrawnError: an account would fall below zero (the source of quota: rise above it).
    """
    if not is_balanced(legs):
        raise ValueError("a set of postings adds up to zero")
    names = sorted(name for name, amount in legs.items() if amount)
    ids = accounts(names)
    for name in names:
        if not _book(ids[name], legs[name]):
            raise OverdrawnError(name, _held(ids[name]))
    move = QuotaMove(
        number=readable_number("Q", local_year(at)),
        kind=str(kind),
        plants=plants,
        lot_id=lot_id,
        reference=reference,
        reason=reason,
        at=at,
        by_account_id=by,
    )
    session.add(move)
    session.flush()
    session.add_all(QuotaPosting(move_id=move.id, account_id=ids[name], plants=legs[name]) for name in names)
    session.flush()
    seal.append("quota_posting", move_subject(move), move_body(move, _lot_number(lot_id), legs))
    return move


def _lot_number(lot_id: int | None) -> str | None:
    return session.scalar(select(Lot.number).where(Lot.id == lot_id)) if lot_id is not None else None


def _book(account_id: int, plants: int) -> bool:
    """Add `plants` to the balance if the account allows it, in one conditional update."""
    after = QuotaAccount.balance + plants
    allowed = ((QuotaAccount.role == str(Role.CAPACITY)) & (after <= 0)) | (
        (QuotaAccount.role != str(Role.CAPACITY)) & (after >= 0)
    )
    return (
        changed(update(QuotaAccount).where(QuotaAccount.id == account_id, allowed).values(balance=after)) == 1
    )


def _held(account_id: int) -> int:
    return session.scalar(select(QuotaAccount.balance).where(QuotaAccount.id == account_id)) or 0


def accounts(names: list[AccountName]) -> dict[AccountName, int]:
    """The ids of these accounts, opened with nothing on them where they did not exist."""
    ids = _ids(names)
    missing = [name for name in names if name not in ids]
    if missing:
        rows = [
            dict(zip(KEY, (*astuple(name.key), str(name.role)), strict=True)) | {"balance": 0}
            for name in missing
        ]
        session.execute(
            insert_into(QuotaAccount).values(rows).on_conflict_do_nothing(index_elements=list(KEY))
        )
        ids = _ids(names)
    return ids


def _ids(names: list[AccountName]) -> dict[AccountName, int]:
    wanted = [(*astuple(name.key), str(name.role)) for name in names]
    rows = session.execute(
        select(QuotaAccount.key, QuotaAccount.role, QuotaAccount.id).where(tuple_(*COLUMNS).in_(wanted))
    )
    return {AccountName(key, Role(role)): account_id for key, role, account_id in rows}
