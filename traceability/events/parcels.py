"""What the shop tells of a parcel: it was packed and left; it arrived."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from flask import current_app
from sqlalchemy import select

from core.database import session
from traceability.events import jsontext
from traceability.events.keys import short
from traceability.events.models import EpcisEvent, EpcisKey
from traceability.events.service import parcel_address, record_step, record_steps
from traceability.events.steps import Packed, Portion, Received, Shipped
from traceability.lots.queries import lots_by_ids
from traceability.papers.queries import papers_of


def record_dispatch(
    consignment_number: str, plants_by_lot: Mapping[int, int], *, at: datetime, by: int | None
) -> None:
    """Store that a parcel was packed and shipped, with the papers that travel; in the caller's transaction."""
    lots = lots_by_ids(plants_by_lot)
    contents = tuple((lots[lot_id], plants) for lot_id, plants in sorted(plants_by_lot.items()))
    base_url = current_app.config["SETTINGS"].base_url
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
                    f"{base_url}/papers/{kind}/{quote(number, safe='')}" for kind, number in papers
                ),
            ),
        ],
        at=at,
        by=by,
    )


def record_arrival(consignment_number: str, *, at: datetime, by: int | None) -> None:
    """Store that a parcel reached its buyer, with what it held when it left.

    A parcel whose dispatch was not recorded here has no contents to speak of; nothing is stored for it.
    """
    contents = _contents(consignment_number)
    if contents:
        record_step(Received(consignment_number, contents), at=at, by=by)


def _contents(consignment_number: str) -> tuple[Portion, ...]:
    left = session.scalars(
        select(EpcisEvent)
        .join(EpcisKey, EpcisKey.event_row_id == EpcisEvent.id)
        .where(
            EpcisKey.kind == "epc",
            EpcisKey.value == short(parcel_address(consignment_number)),
            EpcisEvent.biz_step == "shipping",
            EpcisEvent.own,
        )
        .order_by(EpcisEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if left is None:
        return ()
    plants = {one["epcClass"]: one["quantity"] for one in jsontext.read(left.body)["quantityList"]}
    ids = session.scalars(
        select(EpcisKey.value).where(EpcisKey.event_row_id == left.id, EpcisKey.kind == "lot")
    )
    lots = lots_by_ids([int(value) for value in ids])
    numbers = {address.rpartition("/")[2]: count for address, count in plants.items()}
    return tuple((lot, numbers[lot.number]) for _id, lot in sorted(lots.items()))
