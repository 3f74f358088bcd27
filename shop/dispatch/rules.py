"""When a parcel is due, and a pasted table of tracking numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shop.catalogue.rules.seasons import Window, monday, next_dispatch

# Days that a grower has from the first day on which the plants may travel.
DAYS_TO_SEND = 3
MOST_ROWS = 500


@dataclass(frozen=True)
class Courier:
    """Who takes parcels: its name as growers write it, what its numbers look like, and one for the sentence about a wrong one."""

    name: str
    number: str = r"[A-Za-z0-9-]{6,40}"
    example: str = ""


# One line a courier, offered where a parcel leaves; another name can be typed too, and has any courier's numbers.
COURIERS = (
    Courier("顺丰速运"),
    Courier("中通快递"),
    Courier("圆通速递"),
    Courier("申通快递"),
    Courier("韵达快递"),
    Courier("极兔速递"),
    Courier("邮政EMS"),
    Courier("德邦快递"),
    Courier("百世快运"),
    Courier("专车"),
)


def courier_of(name: str) -> Courier:
    """The courier of this name, or one of whom nothing else is known."""
    return next((courier for courier in COURIERS if courier.name == name.strip()), Courier(name))


def number_fits(courier: str, tracking_number: str) -> bool:
    """Whether a parcel of this courier can have this number."""
    return re.fullmatch(courier_of(courier).number, tracking_number.strip()) is not None


def due_day(windows: Sequence[Window], paid_on: date, *, presale_week: date | None = None) -> date:
    """The last day on which a parcel paid on `paid_on` is sent in time."""
    leaves = next_dispatch(windows, paid_on, presale_week=presale_week)
    return max(leaves.starts_on, paid_on) + timedelta(days=DAYS_TO_SEND)


def week_of(day: date) -> date:
    """The Monday of the ISO week of `day`, by which parcels are grouped."""
    year, week, _weekday = day.isocalendar()
    return monday(year, week)


@dataclass(frozen=True)
class TrackingRow:
    """One pasted row; `problem` is a stable word when it cannot be used."""

    line: int
    consignment_number: str
    courier: str
    tracking_number: str
    problem: str = ""


def read_tracking(text: str) -> list[TrackingRow]:
    """Rows of "parcel, courier, tracking number", cut by tabs, commas or blanks, as pasted from a table."""
    rows: list[TrackingRow] = []
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [
            cell.strip().strip('"') for cell in re.split(r"[\t,，;；]+|\s{1,}", line.strip()) if cell.strip()
        ]
        if not cells:
            continue
        parcel = cells[0].upper()
        courier = cells[1] if len(cells) > 1 else ""
        tracking = cells[2] if len(cells) > 2 else ""
        problem = ""
        if len(cells) != 3:
            problem = "three_cells"
        elif not number_fits(courier, tracking):
            problem = "tracking_unreadable"
        elif parcel in seen:
            problem = "parcel_twice"
        seen.add(parcel)
        rows.append(TrackingRow(number, parcel, courier[:40], tracking[:60], problem))
    return rows[:MOST_ROWS]
