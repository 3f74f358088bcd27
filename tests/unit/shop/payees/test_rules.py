"""When a payee account counts, and which units stand above an order's growers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from shop.payees.rules import Standing, in_force, paths_above, standing

NOON = datetime(2026, 3, 12, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Account:
    """Hours from noon at which it comes into force, and at which it is withdrawn."""

    id: int
    since: int | None = None
    until: int | None = None

    @property
    def in_force_from(self):
        return None if self.since is None else NOON + timedelta(hours=self.since)

    @property
    def withdrawn_at(self):
        return None if self.until is None else NOON + timedelta(hours=self.until)


OLD = Account(1, since=-100)


@pytest.mark.parametrize(
    ("account", "expected", "counts"),
    [
        (Account(2), Standing.PROPOSED, OLD),
        (Account(2, since=1), Standing.COMING, OLD),
        (Account(2, since=0), Standing.IN_FORCE, Account(2, since=0)),
        (Account(2, until=-1), Standing.WITHDRAWN, OLD),
        (Account(2, since=-1, until=-2), Standing.WITHDRAWN, OLD),
        (Account(2, since=5, until=-1), Standing.WITHDRAWN, OLD),
        (Account(2, since=-2, until=-1), Standing.ENDED, None),
        (Account(2, since=-2, until=0), Standing.ENDED, None),
        (Account(2, since=-2, until=-2), Standing.ENDED, None),
        (Account(2, since=1, until=0), Standing.WITHDRAWN, OLD),
        (Account(2, since=-2, until=1), Standing.IN_FORCE, Account(2, since=-2, until=1)),
        (Account(2, since=-200), Standing.REPLACED, OLD),
    ],
)
def test_the_account_that_came_into_force_last_counts_unless_it_was_ended(account, expected, counts):
    accounts = [OLD, account]
    assert standing(account, accounts, at=NOON) is expected
    assert in_force(accounts, at=NOON) == counts


@pytest.mark.parametrize(
    ("paths", "above"),
    [
        (["a/b/c/"], ["a/b/c/", "a/b/", "a/"]),
        (["a/b/c/", "a/b/d/"], ["a/b/", "a/"]),
        (["a/b/c/", "a/bb/c/"], ["a/"]),
        (["a/b/", "c/b/"], []),
        ([], []),
    ],
)
def test_an_order_is_below_the_units_that_stand_above_all_of_its_growers(paths, above):
    assert paths_above(paths) == above
