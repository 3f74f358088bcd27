"""`flask quota`: prove the quota ledger."""

from core.command_groups import CommandGroup
from core.database import transaction
from core.invariants import tell_invariants
from traceability.quota.queries import invariants

group = CommandGroup("quota", help="What registered land may bring to market.")


@group.command("check")
def check() -> None:
    """Print every invariant of quota and lots with the rows that break it; fails when one is broken."""
    with transaction():
        findings = invariants.check_all()
    tell_invariants(findings)
