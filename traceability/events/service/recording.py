"""Verbs of provenance events: our own steps. What others send stands in `capture.py`."""

from collections.abc import Sequence
from datetime import datetime

from branch import api as branch
from core.keyed_digests import key_for, keyed
from core.settings import current_settings
from traceability.events.rules.keys import Key
from traceability.events.rules.step_events import Names, as_event, context_of
from traceability.events.rules.steps import Step, lots_of
from traceability.events.service.storing import prepare, store


def record_step(step: Step, *, at: datetime, by: int | None, happened_at: datetime | None = None) -> str:
    """Store a step of our own as an EPCIS event, and seal it; its event id.

    Adds to the caller's transaction. The same step at the same moment is stored once. `happened_at` is given
    for what is told later than it happened: it becomes the event time, `at` stays the record time.
    """
    return record_steps([step], at=at, by=by, happened_at=happened_at)[0]


def record_steps(
    steps: Sequence[Step], *, at: datetime, by: int | None, happened_at: datetime | None = None
) -> list[str]:
    """Store many steps at once, with as many statements as for one; their event ids."""
    names = _names(steps, at)
    context = context_of(names.base_url)
    prepared = [
        prepare(
            as_event(step, names, happened_at or at),
            context,
            more_keys=[Key("lot", str(lot_id)) for lot_id in {lot.id for lot in lots_of(step)}],
        )
        for step in steps
    ]
    store(prepared, own=True, at=at, by=by)
    return [event.event_id for event in prepared]


def parcel_address(consignment_number: str) -> str:
    """How a parcel is called in events."""
    return Names(current_settings().base_url, {}, {}, _keyed).parcel(consignment_number)


def _names(steps: Sequence[Step], at: datetime) -> Names:
    growers = sorted({lot.grower_id for step in steps for lot in lots_of(step)})
    return Names(
        base_url=current_settings().base_url,
        slugs={grower.id: grower.slug for grower in branch.growers_by_ids(growers).values()},
        licences={
            grower_id: licence.number
            for grower_id, licence in branch.licences_of_growers(growers, at=at).items()
            if licence.effective_state == "valid"
        },
        keyed=_keyed,
    )


def _keyed(purpose: str, number: str) -> str:
    """A public id for something whose own number is nobody else's business: 100 bits of a keyed digest."""
    return keyed(key_for(f"epcis {purpose} v1"), number).hex()[:25]
