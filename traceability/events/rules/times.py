"""Times as EPCIS writes them: RFC 3339, with whatever offset the place had (pure)."""

import re
from datetime import UTC, datetime

_RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)


def moment(text: str) -> datetime:
    """The aware time that `text` says, to the microsecond.

    Raises:
        ValueError: not RFC 3339, or a moment that no calendar of ours holds (a leap second, the year 0).
    """
    if not _RFC_3339.fullmatch(text):
        raise ValueError(f"{text!r} is no time with date and offset")
    parsed = datetime.fromisoformat(text.upper())
    try:
        parsed.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} lies outside of the calendar") from None
    return parsed
