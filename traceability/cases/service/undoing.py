"""Taking back what a case did elsewhere, when its verdict no longer supports it. Nothing commits."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core.database import session
from traceability.cases.models.tables import CaseChange, CounterfeitCase
from traceability.cases.states import CaseStep


def end_suspensions(case: CounterfeitCase, *, at: datetime) -> None:
    """End what this case suspended, and nothing that anybody else did; a new verdict no longer supports it."""
    reason = _("Case %(number)s was decided otherwise.", number=case.number)
    details = session.scalars(
        select(CaseChange.detail).where(CaseChange.case_id == case.id, CaseChange.step == str(CaseStep.ACT))
    ).all()
    for number in {detail["licence"] for detail in details if "licence" in detail}:
        if case.number in branch.licence_suspended_by(number):
            branch.reinstate_licence(number, reason=reason, by_account_id=None, at=at, source=case.number)
    for public_id in {detail["storefront"] for detail in details if "storefront" in detail}:
        if case.number in branch.storefront_suspended_by(public_id):
            branch.decide_storefront(
                public_id,
                branch.StorefrontStep.REINSTATE,
                reason=reason,
                by_account_id=None,
                at=at,
                source=case.number,
            )
