"""What is told of a parcel: it was packed and left; it arrived, at once or plant by plant."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import select

from core import strict_json
from core.database import session
from core.settings import current_settings
from traceability.events.models.tables import EpcisEvent, EpcisKey
from traceability.events.rules.keys import index_value
from traceability.events.rules.steps import Packed, Portion, Received, Shipped
from traceability.events.service.recording import parcel_address, record_step, record_steps
from traceability.lots.queries.records import lots_by_ids
from traceability.papers.queries import papers_of


def record_dispatch(
    consignment_number: str, plants_by_lot: Mapping[int, int], *, at: datetime, by: int | None
) -> None:
    """Store that a parcel was packed and shipped, with the papers that travel; in the caller's transaction."""
    lots = lots_by_ids(plants_by_lot)
    contents = tuple((lots[lot_id], plants) for lot_id, plants in sorted(plants_by_lot.items()))
    papers = sorted(
        {(str(paper.kind), paper.number) for paper in papers_of(consignment_number) if paper.number}
    )
    record_steps(
        [
            Packed(consignment_number, contents),
            Shipped(
                consignment_number,
                contents,
                certificates=tuple(
                    f"{current_settings().base_url}/papers/{kind}/{quote(number, safe='')}"
                    for kind, number in papers
                ),
            ),
        ],
        at=at,
        by=by,
    )


def record_arrival(consignment_number: str, *, at: datetime, by: int | None) -> None:
    """Store that a parcel reached its buyer, with what it held when it left and was not confirmed before.

    A parcel whose dispatch was not recorded here has no contents to speak of; nothing is stored for it.
    """
    contents = _under_way(consignment_number)
    if contents:
        record_step(Received(consignment_number, contents), at=at, by=by)


def record_part_arrival(
    consignment_number: str, plants_by_lot: Mapping[int, int], *, at: datetime, by: int | None
) -> None:
    """Store that these plants of a parcel reached their buyer; the rest of it follows with `record_arrival`."""
    lots = lots_by_ids(plants_by_lot)
    contents = tuple((lots[lot_id], plants) for lot_id, plants in sorted(plants_by_lot.items()) if plants)
    if contents:
        record_step(Received(consignment_number, contents), at=at, by=by)


def _under_way(consignment_number: str) -> tuple[Portion, ...]:
    """What left with the parcel less what was already received of it, by lot."""
    events = session.scalars(
        select(EpcisEvent)
        .join(EpcisKey, EpcisKey.event_row_id == EpcisEvent.id)
        .where(
            EpcisKey.kind == "epc",
            EpcisKey.value == index_value(parcel_address(consignment_number)),
            EpcisEvent.biz_step.in_(("shipping", "receiving")),
            EpcisEvent.own,
        )
        .order_by(EpcisEvent.id)
    ).all()
    left = next((event for event in reversed(events) if event.biz_step == "shipping"), None)
    if left is None:
        return ()
    plants = _plants_of(left)
    for event in events:
        if event.biz_step == "receiving" and event.id > left.id:
            plants.subtract(_plants_of(event))
    ids = session.scalars(
        select(EpcisKey.value).where(EpcisKey.event_row_id == left.id, EpcisKey.kind == "lot")
    )
    lots = lots_by_ids([int(value) for value in ids])
    return tuple((lot, plants[lot.number]) for _id, lot in sorted(lots.items()) if plants[lot.number] > 0)


def _plants_of(event: EpcisEvent) -> Counter[str]:
    """How many plants of each lot's number an event of our own speaks of."""
    portions = strict_json.read(event.body)["quantityList"]
    return Counter({portion["epcClass"].rpartition("/")[2]: int(portion["quantity"]) for portion in portions})
