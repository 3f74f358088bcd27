"""Tells the people of a grower what the branch decided about a licence or a storefront."""

from sqlalchemy import select

from branch.growers.service.notices import tell_people
from branch.licences import events
from branch.licences.models.tables import Licence
from core.database import session

LicenceEvent = (
    events.LicenceApplied
    | events.LicenceGranted
    | events.LicenceRefused
    | events.LicenceSuspended
    | events.LicenceReinstated
    | events.LicenceExtended
    | events.LicenceExpired
    | events.LicenceWithdrawn
)


def tell_grower(event: LicenceEvent, *, event_id: str) -> None:
    """Handler: one message to each person of the grower about a step of his licence."""
    last_day = session.scalar(select(Licence.valid_until).where(Licence.number == event.number))
    tell_people(
        event.grower_id,
        key=event_id,
        template="licence_changed",
        context={
            "what": type(event).__name__,
            "number": event.number,
            "reason": getattr(event, "reason", ""),
            "last_day": last_day.isoformat() if last_day else "",
        },
    )
