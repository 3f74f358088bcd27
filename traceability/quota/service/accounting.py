"""Verbs of quota: what land was approved for, what was activated, given back, passed on, outgrown, expired.

Rows join the caller's transaction; nothing here commits.
"""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from core.clock import local_year
from core.database import session
from core.errors import Conflict, Invalid
from core.transitions import require_reason
from traceability.quota.models.tables import QuotaAccount, QuotaMove, QuotaPosting
from traceability.quota.queries.ledger import balance, key_of_lot, mark_of_grower, stages
from traceability.quota.queries.shortage import missing
from traceability.quota.rules import AccountName, Key, MoveKind, Role, capacity
from traceability.quota.service.posting import OverdrawnError, post


class QuotaExceeded(Conflict):
    """More codes would be activated than the approved land can have grown.

    `details['free']` is what is left; of an activation, `details['why']` says what is missing (`Shortage`).
    """

    code = "quota_exceeded"


def approve(
    key: Key, plants: int, *, reference: str, at: datetime, by: int | None, reason: str = ""
) -> QuotaMove:
    """Credit what approved land can grow.

    Raises:
        Invalid: not a number of plants above 0.
    """
    _positive(plants)
    legs = {AccountName(key, Role.CAPACITY): -plants, AccountName(key, Role.FREE): plants}
    return post(MoveKind.APPROVE, legs, plants=plants, reference=reference, reason=reason, at=at, by=by)


def approve_land(
    *,
    grower_id: int,
    unit_id: int,
    cultivar_group: str,
    stage_code: str,
    area_m2: int,
    year: int,
    reference: str,
    at: datetime,
    by: int | None,
) -> int:
    """Credit what an approved area can grow in a year; how many plants that are.

    The figures are those in force `at` in the table of the mark that the grower is licensed for.

    Raises:
        Invalid: there is no such stage.
    """
    table = stages(at=at, mark_code=mark_of_grower(grower_id, at=at))
    stage = next((candidate for candidate in table if candidate.code == stage_code), None)
    if stage is None:
        raise Invalid(_("Choose how far the plants have grown."), code="no_such_stage")
    plants = capacity(area_m2, stage.plants_per_mu, stage.survival_per_mille)
    if plants:
        key = Key(grower_id, unit_id, cultivar_group, stage_code, year)
        approve(key, plants, reference=reference, at=at, by=by)
    return plants


def debit(lot_id: int, plants: int, *, reference: str, at: datetime, by: int | None) -> None:
    """Use quota for codes of a lot that are activated `at`.

    Raises:
        QuotaExceeded: fewer plants are left; nothing was taken.
        Conflict: the lot was not measured (`lot_not_measured`).
        NotFound: there is no such lot.
    """
    _positive(plants)
    key = key_of_lot(lot_id, at=at)
    legs = {AccountName(key, Role.FREE): -plants, AccountName(key, Role.ACTIVATED): plants}
    try:
        post(MoveKind.ACTIVATE, legs, plants=plants, reference=reference, at=at, by=by, lot_id=lot_id)
    except OverdrawnError as refused:
        lack = missing(key, wanted=plants, free=refused.holds)
        raise QuotaExceeded(lack.words, free=refused.holds, wanted=plants, why=str(lack.what)) from refused


def credit(
    lot_id: int,
    plants: int,
    *,
    reference: str,
    reason: str,
    at: datetime,
    by: int | None,
    returned: bool = False,
) -> None:
    """Give quota back for codes of a lot that were activated and are now void, or returned with their plants.

    Each plant goes back to the year in which it was activated, the newest first; what belongs to a
    year that is over expires at once.

    Raises:
        Conflict: more would be given back than was activated for the lot (`more_than_activated`).
        Invalid: no reason, or not a number of plants above 0.
    """
    _positive(plants)
    reason = require_reason(reason, _("Say why the quota is given back."))
    left, parts = plants, {}
    for key, used in _used(lot_id):
        parts[key] = min(left, used)
        left -= parts[key]
    if left:
        raise Conflict(
            _("More quota would be given back than was ever used for this lot."), code="more_than_activated"
        )
    for key, part in sorted(parts.items()):
        if part:
            target = Role.FREE if key.year >= local_year(at) else Role.EXPIRED
            post(
                MoveKind.RETURN if returned else MoveKind.VOID,
                {AccountName(key, Role.ACTIVATED): -part, AccountName(key, target): part},
                plants=part,
                reference=reference,
                reason=reason,
                at=at,
                by=by,
                lot_id=lot_id,
            )


def _used(lot_id: int) -> list[tuple[Key, int]]:
    """What codes of the lot have used and not given back, by key, the newest year first; the accounts are locked."""
    account_ids = (
        select(QuotaPosting.account_id)
        .join(QuotaMove, QuotaMove.id == QuotaPosting.move_id)
        .where(QuotaMove.lot_id == lot_id)
        .distinct()
    )
    query = select(QuotaAccount).where(
        QuotaAccount.id.in_(account_ids), QuotaAccount.role == str(Role.ACTIVATED)
    )
    rows = session.scalars(query.order_by(QuotaAccount.year.desc(), QuotaAccount.id)).all()
    for row in sorted(rows, key=lambda account: account.key):
        session.refresh(row, with_for_update=True)
    sums: dict[int, int] = dict(
        session.execute(
            select(QuotaPosting.account_id, func.sum(QuotaPosting.plants))
            .join(QuotaMove, QuotaMove.id == QuotaPosting.move_id)
            .where(QuotaMove.lot_id == lot_id, QuotaPosting.account_id.in_([row.id for row in rows]))
            .group_by(QuotaPosting.account_id)
        ).all()
    )
    return [(row.key, int(sums.get(row.id, 0))) for row in rows]


def balance_of_lot(lot_id: int, *, at: datetime) -> int:
    """For how many plants of the lot codes can still be activated, as its grower's quota stands `at`.

    Raises:
        Conflict: the lot was not measured (`lot_not_measured`).
        NotFound: there is no such lot.
    """
    return balance(key_of_lot(lot_id, at=at)).free


def _positive(plants: int) -> None:
    if plants <= 0:
        raise Invalid(_("Type a number of plants above 0."), code="plants_not_positive")
