"""Activations that were refused: who tried, when, for how many plants, and what was missing.

A refusal undoes its own transaction, so the edge notes it in one of its own, with `note_refusal`; the note and its
seal stand or fall together, so that nobody can later take back what was tried.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import seal
from core.accounts.queries.account import display_names
from core.clock import local_day
from core.database import session
from core.errors import Conflict, DomainError
from traceability.codes.models.tables import ActivationRefusal
from traceability.lots.models.tables import Lot
from traceability.quota.queries.shortage import Shortage

KIND = "activation_refusal"
SHOWN = 30


class Refusal(StrEnum):
    """Why codes were not activated; the first four are the land's."""

    NO_SURVEY = "no_survey"
    SURVEY_WAITS = "survey_waits"
    OTHER_SIZE = "other_size"
    USED_UP = "used_up"
    LOT_TOO_SMALL = "lot_too_small"
    NOT_MEASURED = "not_measured"
    NO_LICENCE = "no_licence"
    LOT_CLOSED = "lot_closed"
    CODES = "codes"


# What the rules count: more was wanted than land or lot can have grown.
BEYOND_BALANCE = frozenset(
    {Refusal.NO_SURVEY, Refusal.SURVEY_WAITS, Refusal.OTHER_SIZE, Refusal.USED_UP, Refusal.LOT_TOO_SMALL}
)

OF_CODE = {
    "more_codes_than_plants": Refusal.LOT_TOO_SMALL,
    "lot_not_measured": Refusal.NOT_MEASURED,
    "not_on_sale": Refusal.NO_LICENCE,
    "lot_closed": Refusal.LOT_CLOSED,
    "code_not_activatable": Refusal.CODES,
    "code_state": Refusal.CODES,
}

NAMES: dict[Refusal, Callable[[], str]] = {
    Refusal.NO_SURVEY: lambda: _("no survey of the land this year"),
    Refusal.SURVEY_WAITS: lambda: _("survey not approved"),
    Refusal.OTHER_SIZE: lambda: _("no land for this group and size"),
    Refusal.USED_UP: lambda: _("quota used up"),
    Refusal.LOT_TOO_SMALL: lambda: _("more than the lot holds"),
    Refusal.NOT_MEASURED: lambda: _("lot not measured"),
    Refusal.NO_LICENCE: lambda: _("licence not valid"),
    Refusal.LOT_CLOSED: lambda: _("lot closed"),
    Refusal.CODES: lambda: _("codes that cannot be used"),
}


@dataclass(frozen=True)
class RefusalView:
    """One refused activation for the branch."""

    grower_id: int
    lot_number: str | None
    why: Refusal
    codes: int
    plants: int
    free: int | None
    by: str
    at: datetime

    @property
    def why_words(self) -> str:
        """What was missing, in a few words."""
        return NAMES[self.why]()


def reason_of(error: DomainError) -> Refusal | None:
    """Which refusal an error is; None for what was only mistyped."""
    if error.code == "quota_exceeded":
        return Refusal(Shortage(error.details["why"]))
    return OF_CODE.get(error.code)


def note_refusal(error: DomainError, *, grower_id: int, at: datetime, by: int | None) -> bool:
    """Keep and seal the trace of a refused activation, in a transaction of the caller's own; whether there was one.

    Errors that are no refusal of an activation leave nothing.
    """
    why = reason_of(error) if isinstance(error, Conflict) else None
    if why is None:
        return False
    tried = error.details.get("tried", {})
    row = ActivationRefusal(
        grower_id=grower_id,
        lot_id=tried.get("lot_id"),
        why=str(why),
        codes=tried.get("codes", len(error.details.get("codes", ()))),
        plants=tried.get("plants", 0),
        free=error.details.get("free"),
        by_account_id=by,
        at=at,
    )
    session.add(row)
    session.flush()
    number = session.scalar(select(Lot.number).where(Lot.id == row.lot_id))
    seal.append(KIND, _subject(row), _body(row, number))
    return True


def _subject(row: ActivationRefusal) -> str:
    return f"activation-refusal/{row.id}"


def _body(row: ActivationRefusal, lot_number: str | None) -> seal.Body:
    """Everything that the trace says."""
    return {
        "grower_id": row.grower_id,
        "lot": lot_number,
        "why": row.why,
        "codes": row.codes,
        "plants": row.plants,
        "free": row.free,
        "by": row.by_account_id,
        "at": seal.moment(row.at),
    }


def _bodies() -> Iterator[tuple[str, seal.Body]]:
    rows = session.execute(
        select(ActivationRefusal, Lot.number)
        .outerjoin(Lot, Lot.id == ActivationRefusal.lot_id)
        .order_by(ActivationRefusal.id)
    )
    for row, number in rows:
        yield _subject(row), _body(row, number)


SOURCE = seal.SealSource(KIND, _bodies, ("activation_refusal",))


def refusals_of(grower_ids: Collection[int]) -> list[RefusalView]:
    """The newest refused activations of these growers."""
    rows = session.execute(
        select(ActivationRefusal, Lot.number)
        .outerjoin(Lot, Lot.id == ActivationRefusal.lot_id)
        .where(ActivationRefusal.grower_id.in_(list(grower_ids)))
        .order_by(ActivationRefusal.id.desc())
        .limit(SHOWN)
    ).all()
    names = display_names(row.by_account_id for row, _number in rows)
    return [
        RefusalView(
            row.grower_id,
            number,
            Refusal(row.why),
            row.codes,
            row.plants,
            row.free,
            names[row.by_account_id],
            row.at,
        )
        for row, number in rows
    ]


@dataclass(frozen=True)
class Tries:
    """Attempts beyond the balance: the same lot on the same day counts once, whoever pressed the button again."""

    times: int = 0
    plants: int = 0
    rows: tuple[int, ...] = ()


def tries_beyond(*, within: timedelta, at: datetime) -> dict[int, Tries]:
    """By grower, what was tried beyond land or lot in the time before `at`; the largest try of a day counts."""
    rows = session.execute(
        select(
            ActivationRefusal.id,
            ActivationRefusal.grower_id,
            func.coalesce(ActivationRefusal.lot_id, 0),
            ActivationRefusal.plants,
            ActivationRefusal.at,
        )
        .where(
            ActivationRefusal.why.in_(sorted(BEYOND_BALANCE)),
            ActivationRefusal.at > at - within,
            ActivationRefusal.at <= at,
        )
        .order_by(ActivationRefusal.id)
    )
    largest: dict[int, dict[tuple[int, str], int]] = {}
    evidence: dict[int, list[int]] = {}
    for row_id, grower_id, lot_id, plants, moment in rows:
        once = largest.setdefault(grower_id, {})
        key = (lot_id, local_day(moment).isoformat())
        once[key] = max(once.get(key, 0), plants)
        evidence.setdefault(grower_id, []).append(row_id)
    return {
        grower_id: Tries(len(once), sum(once.values()), tuple(evidence[grower_id]))
        for grower_id, once in largest.items()
    }
