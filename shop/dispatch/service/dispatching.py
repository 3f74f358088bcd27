"""The moment at which plants leave: papers, licence, codes, lots and the parcel's state in one transaction."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core.clock import local_day
from core.database import session
from core.errors import Conflict, Invalid
from shop.dispatch.models import DispatchDraft
from shop.dispatch.queries import Parcel
from shop.dispatch.rules import courier_of, number_fits
from shop.orders.service import fulfilling
from shop.orders.service.transitions import locked_consignment
from shop.orders.states import By, FulfilmentState
from traceability import api as traceability


class NotReady(Conflict):
    """The parcel may not leave yet; `details['missing']` names every reason."""

    code = "parcel_not_ready"


def save_draft(parcel: Parcel, *, codes: str, courier: str, tracking_number: str, at: datetime) -> None:
    """Keep what was entered for a parcel."""
    row = session.scalars(
        select(DispatchDraft).where(DispatchDraft.consignment_id == parcel.id)
    ).one_or_none()
    if row is None:
        row = DispatchDraft(consignment_id=parcel.id)
        session.add(row)
    row.codes = codes.strip()
    row.courier = courier.strip()[:40]
    row.tracking_number = tracking_number.strip()[:60]
    row.updated_at = at
    session.flush()


def dispatch(
    parcel: Parcel, *, codes: str, courier: str, tracking_number: str, seller: str, at: datetime, by: By
) -> None:
    """Send a parcel off. Repeating it for a parcel that left with the same tracking number changes nothing.

    Raises:
        Invalid: the courier or its number is missing.
        NotReady: naming each required paper that is missing, or how many plants the codes leave out.
        Conflict: no valid licence, codes that cannot be used, a lot without enough plants, or a wrong state.
    """
    if parcel.state == FulfilmentState.DISPATCHED and parcel.tracking_number == tracking_number.strip():
        return
    _require_courier(courier, tracking_number)
    _require_papers(parcel, at=at)
    locked_consignment(parcel.id)
    for group in sorted({line.cultivar_group for line in parcel.lines}):
        branch.require_valid_licence(parcel.grower_id, at=at, cultivar_group=group, channel="shop", lock=True)
    if parcel.state == FulfilmentState.TO_PACK:
        fulfilling.mark_packed(parcel.id, at=at, by=by)
    bound = traceability.bind_codes(
        consignment_number=parcel.number,
        order_number=parcel.order_number,
        grower_id=parcel.grower_id,
        codes=codes.splitlines(),
        destination_province=parcel.province,
        seller=seller,
        at=at,
        lot_ids=set(parcel.plants_by_lot),
        by=by.account_id,
    )
    _require_cover(parcel, bound)
    for lot_id, plants in sorted(parcel.plants_by_lot.items()):
        traceability.take_from_lot(lot_id, plants, at=at, by=by.account_id, reason=parcel.number)
    traceability.record_dispatch(parcel.number, parcel.plants_by_lot, at=at, by=by.account_id)
    traceability.certify_parcel(parcel.number, at=at)
    fulfilling.mark_dispatched(
        parcel.id, courier=courier.strip(), tracking_number=tracking_number.strip(), at=at, by=by
    )


def _require_courier(courier: str, tracking_number: str) -> None:
    wrong: dict[str, str] = {}
    if not courier.strip():
        wrong["courier"] = _("Say which courier takes the parcel.")
    if not number_fits(courier, tracking_number):
        wrong["tracking_number"] = wrong_number(courier)
    if wrong:
        raise Invalid(" ".join(wrong.values()), code="courier_missing", fields=wrong)


def wrong_number(courier: str) -> str:
    """What a tracking number of this courier looks like, as a sentence."""
    if example := courier_of(courier).example:
        return _("A number of %(courier)s looks like %(example)s.", courier=courier.strip(), example=example)
    return _("A tracking number has 6 to 40 letters and digits.")


def missing(parcel: Parcel, *, at: datetime) -> list[str]:
    """The names of required papers that a parcel does not have yet."""
    return [
        traceability.paper_kind_name(kind)
        for kind in traceability.missing_papers(
            parcel.number, parcel.province, on=local_day(at), roots=parcel.roots, grower_id=parcel.grower_id
        )
    ]


def _require_papers(parcel: Parcel, *, at: datetime) -> None:
    names = missing(parcel, at=at)
    if names:
        raise NotReady(
            _("Without these papers the parcel does not leave: %(papers)s.", papers="、".join(names)),
            missing=names,
        )


def _require_cover(parcel: Parcel, bound: list[traceability.CodeView]) -> None:
    """The codes of each lot stand for exactly the plants that leave of it."""
    covered: Counter[int] = Counter()
    for code in bound:
        covered[code.lot_id] += code.plants
    wrong = [
        _(
            "lot %(lot)s: the codes stand for %(covered)s plants, the parcel holds %(plants)s",
            lot=next(line.lot_number for line in parcel.lines if line.lot_id == lot_id),
            covered=covered[lot_id],
            plants=plants,
        )
        for lot_id, plants in parcel.plants_by_lot.items()
        if covered[lot_id] != plants
    ]
    if wrong:
        raise NotReady(_("The codes do not fit the plants: %(lots)s.", lots="；".join(wrong)), missing=wrong)
