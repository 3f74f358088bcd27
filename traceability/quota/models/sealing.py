"""What is sealed of the quota: every movement with its legs, every set of figures, and the stages of growth."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import select

from core.database import session
from core.seal import Body, SealSource, bodies_of
from core.seal.service.sealed_rows import SealedRows
from traceability.lots.models.tables import Lot
from traceability.quota.models.tables import GrowthStage, QuotaAccount, QuotaMove, QuotaPosting, StageFigures
from traceability.quota.rules import AccountName, Role


def account_words(name: AccountName) -> str:
    """An account in one line: `grower 3/unit 7/dangui/specimen/2026/free`."""
    key = name.key
    return f"grower {key.grower_id}/unit {key.unit_id}/{key.cultivar_group}/{key.size_class}/{key.year}/{name.role}"


def move_subject(move: QuotaMove) -> str:
    """The movement as the log knows it."""
    return f"quota/{move.number}"


def move_body(move: QuotaMove, lot_number: str | None, legs: Mapping[AccountName, int]) -> dict[str, object]:
    """Why, for which lot, when, by which account, and every leg."""
    return {
        "kind": move.kind,
        "plants": move.plants,
        "lot": lot_number,
        "reference": move.reference,
        "reason": move.reason,
        "at": move.at.isoformat(),
        "by": move.by_account_id,
        "legs": sorted([account_words(name), plants] for name, plants in legs.items() if plants),
    }


def figures_subject(row: StageFigures) -> str:
    """The figures as the log knows them."""
    table = f"{row.mark_code}/" if row.mark_code else ""
    return f"stage/{table}{row.stage_code}/{row.valid_from.isoformat()}"


def figures_body(row: StageFigures) -> dict[str, object]:
    """Density and survival; whose table, unless it is the general one."""
    return ({"mark": row.mark_code} if row.mark_code else {}) | {
        "plants_per_mu": row.plants_per_mu,
        "survival_per_mille": row.survival_per_mille,
        "reason": row.reason,
        "by": row.by_account_id,
    }


def _moves() -> Iterator[tuple[str, Body]]:
    names = {row.id: AccountName(row.key, Role(row.role)) for row in session.scalars(select(QuotaAccount))}
    legs: dict[int, dict[AccountName, int]] = defaultdict(dict)
    for move_id, account_id, plants in session.execute(
        select(QuotaPosting.move_id, QuotaPosting.account_id, QuotaPosting.plants)
    ):
        legs[move_id][names[account_id]] = plants
    rows = session.execute(
        select(QuotaMove, Lot.number).outerjoin(Lot, Lot.id == QuotaMove.lot_id).order_by(QuotaMove.id)
    )
    for move, lot_number in rows:
        yield move_subject(move), move_body(move, lot_number, legs[move.id])


MOVES = SealSource("quota_posting", _moves, tables=("quota_move", "quota_posting"))
FIGURES = SealSource(
    "stage_figures",
    bodies_of(select(StageFigures).order_by(StageFigures.id), figures_subject, figures_body),
    tables=("stage_figures",),
)

ROWS = (
    SealedRows(
        "growth_stage",
        GrowthStage,
        columns=("code", "position", "name_zh", "name_en", "diameter_from_mm", "height_from_cm"),
    ),
)
