"""Names of the moments at which a process may die; tests watch them, nothing else does.

`observe` is given a function that is called with each name as it is reached; the fault tests end the
process there. Without an observer, `fault_point` does nothing.
"""

from __future__ import annotations

from collections.abc import Callable

_observers: list[Callable[[str], None]] = []


def observe(observer: Callable[[str], None] | None) -> None:
    """Call `observer(name)` at every step from now on; None stops that."""
    _observers.clear()
    if observer is not None:
        _observers.append(observer)


def fault_point(step: str) -> None:
    """The work has come to `step`."""
    for observer in _observers:
        observer(step)
