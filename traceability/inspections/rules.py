"""When a thing was seen, by a clock that may be wrong. Pure."""

from datetime import datetime, timedelta

AHEAD = timedelta(minutes=5)
LONGEST_AWAY = timedelta(days=60)


def is_believable(device_at: datetime | None, *, received_at: datetime) -> bool:
    """Whether the time of a device can be: not later than now, and not older than anybody stays without signal."""
    return device_at is not None and received_at - LONGEST_AWAY <= device_at <= received_at + AHEAD


def time_that_counts(device_at: datetime | None, *, received_at: datetime) -> datetime:
    """The device's time when it can be, never later than the receipt; else the receipt's."""
    if device_at is None or not is_believable(device_at, received_at=received_at):
        return received_at
    return min(device_at, received_at)
