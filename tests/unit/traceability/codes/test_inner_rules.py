"""How long who guesses an inner code waits, and how little guessing brings."""

from datetime import UTC, datetime, timedelta

import pytest

from traceability.codes.rules.inner_codes import (
    MOST_A_DAY,
    MOST_FREE,
    WINDOW,
    WrongEntries,
    tries_left,
    waits_until,
)

T0 = datetime(2026, 3, 1, tzinfo=UTC)
NONE = WrongEntries()
SPACE = 32**8


@pytest.mark.parametrize(
    ("device", "network", "everywhere", "minutes"),
    [
        (0, 0, 0, None), (2, 5, 199, None),
        (3, 3, 3, 10), (4, 4, 4, 60), (5, 5, 5, 360), (6, 6, 6, 1440), (50, 50, 50, 1440),
        (0, 5, 5, None), (0, 6, 6, 60), (1, 9, 9, 360), (2, 12, 12, 1440),
        # Somebody tries from everywhere: whoever has not tried yet is looked at all the same.
        (0, 0, MOST_FREE, None), (0, 0, MOST_A_DAY - 1, None), (0, 1, MOST_FREE, 1440), (1, 1, MOST_FREE, 1440),
        (0, 0, MOST_A_DAY, 60),
    ],
)  # fmt: skip
def test_the_wait_by_what_was_entered_wrongly_within_a_day(device, network, everywhere, minutes):
    given = [WrongEntries(count, T0 if count else None) for count in (device, network, everywhere)]
    until = waits_until(*given, at=T0)
    assert until == (None if minutes is None else T0 + timedelta(minutes=minutes))
    if until is not None:
        assert waits_until(*given, at=until) is None


def test_tries_left_are_those_of_the_device_or_of_its_network():
    assert tries_left(NONE, NONE) == 3
    assert tries_left(WrongEntries(1, T0), WrongEntries(5, T0)) == 1
    assert tries_left(WrongEntries(7, T0), WrongEntries(7, T0)) == 0


def guesses(*, devices, days):
    """How many entries one network gets looked at when it enters as soon as it may, with so many devices."""
    tried: list[tuple[datetime, int]] = []
    at, end = T0, T0 + timedelta(days=days)
    while at < end:
        lately = [one for one in tried if one[0] > at - WINDOW]
        network = WrongEntries(len(lately), max((when for when, _ in lately), default=None))
        for who in range(devices):
            own = [when for when, device in lately if device == who]
            if waits_until(WrongEntries(len(own), max(own, default=None)), network, network, at=at) is None:
                tried.append((at, who))
                break
        at += timedelta(minutes=10)
    return tried


@pytest.mark.parametrize("devices", [1, 50])
def test_a_network_gets_at_most_twelve_guesses_within_any_day(devices):
    tried = [when for when, _ in guesses(devices=devices, days=6)]
    most = max(sum(start <= one < start + WINDOW for one in tried) for start in tried)
    assert most <= (7 if devices == 1 else 12)


def test_guessing_stays_hopeless_for_whoever_owns_a_hundred_thousand_networks():
    a_year = 365 * MOST_A_DAY / SPACE
    assert SPACE == 2**40
    assert a_year < 1 / 30_000
    thousand_networks = MOST_FREE + 1_000
    assert thousand_networks / SPACE < 1.2e-9
