"""A whole parcel came back: its labels are used up, and the quota gets back what was counted alive."""

from collections.abc import Mapping
from datetime import datetime

from traceability.codes.models.tables import Code
from traceability.codes.service.lifecycle import return_codes
from traceability.codes.service.transitions import LockedCode, bundle_of, lock_codes
from traceability.codes.states import CodeState, sources_of


def return_parcel(
    consignment_number: str,
    counted: Mapping[int, int],
    *,
    reason: str,
    at: datetime,
    by: int | None,
    photo_key: str | None = None,
) -> int:
    """Take back every code that left with a parcel; how many that were. In the caller's transaction.

    Args:
        consignment_number: the parcel.
        counted: plants that came back alive, by lot; a lot that is not named gets nothing back.
        reason: why; whoever scans one of the labels will read it.
        at: now.
        by: who counted.
        photo_key: a photograph of what came back.

    Raises:
        Invalid: no reason, or more counted than left.
    """
    rows = lock_codes(
        Code.consignment_number == consignment_number,
        Code.state.in_(sorted(sources_of(CodeState.RETURNED))),
    )
    by_lot: dict[int, list[LockedCode]] = {}
    for row in _outermost(rows):
        by_lot.setdefault(row.lot_id, []).append(row)
    done = [
        action
        for lot_id, group in sorted(by_lot.items())
        for action in return_codes(
            group, counted=counted.get(lot_id, 0), reason=reason, at=at, by=by, photo_key=photo_key
        )
    ]
    return sum(action.codes for action in done)


def _outermost(rows: list[LockedCode]) -> list[LockedCode]:
    """Without the plants' codes that are packed in one of the bundles: they come along with it."""
    packed, ids = bundle_of([row.id for row in rows]), {row.id for row in rows}
    return [row for row in rows if packed.get(row.id) not in ids]
