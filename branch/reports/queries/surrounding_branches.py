"""Reading what stands around a report's unit: the branches whose months its public edition is made of."""

from __future__ import annotations

from sqlalchemy import select

from branch.growers.models.tables import Grower
from branch.ledger.queries import sums
from branch.ledger.rules.periods import Period, parse_period, twelve_months
from branch.organisation.models.tables import Unit
from branch.organisation.queries.tree import UnitView, get_unit
from branch.reports.facts.blocks import NO_BRANCH, BranchFacts
from branch.reports.facts.evidence import Scope
from branch.reports.facts.figures import MonthRow, Totals
from core.database import session


def branch_facts(period: Period, unit: UnitView, scope: Scope) -> BranchFacts:
    """The facts of the branches that `unit` reaches over, or of the one that it lies in."""
    widest = widest_of(unit)
    homes, villages = _homes(widest)
    evidence = scope.evidence
    if widest.id == unit.id:
        return BranchFacts(evidence.rows, evidence.sizes, evidence.provinces, homes, villages)
    since = twelve_months(period)[0].year_before().start
    rows = sums.sums_by(
        "grower", "month", "channel", "cultivar_group",
        grower_ids=sorted(homes), since=since, until=period.end,
    )  # fmt: skip
    return BranchFacts(
        tuple(
            MonthRow(
                row.key[0], parse_period(row.key[1]), row.key[2], row.key[3],
                Totals(row.orders, row.plants, row.gross_minor, row.discount_minor, row.refund_minor),
            )
            for row in rows
        ),
        (), (), homes, villages, within=True,
    )  # fmt: skip


def widest_of(unit: UnitView) -> UnitView:
    """The branch that `unit` lies in; `unit` itself when it is a branch or reaches over some."""
    branch = _branch_on(unit.path, _kinds(unit.path))
    return unit if branch in {NO_BRANCH, unit.code} else get_unit(branch)


def _kinds(path: str) -> dict[str, str]:
    codes = path.strip("/").split("/")
    return {
        row.code: row.kind
        for row in session.execute(select(Unit.code, Unit.kind).where(Unit.code.in_(codes)))
    }


def _branch_on(path: str, kinds: dict[str, str]) -> str:
    """The topmost branch on a path of codes."""
    return next((code for code in path.strip("/").split("/") if kinds.get(code) == "branch"), NO_BRANCH)


def _homes(unit: UnitView) -> tuple[dict[int, str], dict[int, str]]:
    """The branch, and the unit, of every grower of `unit` and below."""
    below = session.execute(
        select(Unit.id, Unit.code, Unit.kind, Unit.path).where(
            Unit.path.startswith(unit.path, autoescape=True)
        )
    ).all()
    kinds = _kinds(unit.path) | {row.code: row.kind for row in below}
    home = {row.id: _branch_on(row.path, kinds) for row in below}
    codes = {row.id: row.code for row in below}
    growers = session.execute(select(Grower.id, Grower.unit_id).where(Grower.unit_id.in_(home))).all()
    return {grower.id: home[grower.unit_id] for grower in growers}, {
        grower.id: codes[grower.unit_id] for grower in growers
    }
