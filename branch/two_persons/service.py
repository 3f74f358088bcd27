"""What one person proposed, another one decides: who may not, what is said to him, and the decision on the row.

Whether it still waits, who holds the permission, when the decision counts and who is told of it are each feature's, in
its own order.
Nothing here commits.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from branch.growers.queries.independence import require_independent
from core.database import session
from core.errors import DomainError


@dataclass(frozen=True, kw_only=True)
class TwoPersons:
    """One kind of such decisions.

    Args:
        own: what is said to the account that took an earlier step.
        earlier: the accounts that took one, of a row.
        seal: called with a row once the decision stands on it.
    """

    own: Callable[[], DomainError]
    earlier: Callable[[Any], Collection[int | None]] = lambda row: [row.proposed_by_account_id]
    seal: Callable[[Any], object] = lambda _row: None

    def require_another(self, row: Any, by: int, *, grower_id: int | None = None) -> None:
        """Refuse whoever took an earlier step (`own`), also by another account, and whoever works for the grower.

        Raises:
            DomainError: `own`, or as `require_independent`.
        """
        accounts = self.earlier(row)
        if by in accounts:
            raise self.own()
        require_independent(by, grower_id, earlier=accounts)

    def sign(self, row: Any, word: str = "decided", *, at: datetime, by: int, **columns: object) -> None:
        """Write who decided and when (`<word>_by_account_id`, `<word>_at`) and what, on a row that is held, and seal it."""
        for column, value in {f"{word}_by_account_id": by, f"{word}_at": at, **columns}.items():
            setattr(row, column, value)
        session.flush()
        self.seal(row)
