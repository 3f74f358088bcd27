"""What may follow what, for everything that has a life: told once in the code and once here, so that no step comes or goes unseen."""

import pytest

from branch.growers import states as growers
from branch.licences import states as licences
from branch.reports import states as reports
from branch.reports.questions import states as questions
from branch.storefronts import states as storefronts
from shop.catalogue import states as listings
from shop.orders import states as orders
from shop.payments import states as payments
from traceability.cases import states as cases
from traceability.codes import states as codes
from traceability.lots import states as lots
from traceability.plots import states as plots

# Of each state, the states that may follow it; or the steps that may be taken, and where they lead.
LIVES = {
    "an order's payment": (
        orders.PAYMENT_TRANSITIONS,
        {
            "awaiting_payment": "cancelled expired paid proof_submitted",
            "proof_submitted": "awaiting_payment cancelled expired paid",
            "due_on_delivery": "cancelled paid partly_refunded refunded",
            "expired": "paid proof_submitted",
            "cancelled": "",
            "paid": "disputed partly_refunded refunded",
            "partly_refunded": "disputed partly_refunded refunded",
            "disputed": "paid partly_refunded refunded",
            "refunded": "",
        },
    ),
    "a parcel": (
        orders.FULFILMENT_TRANSITIONS,
        {
            "waiting": "cancelled to_pack",
            "to_confirm": "cancelled to_pack",
            "to_pack": "cancelled packed",
            "packed": "cancelled dispatched to_pack",
            "dispatched": "delivered returned",
            "delivered": "returned",
            "returned": "",
            "cancelled": "",
        },
    ),
    "an attempt to pay": (
        payments.STAGES,
        {
            "open": "cancelled doubtful expired failed processing received unclaimed",
            "processing": "doubtful failed received unclaimed",
            "failed": "doubtful received unclaimed",
            "expired": "doubtful failed processing received unclaimed",
            "cancelled": "doubtful failed processing received unclaimed",
            "received": "",
            "unclaimed": "",
            "doubtful": "received unclaimed",
        },
    ),
    "a refund": (
        payments.REFUND_STATES,
        {
            "due": "done failed sent",
            "sent": "done failed",
            "done": "failed",
            "failed": "done",
        },
    ),
    "a listing": (
        listings.TRANSITIONS,
        {
            "draft": "published",
            "published": "ended paused",
            "paused": "ended published",
            "ended": "",
        },
    ),
    "a lot": (
        lots.TRANSITIONS,
        {
            "open": "closed recalled",
            "closed": "open recalled",
            "recalled": "",
        },
    ),
    "a code": (
        codes.TRANSITIONS,
        {
            "reserved": "printed recalled voided",
            "printed": "active recalled voided",
            "active": "recalled shipped voided",
            "shipped": "accepted recalled returned voided",
            "accepted": "recalled returned",
            "voided": "",
            "returned": "",
            "recalled": "",
        },
    ),
    "a batch of codes": (
        codes.BATCH_TRANSITIONS,
        {
            "requested": "approved refused",
            "approved": "made refused",
            "refused": "",
            "made": "",
        },
    ),
    "a grower": (
        growers.NEXT,
        {
            "applied": "admitted refused",
            "refused": "applied",
            "admitted": "left",
            "left": "applied",
        },
    ),
    "a licence": (
        licences.TRANSITIONS,
        {
            "None": "apply>applied",
            "applied": "grant>valid refuse>withdrawn withdraw>withdrawn",
            "valid": "expire>expired extend>valid suspend>suspended withdraw>withdrawn",
            "suspended": "extend>suspended reinstate>valid suspend>suspended withdraw>withdrawn",
            "expired": "extend>valid withdraw>withdrawn",
        },
    ),
    "an outside shop": (
        storefronts.TRANSITIONS,
        {
            "None": "propose>proposed",
            "proposed": "authorise>authorised end>ended refuse>refused",
            "authorised": "end>ended suspend>suspended",
            "suspended": "end>ended reinstate>authorised suspend>suspended",
        },
    ),
    "a survey": (
        plots.DECISIONS,
        {
            "surveyed": "agree>agreed return>returned",
            "agreed": "approve>approved return>returned",
        },
    ),
    "a case": (
        cases.TRANSITIONS,
        {
            "received": "escalate>received take>investigating",
            "investigating": "decide>decided escalate>investigating propose>proposed take>investigating",
            "proposed": "confirm>decided escalate>proposed send_back>investigating",
            "decided": "act>decided close>closed reopen>investigating",
            "closed": "reopen>investigating",
        },
    ),
}


