"""The keys by which events are found, as the database has them and as the events' own texts say: the audit compares them."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from flask import Flask, current_app
from sqlalchemy import select

from core.database import session
from traceability.events.models.tables import EpcisKey
from traceability.events.rules.keys import Key

# Every lot's id by its number: asked of the feature above.
IdsByNumber = Callable[[], Mapping[str, int]]
AT_A_TIME = 5_000
LOT = re.compile(r'/lots/([^"/]+)"')


def indexed_keys() -> Iterator[tuple[int, list[Key]]]:
    """The keys of each event that has some, by the ascending ids of their events."""
    rows = session.execute(
        select(EpcisKey.event_row_id, EpcisKey.kind, EpcisKey.value, EpcisKey.raw, EpcisKey.number)
        .order_by(EpcisKey.event_row_id)
        .execution_options(yield_per=AT_A_TIME)
    )
    for event_row_id, of_event in groupby(rows, key=lambda row: int(row.event_row_id)):
        yield event_row_id, [Key(row.kind, row.value, row.raw, row.number) for row in of_event]


def init_lot_ids(app: Flask, ids_by_number: IdsByNumber) -> None:
    """Tell the audit of events who knows the lots; wired in `wsgi.py`."""
    app.extensions["lot_ids"] = ids_by_number


def lot_ids() -> Mapping[str, int]:
    """Every lot's id by its number, as it was handed in."""
    ids_by_number: IdsByNumber = current_app.extensions["lot_ids"]
    return ids_by_number()


def lot_keys(body: str, lots: Mapping[str, int]) -> list[Key]:
    """The lots that the text of an event of our own speaks of, once each: it tells each by its address."""
    numbers = sorted(set(LOT.findall(body)))
    return [Key("lot", str(lots[number])) for number in numbers if number in lots]
