"""Statements about rows that always hold, and the rows that break one."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import click

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


def tell_invariants(findings: Sequence[Finding]) -> None:
    """Print each invariant with the rows that break it; end with 1 where one is broken."""
    for finding in findings:
        click.echo(
            f"{'holds ' if finding.holds else 'BROKEN'}  {finding.name}  ({finding.checked:,} checked)"
        )
        for row in finding.broken:
            click.echo(f"          {row}")
    broken = sum(not finding.holds for finding in findings)
    click.echo(f"{len(findings) - broken} of {len(findings)} invariants hold")
    if broken:
        sys.exit(1)
