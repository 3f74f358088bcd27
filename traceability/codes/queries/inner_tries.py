"""Reads of what was entered as inner codes, for the branch."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import distinct, func, select

from core.database import session
from traceability.codes.models.tables import Code, CodeBatch, InnerTry

LOOK_BACK = timedelta(days=30)
SHOWN = 50


@dataclass(frozen=True)
class TriedCode:
    """Entries of one inner code of late: wrong ones, from how many networks, and whether the right one came as well."""

    batch_number: str
    position: int
    grower_id: int
    wrong: int
    networks: int
    right: int
    last_at: datetime


def tried_codes(grower_ids: Collection[int], *, at: datetime) -> list[TriedCode]:
    """Codes of these growers whose inner code was entered wrongly within the last 30 days, most networks first."""
    wrong = InnerTry.right.is_(False)
    networks = func.count(distinct(func.coalesce(InnerTry.network_digest, InnerTry.device_digest))).filter(
        wrong
    )
    rows = session.execute(
        select(
            CodeBatch.number,
            Code.position,
            Code.grower_id,
            func.count().filter(wrong),
            networks,
            func.count().filter(InnerTry.right),
            func.max(InnerTry.at),
        )
        .select_from(InnerTry)
        .join(Code, Code.id == InnerTry.code_id)
        .join(CodeBatch, CodeBatch.id == Code.batch_id)
        .where(InnerTry.at > at - LOOK_BACK, Code.grower_id.in_(list(grower_ids)))
        .group_by(CodeBatch.number, Code.position, Code.grower_id)
        .having(func.count().filter(wrong) > 0)
        .order_by(networks.desc(), func.max(InnerTry.at).desc())
        .limit(SHOWN)
    ).all()
    return [TriedCode(*row) for row in rows]
