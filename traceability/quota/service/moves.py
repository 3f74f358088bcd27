"""Quota that changes hands or kind: passed to another licensee, outgrown, expired; and the figures behind it."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from branch import api as branch
from core import seal
from core.clock import local_day, local_year
from core.database import session
from core.errors import Conflict, Invalid
from core.sweeps import claimable
from core.transitions import require_reason
from traceability.quota.models.sealing import figures_body, figures_subject
from traceability.quota.models.tables import QuotaAccount, QuotaMove, StageFigures
from traceability.quota.queries.ledger import COUNTED, balance, stages
from traceability.quota.rules import AccountName, Key, MoveKind, Role, most_plants_per_mu, next_class
from traceability.quota.service.accounting import QuotaExceeded
from traceability.quota.service.posting import OverdrawnError, post

EXPIRY = "traceability.quota.expire"


def transfer(
    key: Key, to_grower_id: int, plants: int, *, reason: str, at: datetime, by: int | None
) -> QuotaMove:
    """Move free quota of one licensee to another, with the plants that it stands for.

    Raises:
        QuotaExceeded: fewer plants are free.
        Conflict: the receiver has no valid licence for the group (`not_on_sale`), or it is the same grower.
        Invalid: no reason, or not a number of plants above 0.
    """
    _check(plants, reason)
    _refuse_own(by, key.grower_id, to_grower_id)
    if to_grower_id == key.grower_id:
        raise Conflict(_("The quota is this grower's already."), code="same_grower")
    receiver = branch.get_grower(id=to_grower_id)
    branch.require_valid_licence(to_grower_id, at=at, cultivar_group=key.cultivar_group, lock=True)
    target = Key(to_grower_id, receiver.unit_id, key.cultivar_group, key.size_class, key.year)
    legs = {AccountName(key, Role.FREE): -plants, AccountName(target, Role.FREE): plants}
    return _post(MoveKind.TRANSFER, legs, plants, key=key, reason=reason, at=at, by=by)


def grow(
    key: Key, plants: int, loss: int, *, counted_on: date, reason: str, at: datetime, by: int | None
) -> QuotaMove:
    """Move free quota to the next size class: of `plants`, counted on a day of the quota's year, `loss` did not come through.

    A plant grows one class in a year: what was grown into a class does not grow out of it again.

    Raises:
        QuotaExceeded: fewer plants are free.
        Conflict: there is no next class, or more would grow on than the land was approved for.
        Invalid: a loss below 0 or above the plants, no reason, not a number of plants above 0, or a day that
            lies ahead or in another year (`counted_on`).
    """
    _check(plants, reason)
    _refuse_own(by, key.grower_id)
    if counted_on.year != key.year or counted_on > local_day(at):
        raise Invalid(
            _("The plants were counted on a day of %(year)s that is not ahead.", year=key.year),
            code="counted_on",
        )
    if not 0 <= loss <= plants:
        raise Invalid(_("The loss lies between 0 and the plants that grew."), code="loss")
    following = next_class(stages(at=at), key.size_class)
    if following is None:
        raise Conflict(_("There is no larger size class."), code="no_larger_class")
    if plants > balance(key).approved:
        raise Conflict(_("Only plants that the land was approved for grow on."), code="not_approved")
    target = Key(key.grower_id, key.unit_id, key.cultivar_group, following, key.year)
    legs = {
        AccountName(key, Role.FREE): -plants,
        AccountName(key, Role.LOST): loss,
        AccountName(target, Role.FREE): plants - loss,
    }
    return _post(MoveKind.GROW, legs, plants, key=key, counted_on=counted_on, reason=reason, at=at, by=by)


def _left_of_years_that_are_over(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        QuotaAccount.role == str(Role.FREE),
        QuotaAccount.balance > 0,
        QuotaAccount.year < local_year(at),
    )


def ids_due_to_expire(*, at: datetime, limit: int) -> list[int]:
    """Accounts that hold what is free of years that are over, for the sweep."""
    due = select(QuotaAccount.id).where(
        *_left_of_years_that_are_over(at), claimable(EXPIRY, QuotaAccount.id, at=at)
    )
    return list(session.scalars(due.order_by(QuotaAccount.id).limit(limit)))


def expire(*, at: datetime, ids: Sequence[int] | None = None, limit: int = 500) -> int:
    """Let what is free of years that are over expire, or only of the accounts `ids`; how many were closed, at most `limit`."""
    due = select(QuotaAccount).where(*_left_of_years_that_are_over(at))
    if ids is not None:
        due = due.where(QuotaAccount.id.in_(ids))
    rows = session.scalars(
        due.order_by(QuotaAccount.id).limit(limit).with_for_update().execution_options(populate_existing=True)
    ).all()
    for row in rows:
        legs = {
            AccountName(row.key, Role.FREE): -row.balance,
            AccountName(row.key, Role.EXPIRED): row.balance,
        }
        post(MoveKind.EXPIRE, legs, plants=row.balance, reference=f"year/{row.year}", at=at, by=None)
    return len(rows)


def set_figures(
    stage_code: str,
    *,
    plants_per_mu: int,
    survival_per_mille: int,
    reason: str,
    at: datetime,
    by: int | None,
    mark_code: str = "",
) -> None:
    """Write new figures for a stage into a mark's table, or into the general one ("").

    They count from now on, what was approved before stays.

    Raises:
        Invalid: an unknown stage, a figure out of range, or no reason.
    """
    if stage_code not in {stage.code for stage in stages(at=at)}:
        raise Invalid(_("Choose how far the plants have grown."), code="no_such_stage")
    most = most_plants_per_mu(stage_code)
    if not 1 <= plants_per_mu <= most or not 1 <= survival_per_mille <= 1_000:
        raise Invalid(
            _(
                "Between 1 and %(most)s plants of this growth stand on a mu; between 0.1 %% and 100 %% survive.",
                most=f"{most:,}",
            ),
            code="figures",
        )
    reason = require_reason(reason, _("Say why the figures change."))
    row = StageFigures(
        mark_code=mark_code,
        stage_code=stage_code,
        plants_per_mu=plants_per_mu,
        survival_per_mille=survival_per_mille,
        valid_from=at,
        reason=reason,
        by_account_id=by,
    )
    session.add(row)
    session.flush()
    seal.append("stage_figures", figures_subject(row), figures_body(row))


def _refuse_own(by: int | None, *grower_ids: int) -> None:
    """Staff who are growers as well move no quota of their own; Forbidden (`own_grower`) else."""
    if by is not None:
        for grower_id in grower_ids:
            branch.require_independent(by, grower_id)


def _check(plants: int, reason: str) -> None:
    if plants <= 0:
        raise Invalid(_("Type a number of plants above 0."), code="plants_not_positive")
    require_reason(reason, _("Say why the quota moves."))


def _post(
    kind: MoveKind,
    legs: dict[AccountName, int],
    plants: int,
    *,
    key: Key,
    counted_on: date | None = None,
    reason: str,
    at: datetime,
    by: int | None,
) -> QuotaMove:
    reference = f"{COUNTED}{counted_on.isoformat()}" if counted_on else f"year/{key.year}"
    try:
        return post(kind, legs, plants=plants, reference=reference, reason=reason.strip(), at=at, by=by)
    except OverdrawnError as refused:
        raise QuotaExceeded(
            _("Only %(free)s plants are free.", free=f"{refused.holds:,}"), free=refused.holds
        ) from refused
