"""One code for every verdict, as the page would meet it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from branch.licences.service import decisions as licences
from core.clock import now
from tests.factories.licences import make_licence
from tests.factories.traceability import make_codes, make_lot, ship
from traceability.codes.rules.notation import new_code
from traceability.codes.rules.verdicts import Verdict
from traceability.codes.service.lifecycle import accept_codes, void_batch
from traceability.lots.service import change_state
from traceability.lots.states import LotState
from traceability.papers.service import record_paper

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass(frozen=True)
class Scene:
    """A code with its owner, lot and licence, arranged so that a check gives `verdict`."""

    code: str
    verdict: Verdict
    lot_number: str = ""
    grower_slug: str = ""
    licence_number: str = ""
    code_id: int | None = None


def make_scene(verdict: Verdict | str, *, level: str = "unit", at: datetime | None = None) -> Scene:
    """Arrange a code whose check gives `verdict`; call inside a transaction."""
    verdict = Verdict(verdict)
    at = at or now()
    if verdict is Verdict.UNKNOWN:
        return Scene(new_code(), verdict)
    lot = make_lot(at=at)
    licence = make_licence(lot.grower_id, at=at)
    issued = make_codes(lot=lot, level=level, count=1, active=verdict is not Verdict.ISSUED, at=at)
    code_id = _arrange(verdict, issued, lot, licence.number, at)
    return Scene(issued.codes[0].code, verdict, lot.number, "", licence.number, code_id)


def _arrange(verdict, issued, lot, licence_number, at) -> int:
    from sqlalchemy import select

    from core.database import session
    from tests.factories.cases import make_case
    from traceability.cases.models.sealing import seal_case
    from traceability.cases.models.tables import CounterfeitCase
    from traceability.cases.states import Subject
    from traceability.codes.models.tables import Code

    consignment = f"C-{issued.batch.number}"
    if verdict in {Verdict.SHIPPED, Verdict.ACCEPTED, Verdict.SUSPECT}:
        ship(issued, consignment=consignment, at=at)
        record_paper(
            consignment_number=consignment,
            kind="plant_quarantine",
            number="42-2026-000123",
            issued_on=at.date(),
            valid_until=(at + timedelta(days=10)).date(),
            upload=PDF,
            at=at,
            by=None,
        )
    code_id = session.scalar(select(Code.id).where(Code.batch_id == issued.batch.id))
    if verdict is Verdict.ACCEPTED:
        accept_codes(consignment, at=at)
    if verdict is Verdict.VOIDED:
        void_batch(issued.batch.number, grower_id=lot.grower_id, reason="标签破损", at=at, by=None)
    if verdict is Verdict.RECALLED:
        change_state(lot.id, LotState.RECALLED, reason="发现枝枯病", at=at, by=None)
    if verdict is Verdict.SUSPECT:
        number = make_case(subject=Subject.of_code(code_id), at=at).number
        case = session.scalars(select(CounterfeitCase).where(CounterfeitCase.number == number)).one()
        case.code_doubted, case.state = True, "investigating"
        session.flush()
        seal_case(case)
    if verdict is Verdict.LICENCE_NOT_VALID:
        licences.suspend(licence_number, reason="演示暂停", by_account_id=None, at=at)
    return code_id
