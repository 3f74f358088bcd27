"""The one word of a check, by table and by property."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.codes.rules.verdicts import TONES, CodeFact, Doubt, LicenceFact, Verdict, verdict_of
from traceability.codes.states import CodeState, Level
from traceability.lots.states import LotState

START, END = date(2026, 1, 1), date(2026, 12, 31)
SENT = date(2026, 3, 12)
DOUBTED = frozenset({Doubt.CASE})


def licence(standing="valid", **values):
    given_values = {"standing": standing, "valid_from": START, "valid_until": END, "cultivar_groups": ()}
    return LicenceFact(**(given_values | values))


def code(state="shipped", **values):
    given_values = {
        "level": Level.UNIT,
        "state": CodeState(state),
        "lot_state": LotState.OPEN,
        "cultivar_group": "dangui",
        "doubts": frozenset(),
        "dispatched_on": SENT if state in {"shipped", "accepted"} else None,
    }
    return CodeFact(**(given_values | values))


@pytest.mark.parametrize(
    ("code_fact", "licence_fact", "verdict"),
    [
        (None, None, "unknown"),
        (None, licence(), "unknown"),
        (code("reserved"), licence(), "issued"),
        (code("printed"), licence(), "issued"),
        (code("returned"), licence(), "voided"),
        (code("active"), licence(), "active"),
        (code("shipped"), licence(), "shipped"),
        (code("accepted"), licence(), "accepted"),
        (code("voided"), licence("suspended"), "voided"),
        (code("recalled"), licence(), "recalled"),
        (code("recalled"), licence("suspended"), "recalled"),
        (code("recalled", doubts=DOUBTED), None, "recalled"),
        (code("active", lot_state=LotState.RECALLED, doubts=DOUBTED), None, "recalled"),
        (code("returned", doubts=DOUBTED), None, "voided"),
        (code("active", doubts=DOUBTED), None, "suspect"),
        # Not yet sent with an order, whatever day is written beside it.
        (code("active", dispatched_on=SENT), licence("expired"), "licence_not_valid"),
        (code("shipped", dispatched_on=None), licence("expired"), "licence_not_valid"),
        (code("shipped", lot_state=LotState.RECALLED), licence(), "recalled"),
        (code("voided", lot_state=LotState.RECALLED), licence(), "recalled"),
        (code("shipped", lot_state=LotState.CLOSED), licence(), "shipped"),
        (code("shipped", doubts=DOUBTED), licence("suspended"), "suspect"),
        (code("shipped"), None, "licence_not_valid"),
        (code("shipped"), licence("suspended"), "licence_not_valid"),
        (code("shipped"), licence("withdrawn"), "licence_not_valid"),
        (code("active"), licence("expired"), "licence_not_valid"),
        (code("shipped"), licence("expired"), "shipped"),
        (code("shipped", dispatched_on=date(2027, 1, 1)), licence("expired"), "licence_not_valid"),
        (code("shipped"), licence(cultivar_groups=("jingui",)), "licence_not_valid"),
        (code("shipped"), licence(cultivar_groups=("jingui", "dangui")), "shipped"),
    ],
)
def test_the_loudest_reason_wins(code_fact, licence_fact, verdict):
    assert verdict_of(code_fact, licence_fact) == verdict


# The whole table: what the first of these that is true says, whatever else is true. Written by hand beside the
# function, so that a change of order is seen.
LOUDEST_FIRST = (
    ("recalled", lambda c, _l: c.state is CodeState.RECALLED or c.lot_state is LotState.RECALLED),
    ("voided", lambda c, _l: c.state in {CodeState.VOIDED, CodeState.RETURNED}),
    ("suspect", lambda c, _l: len(c.doubts) > 0),
    (
        "licence_not_valid",
        lambda _c, held: held in {"none", "suspended", "withdrawn", "applied", "not_started"},
    ),
    (
        "licence_not_valid",
        lambda c, held: held == "expired" and c.state not in {CodeState.SHIPPED, CodeState.ACCEPTED},
    ),
    ("issued", lambda c, _l: c.state in {CodeState.RESERVED, CodeState.PRINTED}),
    ("active", lambda c, _l: c.state is CodeState.ACTIVE),
    ("shipped", lambda c, _l: c.state is CodeState.SHIPPED),
    ("accepted", lambda c, _l: c.state is CodeState.ACCEPTED),
)
ALL_DOUBTS = [
    frozenset(doubt for place, doubt in enumerate(Doubt) if bits >> place & 1)
    for bits in range(2 ** len(Doubt))
]
HELD = ("none", "valid", "suspended", "expired", "withdrawn", "applied", "not_started")


@pytest.mark.parametrize("state", list(CodeState))
def test_every_combination_of_state_lot_doubts_and_licence_says_what_the_table_says(state):
    seen = 0
    for lot_state, doubts, held in product(LotState, ALL_DOUBTS, HELD):
        fact = code(str(state), lot_state=lot_state, doubts=doubts)
        expected = next(word for word, is_so in LOUDEST_FIRST if is_so(fact, held))
        assert verdict_of(fact, None if held == "none" else licence(held)) == expected, (fact, held)
        seen += 1
    assert seen == len(LotState) * 2 ** len(Doubt) * len(HELD)


def test_taking_one_doubt_back_leaves_the_others():
    for doubts in ALL_DOUBTS:
        for gone in doubts:
            left = doubts - {gone}
            expected = "suspect" if left else "shipped"
            assert verdict_of(code("shipped", doubts=left), licence()) == expected


codes = st.builds(
    CodeFact,
    st.sampled_from(Level),
    st.sampled_from(CodeState),
    st.sampled_from(LotState),
    st.sampled_from(["jingui", "dangui"]),
    st.frozensets(st.sampled_from(Doubt)),
    st.one_of(st.none(), st.dates(START, END)),
)
licences = st.one_of(
    st.none(),
    st.builds(
        LicenceFact,
        st.sampled_from(["valid", "suspended", "expired", "withdrawn", "applied", "not_started"]),
        st.just(START),
        st.just(END),
        st.sampled_from([(), ("jingui",)]),
    ),
)


@given(codes, licences)
def test_a_calm_verdict_needs_a_code_in_order_and_a_licence(code_fact, licence_fact):
    verdict = verdict_of(code_fact, licence_fact)
    if TONES[verdict] == "ok":
        assert not code_fact.doubts
        assert code_fact.lot_state is not LotState.RECALLED
        assert licence_fact is not None
        assert licence_fact.standing in {"valid", "expired"}
        assert verdict == code_fact.state
    assert verdict is not Verdict.UNKNOWN


def test_every_verdict_has_a_tone():
    assert set(TONES) == set(Verdict)
