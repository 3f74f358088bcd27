"""What of an inspection is sealed: all of it, beside its EPCIS event."""

from sqlalchemy import select

from core.seal import Body, SealSource, bodies_of, moment
from traceability.inspections.models.tables import Inspection

KIND = "inspection"


def subject_of(inspection: Inspection) -> str:
    """The inspection as the log knows it."""
    return f"inspection/{inspection.number}"


def sealed_body(inspection: Inspection) -> Body:
    """What was seen, when by which clock, and by whom."""
    return {
        "lot": inspection.lot_id,
        "conformant": inspection.conformant,
        "seen": inspection.seen,
        "plants_counted": inspection.plants_counted,
        "plants_unhealthy": inspection.plants_unhealthy,
        "photo": inspection.photo_key,
        "device_at": moment(inspection.device_at),
        "received_at": moment(inspection.received_at),
        "seen_at": moment(inspection.seen_at),
        "event": inspection.event_id,
        "by": inspection.by_account_id,
    }


SOURCE = SealSource(
    KIND,
    bodies_of(select(Inspection).order_by(Inspection.id), subject_of, sealed_body),
    tables=("inspection",),
)
