"""Verbs about licences: apply, grant, refuse, suspend, reinstate, extend, withdraw, expire. Nothing here commits."""

from collections.abc import Callable
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch.growers.models.tables import Grower
from branch.growers.queries.independence import require_independent
from branch.licences import events
from branch.licences.models.tables import Licence, Mark
from branch.licences.queries.validity import suspended_by
from branch.licences.rules.suspensions import BRANCH
from branch.licences.service.expiry import expire_due
from branch.licences.service.suspensions import other_sources
from branch.licences.service.transitions import LICENCE, move
from branch.licences.states import NEEDS_REASON, OPEN, LicenceState, Scope, Step, tidy
from branch.organisation.queries.tree import require_unit_access
from core.clock import local_day, local_year
from core.database import locked, session
from core.errors import Conflict, Invalid, NotFound
from core.ids import readable_number
from core.outbox.service import record
from core.transitions import decided_meanwhile, require_reason

NUMBER_LENGTH = 5


def apply_for_licence(
    grower_id: int,
    mark_id: int,
    *,
    scope: Scope,
    note: str,
    by_account_id: int | None,
    at: datetime,
) -> str:
    """File a grower's application for a licence of a mark.

    Returns:
        The number that the licence will have.

    Raises:
        Conflict: an application or a licence of this mark is open.
        NotFound: there is no such mark.
    """
    mark = session.get(Mark, mark_id)
    if mark is None:
        raise NotFound(_("There is no such mark."), code="mark_unknown")
    expire_due(at=at, grower_id=grower_id)
    taken = select(Licence.number).where(
        Licence.grower_id == grower_id, Licence.mark_id == mark_id, Licence.state.in_(OPEN)
    )
    number = session.scalar(taken)
    if number is not None:
        raise Conflict(
            _("There is an open licence or application already: %(number)s.", number=number),
            code="licence_open",
        )
    licence = Licence(
        number=_free_number(mark.code, local_year(at)),
        grower_id=grower_id,
        mark_id=mark_id,
        state=LicenceState.APPLIED,
        note=note.strip(),
        applied_at=at,
    )
    _set_scope(licence, scope)
    session.add(licence)
    session.flush()
    LICENCE.note(licence, None, step=Step.APPLY, at=at, by=by_account_id)
    record(events.LicenceApplied(number=licence.number, grower_id=grower_id), at=at)
    return licence.number


def grant(
    number: str,
    *,
    scope: Scope,
    valid_from: date,
    valid_until: date,
    by_account_id: int | None,
    at: datetime,
    reason: str = "",
) -> None:
    """Grant an applied licence under the present rules of its mark, with the scope and days decided.

    Without an actor (demonstration, take-over) nobody is asked.

    Raises:
        Conflict: it is not waiting for a decision.
        Forbidden: the grower is outside the actor's units, or the actor's own.
        Invalid: the last day is before the first, or over already.
    """
    if valid_until < valid_from:
        raise Invalid(_("The last day is before the first."), code="days_out_of_order")
    if valid_until < local_day(at):
        raise Invalid(_("The last day is over already."), code="days_over")

    def write(licence: Licence) -> None:
        _set_scope(licence, scope)
        licence.valid_from, licence.valid_until = valid_from, valid_until
        licence.rules_version = session.scalar(select(Mark.rules_version).where(Mark.id == licence.mark_id))
        licence.granted_at = at

    licence = _take(number, Step.GRANT, by_account_id=by_account_id, reason=reason, at=at, write=write)
    record(events.LicenceGranted(number=number, grower_id=licence.grower_id), at=at)


def refuse(number: str, *, reason: str, by_account_id: int, at: datetime) -> None:
    """Refuse an application; the grower reads the reason and may apply again."""
    licence = _take(number, Step.REFUSE, by_account_id=by_account_id, reason=reason, at=at)
    record(events.LicenceRefused(number=number, grower_id=licence.grower_id, reason=reason.strip()), at=at)


def suspend(
    number: str, *, reason: str, by_account_id: int | None, at: datetime, source: str = BRANCH
) -> None:
    """Stop everything that needs this licence from the moment this transaction commits.

    Waits for sales under way that hold the licence; sales that come later see the suspension. A licence that another
    source suspended already is suspended by this one as well.

    Args:
        number: the licence.
        reason: why; the grower reads it.
        by_account_id: who decides.
        at: now.
        source: the branch, or the number of the case from which this follows.
    """
    licence = _take(
        number, Step.SUSPEND, by_account_id=by_account_id, reason=reason, at=at, suspension_of=source
    )
    record(events.LicenceSuspended(number=number, grower_id=licence.grower_id, reason=reason.strip()), at=at)


