"""Verbs of lots. Quantities change by conditional updates only; every change leaves a row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, select, update

from core import seal
from core.clock import local_year
from core.database import changed, session
from core.errors import Conflict, Invalid
from core.ids import readable_number
from core.transitions import require_reason
from traceability.events.rules.steps import Commissioned
from traceability.events.service.recording import record_step
from traceability.lots.models.sealing import lot_body, lot_subject
from traceability.lots.models.tables import Cultivar, CultivarGroup, Lot, LotChange, RecallRequest
from traceability.lots.queries.descent import ancestors
from traceability.lots.queries.records import LotView, get_lot, view
from traceability.lots.states import (
    SPECIES,
    TRANSITIONS,
    LotState,
    Propagation,
    RequestState,
    Root,
    is_age_code,
)
from traceability.plots.models.tables import Plot


class LotNotSaleable(Conflict):
    """The lot is closed or recalled, or has fewer plants left than are asked for."""

    code = "not_on_sale"


@dataclass(frozen=True)
class NewLot:
    """What a grower says about a new lot; lengths in cm and mm, None where not measured."""

    cultivar_group: str
    cultivar: str
    propagation: str
    root: str
    origin: str
    quantity: int
    age_code: str = ""
    height_cm_min: int | None = None
    height_cm_max: int | None = None
    ground_diameter_mm_min: int | None = None
    ground_diameter_mm_max: int | None = None
    grade: str = ""
    species: str = SPECIES
    photo_key: str | None = None


def _check(lot: NewLot) -> None:
    wrong: dict[str, str] = {}
    if lot.propagation not in set(Propagation):
        wrong["propagation"] = _("Choose how the plants were raised.")
    if lot.root not in set(Root):
        wrong["root"] = _("Choose how the root travels.")
    if lot.quantity < 0:
        wrong["quantity"] = _("The number of plants cannot be below 0.")
    if lot.age_code and not is_age_code(lot.age_code):
        wrong["age_code"] = _(
            "Write the age as 2-1 or 1(1)-0: years in all, then years after each transplanting."
        )
    for name, least, most in (
        ("height_cm_max", lot.height_cm_min, lot.height_cm_max),
        ("ground_diameter_mm_max", lot.ground_diameter_mm_min, lot.ground_diameter_mm_max),
    ):
        if least is not None and most is not None and least > most:
            wrong[name] = _("The largest cannot be below the smallest.")
    if wrong:
        raise Invalid(" ".join(wrong.values()), code="invalid_lot", fields=wrong)


def record_lot(*, grower_id: int, plot_id: int, lot: NewLot, at: datetime, by: int | None = None) -> LotView:
    """Record a lot standing on one of the grower's plots.

    A bound of a size that is left out takes the other's value.

    Raises:
        Invalid: naming every field that breaks a rule, a foreign plot and an unknown group included.
    """
    _check(lot)
    if session.scalar(select(Plot.id).where(Plot.id == plot_id, Plot.grower_id == grower_id)) is None:
        raise Invalid(
            _("Choose one of your own plots."),
            code="invalid_lot",
            fields={"plot": _("Choose one of your own plots.")},
        )
    if session.scalar(select(CultivarGroup.id).where(CultivarGroup.code == lot.cultivar_group)) is None:
        text = _("Choose a cultivar group.")
        raise Invalid(text, code="invalid_lot", fields={"cultivar_group": text})
    known = session.scalar(
        select(Cultivar).where(Cultivar.group_code == lot.cultivar_group, Cultivar.name_zh == lot.cultivar)
    )
    row = Lot(
        number=readable_number("L", local_year(at)),
        grower_id=grower_id,
        plot_id=plot_id,
        species=lot.species,
        cultivar_group=lot.cultivar_group,
        cultivar=lot.cultivar,
        cultivar_en=known.name_en if known else "",
        propagation=str(lot.propagation),
        age_code=lot.age_code,
        height_cm_min=_first(lot.height_cm_min, lot.height_cm_max),
        height_cm_max=_first(lot.height_cm_max, lot.height_cm_min),
        ground_diameter_mm_min=_first(lot.ground_diameter_mm_min, lot.ground_diameter_mm_max),
        ground_diameter_mm_max=_first(lot.ground_diameter_mm_max, lot.ground_diameter_mm_min),
        root=str(lot.root),
        grade=lot.grade,
        origin=lot.origin,
        quantity_recorded=lot.quantity,
        quantity_on_hand=lot.quantity,
        photo_key=lot.photo_key,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    note(row.id, "recorded", lot.quantity, "", at=at, by=by)
    recorded = view(row)
    record_step(Commissioned(recorded, lot.quantity), at=at, by=by)
    return recorded


def give_photo(lot_id: int, photo_key: str) -> None:
    """Give a lot its picture for whoever checks a code, unless it has one already."""
    given = update(Lot).where(Lot.id == lot_id, Lot.photo_key.is_(None)).values(photo_key=photo_key)
    if changed(given):
        seal_lot(lot_id)


def _first(value: int | None, other: int | None) -> int | None:
    return other if value is None else value


def lock_lots(lot_ids: Iterable[int] | Select[int]) -> None:
    """Have whoever changes these lots, or codes of them, wait until this transaction ends: by id, and before any code."""
    wanted = lot_ids if isinstance(lot_ids, Select) else sorted(lot_ids)
    session.execute(select(Lot.id).where(Lot.id.in_(wanted)).order_by(Lot.id).with_for_update()).all()


def require_saleable(lot_id: int, *, plants: int, at: datetime, lock: bool = False) -> LotView:  # noqa: ARG001 - `at` is part of the room's promise
    """The lot, if `plants` of it may be sold now.

    Args:
        lot_id: the lot.
        plants: how many are asked for; 0 asks only whether the lot is open.
        at: the moment of the sale.
        lock: hold the row against a recall until the caller's transaction ends (PostgreSQL; SQLite
            has one writer anyway).

    Raises:
        NotFound: there is no such lot.
        LotNotSaleable: closed, recalled, or too few left.
    """
    if lock:
        query = select(Lot).where(Lot.id == lot_id).with_for_update(read=True)
        session.execute(query.execution_options(populate_existing=True)).one_or_none()
    lot = get_lot(id=lot_id)
    if lot.state != LotState.OPEN:
        raise LotNotSaleable(_("Lot %(number)s is not on sale any more.", number=lot.number), lot=lot.number)
    if lot.quantity_on_hand < plants:
        raise _too_few(lot)
    return lot


def take_from_lot(lot_id: int, plants: int, *, at: datetime, by: int | None = None, reason: str = "") -> None:
    """Take `plants` off what is on hand, in one conditional update.

    Raises:
        LotNotSaleable: the lot is not open or has fewer left; nothing was taken.
    """
    if plants <= 0:
        raise ValueError("a number of plants above 0 is taken")
    moved = changed(
        update(Lot)
        .where(Lot.id == lot_id, Lot.state == LotState.OPEN, Lot.quantity_on_hand >= plants)
        .values(quantity_on_hand=Lot.quantity_on_hand - plants)
    )
    if not moved:
        raise _too_few(get_lot(id=lot_id))
    note(lot_id, "taken", -plants, reason, at=at, by=by)


def _too_few(lot: LotView) -> LotNotSaleable:
    return LotNotSaleable(
        _("Lot %(number)s has %(left)s plants left.", number=lot.number, left=lot.quantity_on_hand),
        lot=lot.number,
        left=lot.quantity_on_hand,
    )


def put_back_to_lot(
    lot_id: int, plants: int, *, at: datetime, by: int | None = None, reason: str = ""
) -> None:
    """Return `plants` that were taken but never left.

    Raises:
        Conflict: more would be on hand than were ever recorded.
    """
    moved = changed(
        update(Lot)
        .where(Lot.id == lot_id, Lot.quantity_on_hand + plants <= Lot.quantity_recorded)
        .values(quantity_on_hand=Lot.quantity_on_hand + plants)
    )
    if not moved:
        raise Conflict(_("More plants would be on hand than were ever recorded."), code="lot_quantity")
    note(lot_id, "returned", plants, reason, at=at, by=by)


def add_to_lot(lot_id: int, plants: int, *, at: datetime, by: int | None = None, reason: str = "") -> None:
    """Record `plants` more after a count; below 0 for plants that died or were lost.

    Raises:
        Conflict: fewer are on hand than would be struck off.
    """
    values = {"quantity_on_hand": Lot.quantity_on_hand + plants}
    if plants > 0:
        values["quantity_recorded"] = Lot.quantity_recorded + plants
    else:
        values["quantity_moved"] = Lot.quantity_moved - plants
    moved = changed(update(Lot).where(Lot.id == lot_id, Lot.quantity_on_hand + plants >= 0).values(values))
    if not moved:
        raise Conflict(_("Fewer plants are on hand than that."), code="lot_quantity")
    note(lot_id, "counted", plants, reason, at=at, by=by)


def change_state(lot_id: int, target: LotState, *, reason: str, at: datetime, by: int | None) -> LotView:
    """Close, reopen or recall a lot. A recall is final and needs a reason that buyers will read.

    Raises:
        Conflict: the lot's state does not allow it, or a recall of it, or of what it came of, waits (`recall_asked`).
        Invalid: a recall without a reason.
    """
    if target is LotState.OPEN:
        lock_lots([lot_id])  # whoever asks for a recall holds all that it reaches
        if _recall_waits(lot_id):
            raise Conflict(
                _("A recall was asked for; until it is decided the lot stays closed."), code="recall_asked"
            )
    if target is LotState.RECALLED:
        require_reason(reason, _("Say why the lot is recalled; buyers will read it."))
    moved = changed(
        update(Lot)
        .where(Lot.id == lot_id, Lot.state.in_(TRANSITIONS.sources_of(target)))
        .values(state=str(target), state_reason=reason.strip())
    )
    if not moved:
        raise Conflict(_("The state of the lot does not allow that now."), code="lot_state")
    note(lot_id, str(target), 0, reason.strip(), at=at, by=by)
    session.expire_all()
    return get_lot(id=lot_id)


def _recall_waits(lot_id: int) -> bool:
    waits = RecallRequest.lot_id.in_(ancestors([lot_id])) & (RecallRequest.state == str(RequestState.OPEN))
    return session.scalar(select(RecallRequest.id).where(waits).limit(1)) is not None


def note(lot_id: int, kind: str, plants: int, reason: str, *, at: datetime, by: int | None) -> None:
    """Leave a row about a change of the lot, and seal what it is now."""
    session.add(LotChange(lot_id=lot_id, kind=kind, plants=plants, reason=reason, by_account_id=by, at=at))
    session.flush()
    seal_lot(lot_id)


def seal_lot(lot_id: int) -> None:
    """Seal the lot as it stands now, and let later reads see it."""
    lot = session.get_one(Lot, lot_id, populate_existing=True)
    seal.append("lot", lot_subject(lot), lot_body(lot))
