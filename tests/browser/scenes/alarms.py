"""An alarm to look at."""

from datetime import timedelta

from sqlalchemy import select

from core.clock import now
from core.database import session, transaction
from tests.browser.scenes import proof
from tests.factories.lookups import make_lookup, make_visitor
from traceability.alarms.models.tables import Alarm
from traceability.alarms.service.judging import judge_codes
from traceability.codes.models.digests import code_digest
from traceability.codes.models.tables import Code, CodeBatch
from traceability.codes.rules.verdicts import Verdict

PLACES = ("广东省", "四川省", "北京市", "山东省", "河南省", "云南省")


def alarm() -> str:
    """An alarm about a plant's code that was looked up all over the country."""
    text = proof.code(Verdict.SHIPPED)().removeprefix("/C/")
    for day, place in enumerate(PLACES, start=1):
        with transaction():
            make_lookup(text, make_visitor(f"looker {day}", place), now() - timedelta(days=8 - day))
    code_id = session.scalars(select(Code.id).where(Code.digest == code_digest(text))).one()
    with transaction():
        judge_codes([code_id], at=now())
    return f"/branch/alarms/{session.scalars(select(Alarm.number).where(Alarm.code_id == code_id)).one()}"


def doubted_code() -> str:
    """A code that a case doubts, as staff see what speaks about it."""
    text = proof.code(Verdict.SUSPECT)().removeprefix("/C/")
    batch, position = session.execute(
        select(CodeBatch.number, Code.position)
        .join(CodeBatch, CodeBatch.id == Code.batch_id)
        .where(Code.digest == code_digest(text))
    ).one()
    return f"/branch/codes/{batch}/{position}/standing"
