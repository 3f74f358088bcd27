"""What follows from a confirmed fake: each action is done, noted and sealed in one transaction. Nothing commits."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core.database import session
from core.errors import Conflict
from traceability.cases.models.tables import CounterfeitCase
from traceability.cases.queries.records import CaseView, view
from traceability.cases.service.decisions import begin_step, finish_step, worded
from traceability.cases.states import ActionKind, CaseStep, CaseVerdict
from traceability.lots.queries.records import get_lot
from traceability.lots.states import LotState
from traceability.recalls.queries import open_request
from traceability.recalls.service import ask_for_recall, lock_reached


def open_actions(case: CaseView, *, at: datetime) -> list[ActionKind]:
    """What can be done about a case now, the usual first."""
    if case.verdict is not CaseVerdict.CONFIRMED_FAKE:
        return []
    actions = []
    storefront = _storefront(case, at=at)
    if case.shop:
        actions += [ActionKind.SHOP_NOTICE, ActionKind.PLATFORM_COMPLAINT]
        if storefront is not None:
            actions.append(ActionKind.SHOP_SUSPENDED)
        elif not _is_registered(case.shop, at=at):
            actions.append(ActionKind.SHOP_LISTED)
    elif case.grower_id is not None:
        actions.append(ActionKind.SHOP_NOTICE)
    if _licence(case, at=at) is not None:
        actions.append(ActionKind.LICENCE_SUSPENDED)
    if case.lot_id is not None and _may_be_recalled(case.lot_id):
        actions.append(ActionKind.LOT_RECALLED)
    return actions


def take_action(number: str, kind: ActionKind | str, *, note: str, at: datetime, by: int) -> CaseView:
    """Do what follows, and note it.

    A notice or complaint that goes out on paper or in the platform's own form is noted with `note`; a notice
    to one of our growers is sent as well. Suspensions happen here, with `note` as their reason; a recall is asked
    for, which stops the sale, and another person confirms it.

    Raises:
        Conflict: the verdict does not allow it, or what it acts on has changed meanwhile.
        Forbidden: outside the actor's area, or the actor works for the grower concerned.
        Invalid: no note.
    """
    kind = ActionKind(kind)
    if kind is ActionKind.LOT_RECALLED:  # lots are locked before cases
        lot_id = session.scalar(select(CounterfeitCase.lot_id).where(CounterfeitCase.number == number))
        if lot_id is not None:
            lock_reached(lot_id)
    case = begin_step(number, CaseStep.ACT, by=by)
    note = worded(note)
    if kind not in open_actions(view(case), at=at):
        raise Conflict(_("This does not follow from the verdict of this case."), code="action_not_open")
    detail: dict[str, Any] = {"kind": str(kind), **_carry_out(case, kind, note, at=at, by=by)}
    return finish_step(case, CaseStep.ACT, note=note, detail=detail, at=at, by=by)


def _carry_out(
    case: CounterfeitCase, kind: ActionKind, note: str, *, at: datetime, by: int
) -> dict[str, Any]:
    if kind is ActionKind.SHOP_NOTICE and case.grower_id is not None:
        branch.tell_people(
            case.grower_id,
            key=f"case:{case.number}:notice:{case.reopened}",
            template="case_notice",
            context={"number": case.number, "answer": case.answer, "note": note},
        )
        return {"grower_told": True}
    if kind is ActionKind.SHOP_LISTED:
        return {"listed": branch.warn_of_shop(case.shop, reference=case.number, at=at)}
    if kind is ActionKind.SHOP_SUSPENDED:
        storefront = _storefront(case, at=at)
        if storefront is None:
            raise Conflict(_("This shop is not in the register any more."), code="storefront_unknown")
        branch.decide_storefront(
            storefront.public_id,
            branch.StorefrontStep.SUSPEND,
            reason=note,
            by_account_id=by,
            at=at,
            source=case.number,
        )
        return {"storefront": storefront.public_id}
    if kind is ActionKind.LICENCE_SUSPENDED:
        licence = _licence(case, at=at)
        if licence is None:
            raise Conflict(_("The grower holds no licence any more."), code="licence_none")
        branch.suspend_licence(licence.number, reason=note, by_account_id=by, at=at, source=case.number)
        return {"licence": licence.number}
    if kind is ActionKind.LOT_RECALLED and case.lot_id is not None:
        grower = branch.get_grower(id=case.grower_id)
        branch.require_unit_access(by, grower.unit_id, "lots.recall")
        return {"recall_request": ask_for_recall(case.lot_id, reason=note, at=at, by=by)}
    return {}


def _may_be_recalled(lot_id: int) -> bool:
    return get_lot(id=lot_id).state != LotState.RECALLED and open_request(lot_id) is None


def _licence(case: CaseView | CounterfeitCase, *, at: datetime) -> branch.LicenceView | None:
    """The grower's licence while this case can suspend it: it is valid, or others suspend it and this case does not."""
    licence = branch.licence_of(case.grower_id, at=at) if case.grower_id is not None else None
    if licence is None or licence.is_valid:
        return licence
    if licence.effective_state != branch.Standing.SUSPENDED:
        return None
    return licence if case.number not in branch.licence_suspended_by(licence.number) else None


def _storefront(case: CaseView | CounterfeitCase, *, at: datetime) -> branch.StorefrontView | None:
    """The grower's own shop behind the case's address while this case can suspend it."""
    if "." not in case.shop:
        return None
    storefront = branch.check_url(case.shop, at=at).storefront
    if storefront is None or storefront.state not in {"authorised", "suspended"}:
        return None
    return storefront if case.number not in branch.storefront_suspended_by(storefront.public_id) else None


def _is_registered(shop: str, *, at: datetime) -> bool:
    """Whether the address is a shop of ours, in whatever standing: such a shop is suspended and never listed."""
    return "." in shop and branch.check_url(shop, at=at).storefront is not None
