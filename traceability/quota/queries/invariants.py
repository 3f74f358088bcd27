"""What must hold in the quota ledger and in lots, each as a query that names the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, case, func, literal, or_, select

from core.database import session
from core.invariants import SHOWN, Finding
from core.invariants import disagreements as broken_rows
from core.seal import Finding as Disagreement
from traceability.lots.models.tables import Lot, LotStep, LotStepPart
from traceability.plots.models.tables import Plot, PlotSurvey
from traceability.quota.models.tables import QuotaAccount, QuotaMove, QuotaPosting


def check_all() -> list[Finding]:
    """Every invariant. Reads only."""
    return [check() for check in CHECKS]


def disagreements() -> Iterator[Disagreement]:
    """The rows that break an invariant, one by one."""
    return broken_rows(CHECKS)


def balances_follow_from_postings() -> Finding:
    """The balance of every account is the sum of its postings."""
    total = func.coalesce(func.sum(QuotaPosting.plants), 0)
    broken = (
        select(QuotaAccount.id, QuotaAccount.balance, total)
        .outerjoin(QuotaPosting, QuotaPosting.account_id == QuotaAccount.id)
        .group_by(QuotaAccount.id, QuotaAccount.balance)
        .having(total != QuotaAccount.balance)
    )
    return _finding(
        "balance = sum of postings on every account", QuotaAccount, broken, "account {}: says {}, postings {}"
    )


def movements_add_up_to_zero() -> Finding:
    """Every set of postings adds up to zero, and there is one."""
    total = func.coalesce(func.sum(QuotaPosting.plants), 0)
    broken = (
        select(QuotaMove.number, total)
        .outerjoin(QuotaPosting, QuotaPosting.move_id == QuotaMove.id)
        .group_by(QuotaMove.id, QuotaMove.number)
        .having(or_(total != 0, func.count(QuotaPosting.id) < 2))
    )
    return _finding(
        "every movement of quota adds up to zero", QuotaMove, broken, "movement {}: adds up to {}"
    )


def nothing_is_overdrawn() -> Finding:
    """Balances are not below zero, the source's not above."""
    source = QuotaAccount.role == "capacity"
    broken = select(QuotaAccount.id, QuotaAccount.balance).where(
        or_(~source & (QuotaAccount.balance < 0), source & (QuotaAccount.balance > 0))
    )
    return _finding("no quota account is overdrawn", QuotaAccount, broken, "account {}: stands at {}")


def approvals_follow_from_surveys() -> Finding:
    """Whatever was approved names an approved survey; nothing else makes quota."""
    approved = select(literal("survey/") + PlotSurvey.number).where(PlotSurvey.state == "approved")
    broken = select(QuotaMove.number, QuotaMove.reference).where(
        QuotaMove.kind == "approve", QuotaMove.reference.not_in(approved)
    )
    return _finding("all quota comes of approved surveys", QuotaMove, broken, "movement {}: refers to {}")


def steps_conserve_plants() -> Finding:
    """The parts of every transformation add up to what it says, and what went in came out or was lost."""

    def side(word: str) -> Any:
        return func.coalesce(func.sum(case((LotStepPart.side == word, LotStepPart.plants), else_=0)), 0)

    broken = (
        select(LotStep.number, side("in"), side("out"), LotStep.loss)
        .outerjoin(LotStepPart, LotStepPart.step_id == LotStep.id)
        .group_by(LotStep.id, LotStep.number, LotStep.loss, LotStep.plants_in, LotStep.plants_out)
        .having(
            or_(
                side("in") != LotStep.plants_in,
                side("out") != LotStep.plants_out,
                side("in") != side("out") + LotStep.loss,
                LotStep.loss < 0,
            )
        )
    )
    return _finding(
        "plants in = plants out + loss in every step of lots",
        LotStep,
        broken,
        "step {}: {} in, {} out, {} lost",
    )


def lots_hold_no_more_than_is_theirs() -> Finding:
    """What is on hand and what went on together are not more than was recorded."""
    broken = select(Lot.number, Lot.quantity_on_hand, Lot.quantity_moved, Lot.quantity_recorded).where(
        or_(
            Lot.quantity_on_hand + Lot.quantity_moved > Lot.quantity_recorded,
            Lot.quantity_moved < 0,
            Lot.quantity_on_hand < 0,
        )
    )
    return _finding("on hand + gone on <= recorded in every lot", Lot, broken, "lot {}: {} + {} > {}")


def lots_stand_on_their_growers_land() -> Finding:
    """A lot's plot is its grower's."""
    broken = (
        select(Lot.number, Plot.number)
        .join(Plot, Plot.id == Lot.plot_id)
        .where(Plot.grower_id != Lot.grower_id)
    )
    return _finding("every lot stands on its own grower's plot", Lot, broken, "lot {}: stands on {}")


CHECKS: Sequence[Callable[[], Finding]] = (
    balances_follow_from_postings,
    movements_add_up_to_zero,
    nothing_is_overdrawn,
    approvals_follow_from_surveys,
    steps_conserve_plants,
    lots_hold_no_more_than_is_theirs,
    lots_stand_on_their_growers_land,
)


def _finding(name: str, table: type, broken: Select[*tuple[Any, ...]], words: str) -> Finding:
    checked = session.scalar(select(func.count()).select_from(table)) or 0
    rows = session.execute(broken.limit(SHOWN)).all()
    named = tuple(words.format(*row) for row in rows)
    return Finding(name, checked, named, str(getattr(table, "__tablename__", "")))
