"""How long who entered a wrong inner code has to wait. Pure.

An inner code has 8 characters of 32: 2**40 = 1.1 x 10**12. Wrong entries cost time where they come from, never elsewhere:
whoever holds the label and enters it from another network is not kept waiting by a stranger.

- A device has three tries, then waits 10 minutes, 1 hour, 6 hours, and a day after each further one.
- A network (/24, /48) has six, then waits an hour after each, 6 hours after the ninth, a day after the twelfth: at most
  twelve guesses within 24 hours.
- Of one code `MOST_FREE` wrong entries within 24 hours are answered so; beyond them each network has one a day, and beyond
  `MOST_A_DAY` everybody waits. No code is therefore guessed at more than `MOST_A_DAY` times a day: a chance of
  10**5 / 2**40 = 9 x 10**-8 a day, 1 in 30,000 a year, for an attacker with 100,000 networks; with a thousand
  networks 10**-9 a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(days=1)
MOST_FREE = 200
MOST_A_DAY = 100_000
# So many wrong entries within a day are told to seller and buyer.
TELL_AT = 5

_HOUR = timedelta(hours=1)
# The wait after so many wrong entries within the window; the last line that is reached counts.
DEVICE_WAITS: tuple[tuple[int, timedelta], ...] = (
    (3, timedelta(minutes=10)),
    (4, _HOUR),
    (5, 6 * _HOUR),
    (6, WINDOW),
)
NETWORK_WAITS: tuple[tuple[int, timedelta], ...] = ((6, _HOUR), (9, 6 * _HOUR), (12, WINDOW))
CROWDED_WAITS: tuple[tuple[int, timedelta], ...] = ((1, WINDOW),)


@dataclass(frozen=True)
class WrongEntries:
    """Wrong entries of one code within the window from one place, and the latest of them."""

    count: int = 0
    last_at: datetime | None = None


def waits_until(
    device: WrongEntries, network: WrongEntries, everywhere: WrongEntries, *, at: datetime
) -> datetime | None:
    """Until when an entry from this device and network is not looked at; None when it is."""
    ends = [_lock_end(device, DEVICE_WAITS), _lock_end(network, NETWORK_WAITS)]
    if everywhere.count >= MOST_FREE:
        ends.append(_lock_end(network, CROWDED_WAITS))
    if everywhere.count >= MOST_A_DAY:
        ends.append(_lock_end(everywhere, ((MOST_A_DAY, _HOUR),)))
    return max((end for end in ends if end is not None and end > at), default=None)


def tries_left(device: WrongEntries, network: WrongEntries) -> int:
    """How many wrong entries are left before the first wait."""
    return max(0, min(DEVICE_WAITS[0][0] - device.count, NETWORK_WAITS[0][0] - network.count))


def _lock_end(wrongs: WrongEntries, waits: Sequence[tuple[int, timedelta]]) -> datetime | None:
    reached = [wait for least, wait in waits if wrongs.count >= least]
    return wrongs.last_at + reached[-1] if reached and wrongs.last_at else None