def reinstate(
    number: str, *, reason: str, by_account_id: int | None, at: datetime, source: str = BRANCH
) -> None:
    """End the suspension by this source; the licence is valid again once no other source suspends it.

    What a case suspended ends with its verdict, also when the licence has run out meanwhile: it is then worth no more than
    any that ran out.

    Raises:
        Conflict: this source does not suspend it (`held_by_case` when a case does).
        Invalid: the licence has run out meanwhile, and the branch would reinstate it; extend it first.
    """

    def has_run_out(licence: Licence) -> bool:
        return licence.valid_until is not None and licence.valid_until < local_day(at)

    def still_runs(licence: Licence) -> None:
        if source == BRANCH and has_run_out(licence):
            raise Invalid(_("The licence has run out meanwhile; extend it first."), code="days_over")

    licence = _take(
        number,
        Step.REINSTATE,
        by_account_id=by_account_id,
        reason=reason,
        at=at,
        write=still_runs,
        suspension_of=source,
    )
    if licence.state == LicenceState.VALID and not has_run_out(licence):
        record(
            events.LicenceReinstated(number=number, grower_id=licence.grower_id, reason=reason.strip()), at=at
        )


def extend(
    number: str, *, valid_until: date, by_account_id: int | None, at: datetime, reason: str = ""
) -> None:
    """Give a licence a later last day; one that has expired becomes valid again, a suspended one stays suspended.

    Raises:
        Invalid: the new last day is not later, or over already.
    """

    def write(licence: Licence) -> None:
        if licence.valid_until is not None and valid_until <= licence.valid_until:
            raise Invalid(_("The new last day must be later than the present one."), code="days_not_later")
        if valid_until < local_day(at):
            raise Invalid(_("The last day is over already."), code="days_over")
        licence.valid_until = valid_until

    licence = _take(number, Step.EXTEND, by_account_id=by_account_id, reason=reason, at=at, write=write)
    record(events.LicenceExtended(number=number, grower_id=licence.grower_id), at=at)


def withdraw(number: str, *, reason: str, by_account_id: int | None, at: datetime) -> None:
    """End a licence for good."""
    licence = _take(number, Step.WITHDRAW, by_account_id=by_account_id, reason=reason, at=at)
    record(events.LicenceWithdrawn(number=number, grower_id=licence.grower_id, reason=reason.strip()), at=at)


def take_back(number: str, *, grower_id: int, by_account_id: int, at: datetime) -> None:
    """The grower takes back his own application.

    Raises:
        Conflict: it was decided meanwhile.
        NotFound: it is not his.
    """
    licence = _locked(number)
    if licence.grower_id != grower_id:
        raise _unknown(number)
    if licence.state != LicenceState.APPLIED:
        raise decided_meanwhile()
    move(licence, Step.WITHDRAW, by_account_id=by_account_id, at=at)
    record(events.LicenceWithdrawn(number=number, grower_id=grower_id, reason=""), at=at)


def _take(
    number: str,
    step: Step,
    *,
    by_account_id: int | None,
    reason: str,
    at: datetime,
    write: Callable[[Licence], None] | None = None,
    suspension_of: str = "",
) -> Licence:
    licence = _locked(number)
    if by_account_id is not None:
        unit_id = session.scalar(select(Grower.unit_id).where(Grower.id == licence.grower_id))
        require_unit_access(by_account_id, unit_id or 0, "licences.decide")
        require_independent(by_account_id, licence.grower_id)
    LICENCE.require(licence, step)
    if step in NEEDS_REASON:
        require_reason(reason, _("Say why; the grower reads it."))
    if write is not None:
        write(licence)
    others = (
        other_sources(suspended_by(number), suspension_of, suspending=step is Step.SUSPEND)
        if suspension_of
        else []
    )
    move(
        licence,
        step,
        by_account_id=by_account_id,
        reason=reason,
        at=at,
        to=LicenceState.SUSPENDED if others else None,
        source=suspension_of,
    )
    return licence


def _locked(number: str) -> Licence:
    licence = locked(Licence, Licence.number == number)
    if licence is None:
        raise _unknown(number)
    return licence


def _unknown(number: str) -> NotFound:
    return NotFound(
        _("There is no licence with the number %(number)s.", number=number), code="licence_unknown"
    )


def _set_scope(licence: Licence, scope: Scope) -> None:
    licence.cultivar_groups = list(tidy(scope.cultivar_groups))
    licence.plots = list(tidy(scope.plots))
    licence.channels = list(tidy(scope.channels))


def _free_number(mark_code: str, year: int) -> str:
    while True:
        number = readable_number(mark_code, year, NUMBER_LENGTH)
        if session.scalar(select(Licence.id).where(Licence.number == number)) is None:
            return number
