"""The history of a lot in plain words, read from its events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import strict_json
from core.database import session
from traceability.events.models.tables import EpcisEvent, EpcisKey

MOST = 100


@dataclass(frozen=True)
class TimelineStep:
    """One step: when, what in the language of the page, how many plants or labels, and the event behind it."""

    at: datetime
    title: str
    note: str
    event_id: str
    biz_step: str
    declared_wrong: bool


def timeline_of_lot(lot_id: int) -> list[TimelineStep]:
    """What happened to a lot, the oldest first; one statement. The newest hundred steps where there are more."""
    rows = session.scalars(
        select(EpcisEvent)
        .where(
            EpcisEvent.id.in_(
                select(EpcisKey.event_row_id).where(EpcisKey.kind == "lot", EpcisKey.value == str(lot_id))
            )
        )
        .order_by(EpcisEvent.event_time.desc(), EpcisEvent.id.desc())
        .limit(MOST)
    )
    return [_step(row) for row in reversed(rows.all())]


def _step(row: EpcisEvent) -> TimelineStep:
    event = strict_json.read(row.body)
    title, note = _words(event)
    return TimelineStep(
        at=row.event_time,
        title=title,
        note=note,
        event_id=row.event_id,
        biz_step=row.biz_step or "",
        declared_wrong=row.error_declared_at is not None,
    )


def _words(event: Mapping[str, Any]) -> tuple[str, str]:
    step = event.get("bizStep")
    if event["type"] == "TransformationEvent":
        return _transformed(event)
    count = _count(event, "quantityList") or _count(event, "childQuantityList")
    if "guiyuan:plantsPerCode" in event.get("ilmd", {}):
        per_code = event["ilmd"]["guiyuan:plantsPerCode"]
        plants = _("%(count)s plants", count=count * per_code)
        return _("Labels were activated"), _("%(count)s labels", count=count) + " · " + plants
    if step == "decommissioning":
        return _ended(event.get("guiyuan:reason", "")), _("%(count)s labels", count=count)
    plants = _("%(count)s plants", count=count) if count else ""
    if step == "inspecting":
        good = event.get("disposition") == "conformant"
        return (_("Inspected: in order") if good else _("Inspected: not in order")), plants
    titles = {
        "commissioning": _("The lot was recorded"),
        "packing": _("Packed"),
        "shipping": _("Sent off"),
        "receiving": _("Arrived at the buyer"),
    }
    return titles.get(step or "", _("Another step")), plants


def _transformed(event: Mapping[str, Any]) -> tuple[str, str]:
    titles = {
        "split": _("The lot was split"),
        "merge": _("Lots were merged"),
        "graft": _("Grafted"),
        "pot_on": _("Potted on"),
        "lift": _("Lifted"),
    }
    before, after = _count(event, "inputQuantityList"), _count(event, "outputQuantityList")
    note = _("%(before)s plants became %(after)s", before=before, after=after)
    return titles.get(event.get("guiyuan:transformation", ""), _("The lot became another")), note


def _ended(reason: str) -> str:
    titles = {
        "voided": _("Labels were voided"),
        "returned": _("Labels came back unused"),
        "recalled": _("Labels were recalled"),
        "accepted": _("Labels were accepted by the buyer"),
    }
    return titles.get(reason, _("Labels ended"))


def _count(event: Mapping[str, Any], name: str) -> int:
    return sum(int(element.get("quantity", 0)) for element in event.get(name, ()))
