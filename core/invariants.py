"""Statements about rows that always hold, and the rows that break one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from core.seal import Finding as Disagreement

# How many rows that break an invariant are named.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one invariant: how much was looked at, and the first rows of `table` that break it."""

    name: str
    checked: int
    broken: tuple[str, ...]
    table: str

    @property
    def holds(self) -> bool:
        """Whether no row breaks it."""
        return not self.broken


def disagreements(checks: Sequence[Callable[[], Finding]]) -> Iterator[Disagreement]:
    """The rows that break an invariant, one by one; `what: how` is how a broken row is written."""
    for check in checks:
        finding = check()
        for row in finding.broken:
            what, _colon, how = row.partition(": ")
            text = f"{how}; broken is: {finding.name}" if how else f"broken is: {finding.name}"
            yield Disagreement("broken", what, text, finding.table)
