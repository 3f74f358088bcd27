"""When a payee account counts, and which unit's account an order is paid to. Pure."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar


class Standing(StrEnum):
    """What an account is at a moment."""

    PROPOSED = "proposed"  # by one person; a second one has to confirm
    COMING = "coming"  # confirmed; in force when the pause is over
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"  # before it was in force
    ENDED = "ended"  # while it was in force


#: A unit has at most one account on the way.
ON_THE_WAY = frozenset({Standing.PROPOSED, Standing.COMING})


class Account(Protocol):
    """What the rules look at."""

    @property
    def id(self) -> int: ...
    @property
    def in_force_from(self) -> datetime | None: ...
    @property
    def withdrawn_at(self) -> datetime | None: ...


A = TypeVar("A", bound=Account)


def in_force(accounts: Iterable[A], *, at: datetime) -> A | None:
    """The account of one unit that counts: the one that came into force last, unless it was ended.

    One that was withdrawn before its time never counted; after one that was ended none counts, not the one before it.
    """
    came = [account for account in accounts if _came_into_force(account, at=at)]
    newest = max(came, key=lambda account: (account.in_force_from, account.id), default=None)
    return newest if newest is not None and not _is_withdrawn(newest, at=at) else None


def standing(account: A, accounts: Iterable[A], *, at: datetime) -> Standing:
    """What `account` is among all accounts of its unit."""
    if not _came_into_force(account, at=at):
        if _is_withdrawn(account, at=at):
            return Standing.WITHDRAWN
        return Standing.PROPOSED if account.in_force_from is None else Standing.COMING
    if _is_withdrawn(account, at=at):
        return Standing.ENDED
    now_in_force = in_force(accounts, at=at)
    return Standing.IN_FORCE if now_in_force is account else Standing.REPLACED


def _came_into_force(account: Account, *, at: datetime) -> bool:
    since = account.in_force_from
    if since is None or since > at:
        return False
    return account.withdrawn_at is None or account.withdrawn_at >= since


def _is_withdrawn(account: Account, *, at: datetime) -> bool:
    return account.withdrawn_at is not None and account.withdrawn_at <= at


def paths_above(grower_paths: Iterable[str]) -> list[str]:
    """The paths of the units that stand above all of these growers, the lowest first; none when they share no town.

    A path is the codes from the root down, each followed by a slash.
    """
    shared: list[str] = []
    for codes in zip(*(path.rstrip("/").split("/") for path in grower_paths), strict=False):
        if len(set(codes)) > 1:
            break
        shared.append(codes[0])
    return ["/".join(shared[:depth]) + "/" for depth in range(len(shared), 0, -1)]
