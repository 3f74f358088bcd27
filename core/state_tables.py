"""What may follow what, as data. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar, cast

from core.errors import Conflict

State = TypeVar("State", bound=Hashable)
Step = TypeVar("Step", bound=Hashable)


def wrong_state(current: object, target: object) -> Conflict:
    """What is answered when no step leads from `current` to `target`; for programs, pages say it in their words."""
    return Conflict(f"{current} -> {target}", code="wrong_state", current=current, target=target)


class StateTable(dict[State, Mapping[Step, State] | frozenset[State]], Generic[State, Step]):
    """Of each state, the steps that may be taken and where they lead: `{from: {step: to}}`.

    Where steps have no names but where they lead: `{from: frozenset({to})}`. What is made comes from None.
    """

    def after(self, current: State | str | None, step: Step) -> State | None:
        """Where `step` leads from `current`, by its text too; None when it cannot be taken there."""
        steps = self.get(cast("State", current), frozenset())  # a StrEnum equals its text
        if isinstance(steps, Mapping):
            return steps.get(step)
        return cast("State", step) if step in steps else None

    def check(self, current: State | str, step: Step) -> State:
        """Where `step` leads from `current`.

        Raises:
            Conflict: code `wrong_state`, with `current` and `target`, when the table does not have it.
        """
        target = self.after(current, step)
        if target is None:
            raise wrong_state(current, step)
        return target

    def allows(self, current: State | str, step: Step) -> bool:
        """Whether `step` can be taken from `current`."""
        return self.after(current, step) is not None

    def steps_from(self, current: State | str) -> list[Step]:
        """The steps that can be taken from `current`, in the order of the table."""
        return list(cast("Iterable[Step]", self.get(cast("State", current), ())))

    def sources_of(self, target: State) -> frozenset[State]:
        """The states from which `target` can be reached in one step."""
        return frozenset(
            state
            for state, steps in self.items()
            if target in (steps.values() if isinstance(steps, Mapping) else steps)
        )
