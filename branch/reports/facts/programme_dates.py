"""A programme's date as a report is given it; apart from the estimates, which load numpy. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ProgrammeDate:
    """A programme as it was noted: the unit it began in, its day, and the day of the note."""

    unit_code: str
    name: str
    started_on: date
    noted_on: date
