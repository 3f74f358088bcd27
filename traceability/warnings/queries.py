"""What the public is warned of: recalled lots and confirmed fakes. No grower and no reporter is named."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.database import session
from traceability.cases.models.tables import CounterfeitCase
from traceability.cases.states import CaseVerdict
from traceability.lots.models.tables import Lot, LotRecall

MOST = 100


@dataclass(frozen=True)
class PublicWarning:
    """`kind` is ``recall`` or ``fake``; `number` that of the recall or the case; `about` the lot's number and
    cultivar, or what the branch tells the public of the case.
    """

    kind: str
    number: str
    path: str
    about: str
    reason: str
    at: datetime


def latest_warnings(*, most: int = MOST) -> list[PublicWarning]:
    """The newest first."""
    warnings = [*_recalls(most), *_fakes(most)]
    return sorted(warnings, key=lambda warning: (warning.at, warning.number), reverse=True)[:most]


def _recalls(most: int) -> list[PublicWarning]:
    rows = session.execute(
        select(LotRecall.number, LotRecall.reason, LotRecall.at, Lot.number.label("lot"), Lot.cultivar)
        .join(Lot, Lot.id == LotRecall.lot_id)
        .order_by(LotRecall.at.desc(), LotRecall.id.desc())
        .limit(most)
    )
    return [
        PublicWarning(
            "recall", row.number, f"/lots/{row.lot}", f"{row.lot} {row.cultivar}", row.reason, row.at
        )
        for row in rows
    ]


def _fakes(most: int) -> list[PublicWarning]:
    rows = session.execute(
        select(CounterfeitCase.number, CounterfeitCase.answer, CounterfeitCase.decided_at)
        .where(CounterfeitCase.verdict == CaseVerdict.CONFIRMED_FAKE, CounterfeitCase.decided_at.is_not(None))
        .order_by(CounterfeitCase.decided_at.desc(), CounterfeitCase.id.desc())
        .limit(most)
    )
    return [
        PublicWarning(
            "fake", row.number, f"/report-fake/{row.number}", row.number, row.answer, row.decided_at
        )
        for row in rows
    ]
