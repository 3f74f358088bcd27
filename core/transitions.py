"""The one way a state changes: along its table, on a row that is held, leaving a row that tells of it.

    LIFE = StateMachine(TRANSITIONS, StorefrontChange, of="storefront_id")

    storefront = locked(Storefront, Storefront.public_id == public_id)
    LIFE.require(storefront, Step.SUSPEND)
    LIFE.move(storefront, Step.SUSPEND, at=at, by=by_account_id, reason=reason)

A feature keeps its states, its table and its sentences; who may take a step, and what follows from it, it says around
the move, in its own order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flask_babel import gettext as _

from core.database import session
from core.errors import Conflict, DomainError, Invalid
from core.state_tables import State, StateTable, Step

if TYPE_CHECKING:
    from datetime import datetime

Change = TypeVar("Change")


def decided_meanwhile(*_moved: object) -> Conflict:
    """What is said to whoever decides what somebody else decided first."""
    return Conflict(_("This has been decided meanwhile; the page shows the present state."), code="decided")


def require_reason(reason: str, sentence: str, *, code: str = "reason_missing") -> str:
    """The reason without the space around it.

    Raises:
        Invalid: `sentence`, when nothing was written.
    """
    if not reason.strip():
        raise Invalid(sentence, code=code)
    return reason.strip()


@dataclass(frozen=True)
class StateMachine(Generic[State, Step, Change]):
    """A table of states, and the table of rows that tell of its steps.

    Args:
        table: what may follow what.
        change: the model of the rows that tell of steps; of `step`, `from_state` and `to_state` it has what it needs.
        of: the column of `change` that names the row that moved.
        column: where the row that moves keeps its state.
        refusal: what is raised, made of row and step, when the table does not have it; without it `wrong_state`.
        seal: called with the row and its change once both are flushed.
    """

    table: StateTable[State, Step]
    change: Callable[..., Change]
    of: str
    column: str = "state"
    refusal: Callable[[Any, Step], DomainError] | None = None
    seal: Callable[[Any, Change], None] | None = None

    def require(self, row: Any, step: Step) -> State:
        """Where `step` leads from where the row stands.

        Raises:
            DomainError: the refusal, when the table does not have it.
        """
        current = getattr(row, self.column)
        if self.refusal is None:
            return self.table.check(current, step)
        target = self.table.after(current, step)
        if target is None:
            raise self.refusal(row, step)
        return target

    def move(
        self, row: Any, step: Step, *, at: datetime, by: int | None, to: State | None = None, **columns: Any
    ) -> Change:
        """Take a step with a row that is held, leave its change and seal it; `columns` are further ones of the change.

        Args:
            row: what moves, held by the caller's transaction.
            step: what is done.
            at: now.
            by: the account; None when no person is known.
            to: where it leads when that is not what the table says; the table must have the step all the same.
            columns: further columns of the change.

        Raises:
            DomainError: the refusal, when the table does not have it.
        """
        current, target = getattr(row, self.column), self.require(row, step)
        setattr(row, self.column, str(target if to is None else to))
        return self.note(row, current, step=step, at=at, by=by, **columns)

    def note(
        self,
        row: Any,
        before: State | str | None,
        *,
        at: datetime,
        by: int | None,
        step: Step | None = None,
        **columns: Any,
    ) -> Change:
        """Leave the change of a row that stood at `before` (None: it is new) and stands where it stands, and seal it."""
        step_columns = {
            "step": step and str(step),
            "from_state": before,
            "to_state": getattr(row, self.column),
        }
        columns |= {name: value for name, value in step_columns.items() if hasattr(self.change, name)}
        change = self.change(**{self.of: row.id}, at=at, by_account_id=by, **columns)
        session.add(change)
        if self.seal is not None:
            session.flush()
            self.seal(row, change)
        return change
