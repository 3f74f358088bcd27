"""Recording an inspection: once, however often it is sent."""

import re
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core import seal
from core.clock import local_year
from core.database import session
from core.errors import Conflict, Invalid, NotFound
from core.form_keys.service import SentOtherwise
from core.ids import readable_number
from traceability.events.rules.steps import Inspected
from traceability.events.service.recording import record_step
from traceability.inspections.models.sealing import KIND, sealed_body, subject_of
from traceability.inspections.models.tables import Inspection
from traceability.inspections.rules import time_that_counts
from traceability.lots.models.tables import Lot
from traceability.lots.queries.records import view

CLIENT_ID = re.compile(r"[0-9A-Za-z-]{16,64}")


@dataclass(frozen=True)
class NewInspection:
    """What a technician wrote down; `device_at` by the device's clock when it was written without signal."""

    client_id: str
    lot_number: str
    conformant: bool
    seen: str
    plants_counted: int | None = None
    plants_unhealthy: int | None = None
    photo_key: str | None = None
    device_at: datetime | None = None


def record_inspection(seen: NewInspection, *, at: datetime, by: int) -> tuple[str, bool]:
    """Store and seal an inspection with its EPCIS event; its number, and whether it is new.

    What was sent before with the same `client_id` by the same person is there already and stays as it is.

    Raises:
        NotFound: there is no such lot.
        Forbidden: it grows outside the units that the account looks after, or is of the grower that the account works for.
        Invalid: more plants are unhealthy than were counted, or the id is malformed.
        Conflict: somebody else's inspection has this id.
        SentOtherwise: it was sent before and said something else then.
    """
    if not CLIENT_ID.fullmatch(seen.client_id):
        raise Invalid(_("The inspection carries no usable id. Reload the page."), code="client_id_malformed")
    # The lot's row is the lock under which the same inspection, sent twice at once, is stored once.
    lot = session.scalars(
        select(Lot).where(Lot.number == seen.lot_number.strip().upper()).with_for_update()
    ).one_or_none()
    if lot is None:
        raise NotFound(_("There is no lot with this number."), code="no_such_lot")
    branch.require_unit_access(by, branch.get_grower(id=lot.grower_id).unit_id, "inspections.record")
    branch.require_independent(by, lot.grower_id)
    known = session.scalars(select(Inspection).where(Inspection.client_id == seen.client_id)).one_or_none()
    if known is not None:
        if known.by_account_id != by:
            raise Conflict(_("Somebody else's inspection has this id."), code="client_id_taken")
        if _content(known) != (
            lot.id,
            seen.conformant,
            seen.seen.strip(),
            seen.plants_counted,
            seen.plants_unhealthy,
        ):
            raise SentOtherwise
        return known.number, False
    if (seen.plants_unhealthy or 0) > (seen.plants_counted or 0) and seen.plants_counted is not None:
        raise Invalid(
            _("More plants are unhealthy than were counted."),
            code="more_than_counted",
            fields={"plants_unhealthy": _("More plants are unhealthy than were counted.")},
        )
    seen_at = time_that_counts(seen.device_at, received_at=at)
    event_id = record_step(Inspected(view(lot), seen.conformant), at=at, by=by, happened_at=seen_at)
    row = Inspection(
        number=readable_number("I", local_year(at)),
        client_id=seen.client_id,
        lot_id=lot.id,
        conformant=seen.conformant,
        seen=seen.seen.strip(),
        plants_counted=seen.plants_counted,
        plants_unhealthy=seen.plants_unhealthy,
        photo_key=seen.photo_key,
        device_at=seen.device_at,
        received_at=at,
        seen_at=seen_at,
        event_id=event_id,
        by_account_id=by,
    )
    session.add(row)
    session.flush()
    seal.append(KIND, subject_of(row), sealed_body(row))
    return row.number, True


def _content(row: Inspection) -> tuple[int, bool, str, int | None, int | None]:
    """What was found; the photograph is left out, which another version may make otherwise of the same file."""
    return row.lot_id, row.conformant, row.seen, row.plants_counted, row.plants_unhealthy
