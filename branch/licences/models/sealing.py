"""What the public log keeps of a licence: its facts after each step, and each step by itself."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from branch.growers.models.tables import Grower
from branch.licences.models.tables import Licence, LicenceChange, Mark
from core import seal
from core.database import session

KIND = "licence"


def subject_of(number: str) -> str:
    """How the log calls a licence."""
    return f"licence/{number}"


def sealed_body(licence: Licence, *, mark_code: str, grower_slug: str) -> dict[str, Any]:
    """The facts of a licence that must not be bent; all of them stand in the public register once it is granted."""
    return {
        "number": licence.number,
        "mark": mark_code,
        "grower": grower_slug,
        "state": str(licence.state),
        "valid_from": licence.valid_from.isoformat() if licence.valid_from else None,
        "valid_until": licence.valid_until.isoformat() if licence.valid_until else None,
        "granted_at": seal.moment(licence.granted_at),
        "cultivar_groups": list(licence.cultivar_groups),
        "plots": list(licence.plots),
        "channels": list(licence.channels),
        "rules_version": licence.rules_version,
    }


def sealed_step(change: LicenceChange) -> dict[str, Any]:
    """The facts of one step; the reason, which may name persons, by its digest."""
    return {
        "step": str(change.step),
        "from": str(change.from_state) if change.from_state else None,
        "to": str(change.to_state),
        "at": seal.moment(change.at),
        "by": change.by_account_id,
        "reason": sha256(change.reason.encode()).hexdigest(),
        "valid_until": change.details.get("valid_until"),
    }


def seal_step(licence: Licence, change: LicenceChange) -> None:
    """Seal a licence as it stands after a step, and the step; both are flushed."""
    mark_code = session.scalars(select(Mark.code).where(Mark.id == licence.mark_id)).one()
    slug = session.scalars(select(Grower.slug).where(Grower.id == licence.grower_id)).one()
    subject = subject_of(licence.number)
    seal.append_many(
        KIND,
        [
            (subject, sealed_body(licence, mark_code=mark_code, grower_slug=slug)),
            (f"{subject}/step/{change.id}", sealed_step(change)),
        ],
    )


def _bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    rows = session.execute(
        select(Licence, Mark.code, Grower.slug)
        .join(Mark, Mark.id == Licence.mark_id)
        .join(Grower, Grower.id == Licence.grower_id)
        .order_by(Licence.id)
        .execution_options(yield_per=500, populate_existing=True)
    )
    for licence, mark_code, slug in rows:
        yield subject_of(licence.number), sealed_body(licence, mark_code=mark_code, grower_slug=slug)
    steps = session.execute(
        select(LicenceChange, Licence.number)
        .join(Licence, Licence.id == LicenceChange.licence_id)
        .order_by(LicenceChange.id)
        .execution_options(yield_per=500, populate_existing=True)
    )
    for change, number in steps:
        yield f"{subject_of(number)}/step/{change.id}", sealed_step(change)


SOURCE = seal.SealSource(kind=KIND, bodies=_bodies, tables=("licence", "licence_change"))