def told(table):
    """A table of moves as it is written above."""
    lines = {}
    for state, steps in table.items():
        named = isinstance(steps, dict)
        moves = [f"{step}>{target}" for step, target in steps.items()] if named else map(str, steps)
        lines[str(state)] = " ".join(sorted(moves))
    return lines


@pytest.mark.parametrize("life", LIVES)
def test_every_step_of_a_life_is_told(life):
    table, expected = LIVES[life]
    assert told(table) == expected


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (orders.SETTLED, "disputed paid partly_refunded"),
        (orders.MAY_LEAVE, "due_on_delivery paid partly_refunded"),
        (orders.OPEN_PAYMENT, "awaiting_payment due_on_delivery proof_submitted"),
        (orders.BEFORE_DISPATCH, "packed to_confirm to_pack waiting"),
        (orders.ON_THE_WAY_OR_THERE, "delivered dispatched"),
        (payments.ARRIVED, "doubtful received unclaimed"),
        (payments.OVER, "cancelled expired failed"),
        (licences.OPEN, "applied suspended valid"),
        (licences.NEEDS_REASON, "refuse reinstate suspend withdraw"),
        (storefronts.LIVE, "authorised suspended"),
        (storefronts.NEEDS_REASON, "refuse suspend"),
        (growers.NEEDS_REASON, "left refused"),
        (questions.ASKED_OF, "returned submitted"),
        (questions.ANSWERED_ON, "draft returned submitted"),
        (plots.STANDING, "agreed approved surveyed"),
        (cases.OPEN_STATES, "investigating proposed received"),
        (cases.DECIDED_ALONE, "genuine undetermined"),
        (codes.BINDABLE, "active printed"),
        (codes.AT_HOME, "active printed reserved"),
        (codes.OVER, "returned voided"),
    ],
)
def test_every_group_of_states_is_told(group, expected):
    assert " ".join(sorted(group)) == expected


def test_who_may_move_a_report_and_with_a_word_to_it():
    steps = {(one.source, one.target, one.permission, one.needs_comment) for one in reports.STEPS}
    assert steps == {
        ("draft", "submitted", "reports.submit", False),
        ("returned", "submitted", "reports.submit", False),
        ("submitted", "returned", "reports.review", True),
        ("submitted", "accepted", "reports.review", False),
        ("accepted", "archived", "reports.review", False),
        ("draft", "replaced", None, False),
        ("returned", "replaced", None, False),
        ("accepted", "archived", None, False),
    }


def test_the_system_replaces_and_archives_and_people_do_the_rest():
    assert reports.find_step("draft", "replaced") is None
    assert reports.find_step("draft", "replaced", by_system=True).permission is None
    assert reports.find_step("accepted", "archived").permission == "reports.review"
    assert reports.find_step("accepted", "archived", by_system=True).permission is None
    assert reports.find_step("draft", "submitted", by_system=True) is None
    assert reports.find_step("accepted", "submitted") is None
    assert [one.target for one in reports.steps_from("draft")] == ["submitted"]
    assert [one.target for one in reports.steps_from("submitted")] == ["returned", "accepted"]
    assert [one.target for one in reports.steps_from("accepted")] == ["archived"]
    assert reports.steps_from("replaced") == ()


def test_who_holds_which_right_takes_which_step_of_a_case():
    assert {str(step): right for step, right in cases.PERMISSION_OF.items()} == {
        "take": "cases.decide",
        "propose": "cases.decide",
        "confirm": "cases.confirm",
        "send_back": "cases.confirm",
        "decide": "cases.decide",
        "act": "cases.decide",
        "close": "cases.decide",
        "reopen": "cases.confirm",
    }
    assert "escalate" not in cases.steps_from(cases.CaseState.RECEIVED)
    assert cases.steps_from(cases.CaseState.DECIDED) == ["act", "close", "reopen"]


@pytest.mark.parametrize(
    ("diameter", "levels"),
    [(None, "unit bundle lot"), (29, "bundle lot"), (30, "unit bundle lot"), (31, "unit bundle lot")],
)
def test_plants_bear_a_code_of_their_own_from_a_diameter_on(diameter, levels):
    assert " ".join(codes.offered_levels(diameter, plant_code_from_mm=30)) == levels


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("3", True), ("2-1", True), ("1(1)-0", True), ("6(8)-3", True), ("12(10)-3-2-1", True)]
    + [(text, False) for text in ("", "-1", "123", "2-", "1()-0", "1(1)-0-1-2-3", "2 - 1", "2-1 ")],
)
def test_an_age_code_is_written_as_the_grading_standards_write_it(text, is_one):
    assert lots.is_age_code(text) == is_one
