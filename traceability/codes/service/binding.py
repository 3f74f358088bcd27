"""Binding codes to a parcel: an order cannot leave without codes, and a code leaves only once."""

from collections.abc import Collection, Iterable
from datetime import datetime

from flask_babel import gettext as _

from branch import api as branch
from core.errors import Conflict
from traceability.codes.queries.batches import CodeView, codes_by_ids
from traceability.codes.queries.search import CodeMatch, match_codes, unusable_text
from traceability.codes.rules.selection import read_selection
from traceability.codes.service.lifecycle import activate_locked
from traceability.codes.service.transitions import Step, bundle_of, lock_codes_by_id, move_codes, with_members
from traceability.codes.states import BINDABLE, ActionKind, CodeState, Level
from traceability.lots.states import LotState


class CodeNotUsable(Conflict):
    """Codes that cannot travel with this parcel; `details['codes']` names each, masked, and why."""

    code = "code_not_usable"


def bind_codes(
    *,
    consignment_number: str,
    order_number: str,
    grower_id: int,
    codes: Iterable[str],
    destination_province: str,
    seller: str,
    at: datetime,
    lot_ids: Collection[int] | None = None,
    by: int | None = None,
) -> list[CodeView]:
    """Send codes off with a consignment: they become shipped, with where and when.

    Codes that were only printed are activated on the way, which takes from the land's quota like any
    activation. The codes of plants packed in a bundle leave with it and are not counted again. Giving a
    code that this very consignment already carries changes nothing, so a repeated request is harmless.

    Args:
        consignment_number: the parcel.
        order_number: its order.
        grower_id: whose codes they must be.
        codes: scanned or typed, one or many per string; also ranges as `B-2026-7K3F9QA 1-50`.
        destination_province: shown to whoever scans, so that a copy elsewhere stands out.
        seller: the seller's name as shown to whoever scans.
        at: now, the moment of dispatch.
        lot_ids: the lots of which the parcel's plants are; None accepts any lot of the grower.
        by: the account that dispatches.

    Returns:
        All codes of the consignment that were named, by batch and place.

    Raises:
        CodeNotUsable: naming every unusable code; nothing is bound then.
        Conflict: the grower has no valid licence (`not_on_sale`), a code changed meanwhile, or the land's
            quota does not reach for codes that were not active yet.
    """
    selection = read_selection(codes)
    matches, refused = match_codes(selection)
    packed = bundle_of([match.code.id for match in matches if match.code.level == Level.UNIT])
    refused += [
        {"code": match.name, "reason": _("is packed in a bundle; give the bundle's code, or unpack it")}
        for match in matches
        if packed.get(match.code.id, match.code.id) not in {other.code.id for other in matches}
    ]
    matches = [match for match in matches if match.code.id not in packed]
    for match in matches:
        reason = _why_not(match, grower_id=grower_id, consignment_number=consignment_number, lot_ids=lot_ids)
        if reason:
            refused.append({"code": match.name, "reason": reason})
    if listed := unusable_text(matches, refused):
        raise CodeNotUsable(
            _("Nothing was bound. These codes cannot be used: %(codes)s", codes=listed), codes=refused
        )
    fresh = [match for match in matches if match.code.state in BINDABLE]
    if fresh:
        _ship(
            fresh,
            values={
                "consignment_number": consignment_number,
                "order_number": order_number,
                "destination_province": destination_province,
                "seller": seller,
                "dispatched_at": at,
            },
            grower_id=grower_id,
            at=at,
            by=by,
        )
    return codes_by_ids(match.code.id for match in matches)


def _ship(
    fresh: list[CodeMatch], *, values: dict[str, object], grower_id: int, at: datetime, by: int | None
) -> None:
    """Send these codes off, and the plants' codes packed in them; what was only printed is activated first."""
    for group in sorted({match.lot.cultivar_group for match in fresh}):
        branch.require_valid_licence(grower_id, at=at, cultivar_group=group, lock=True)
    parcel = str(values["consignment_number"])
    rows = with_members(lock_codes_by_id(match.code.id for match in fresh))
    printed = [row for row in rows if row.state == CodeState.PRINTED]
    if printed:
        activate_locked(printed, at=at, by=by, reference=parcel)
        rows = lock_codes_by_id(row.id for row in rows)
    move_codes(Step(ActionKind.SHIPPED, at, by, reference=parcel), rows, values=values)


def _why_not(
    match: CodeMatch, *, grower_id: int, consignment_number: str, lot_ids: Collection[int] | None
) -> str | None:
    if match.code.grower_id != grower_id:
        return _("not known in this system")  # whose it is, is nobody else's business
    if match.code.level == Level.LOT:
        return _("a lot's leaflet; bind the codes of bundles or plants")
    if match.lot.state == LotState.RECALLED:
        return _("its lot was recalled")
    if lot_ids is not None and match.lot.id not in lot_ids:
        return _("of lot %(number)s, which is not in this parcel", number=match.lot.number)
    if match.code.state in {CodeState.SHIPPED, CodeState.ACCEPTED}:
        mine = match.code.consignment_number == consignment_number
        return None if mine else _("has already left with another parcel")
    if match.code.state == CodeState.RESERVED:
        return _("its label was not printed yet")
    if match.code.state == CodeState.VOIDED:
        return _("was voided")
    if match.code.state == CodeState.RETURNED:
        return _("came back once; its label is used up")
    if match.code.state == CodeState.RECALLED:
        return _("was recalled")
    return None
