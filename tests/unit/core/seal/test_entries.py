"""Entries: canonical as RFC 8785 has it, salted, and silent about what they commit to."""

import json
import secrets
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from core.seal.rules.entries import (
    LARGEST_INTEGER,
    LONGEST_ENTRY,
    NotSealable,
    Opening,
    canonical,
    compose,
    entry_time,
    moment,
    opening_matches,
)

AT = datetime(2026, 3, 12, 4, 0, 7, 123456, tzinfo=UTC)
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(plain)
def test_bodies_are_written_as_rfc_8785_says(value):
    assert canonical(value).encode() == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1.5},
        {"a": {"b": [AT]}},
        {"数": 1},
        {1: 2},
        {"a": LARGEST_INTEGER + 1},
        {"a": b"x"},
        {"a": {1, 2}},
    ],
)
def test_what_canonical_json_cannot_hold_exactly_is_refused(value):
    with pytest.raises(NotSealable):
        canonical(value)


def test_an_entry_is_canonical_small_and_tells_nothing_of_its_subject_and_body():
    opening = Opening("licence/GH-2026-018", secrets.token_bytes(16), canonical({"state": "valid"}))
    entry = compose("licence", AT, opening)
    assert entry == rfc8785.dumps(json.loads(entry))
    assert len(entry) <= LONGEST_ENTRY
    assert b"GH-2026" not in entry  # with a dash: digests have three digits in a row by chance
    assert b"valid" not in entry
    assert set(json.loads(entry)) == {"v", "kind", "at", "subject", "body"}
    assert entry_time(entry) == AT.replace(microsecond=0)


def test_the_same_facts_give_another_entry_each_time_because_of_the_salt():
    one, other = (compose("plot", AT, Opening("plot/1", secrets.token_bytes(16), "{}")) for _ in range(2))
    assert one != other


def test_only_the_right_subject_salt_and_body_open_an_entry():
    opening = Opening("plot/1", bytes(16), canonical({"area_m2": 667}))
    entry = compose("plot", AT, opening)
    assert opening_matches(entry, opening)
    assert not opening_matches(entry, Opening("plot/2", bytes(16), opening.body))
    assert not opening_matches(entry, Opening("plot/1", b"1" * 16, opening.body))
    assert not opening_matches(entry, Opening("plot/1", bytes(16), canonical({"area_m2": 6670})))
    assert not opening_matches(entry, Opening(opening.body, bytes(16), opening.subject))


def test_times_in_bodies_are_utc_to_the_microsecond():
    shanghai = AT.astimezone(timezone(timedelta(hours=8)))
    assert moment(AT) == moment(shanghai) == "2026-03-12T04:00:07.123456Z"
    assert moment(None) is None
