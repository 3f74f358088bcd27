"""What a scan says on the last day of the grower's licence and on the day after it."""

from datetime import timedelta

import pytest

from branch.api import LicenceNotValid
from core.database import transaction
from tests.factories.licences import make_licence
from tests.factories.traceability import make_codes, make_lot, ship
from tests.last_day import A_MOMENT, BEGINS, FIRST, LAST, MIDDLE, OVER, around_its_end
from traceability.api import activate_batch, issue_codes
from traceability.codes.rules.verdicts import CodeFact, LicenceFact, Verdict, verdict_of
from traceability.codes.service.lifecycle import accept_codes
from traceability.codes.states import CodeState, Level
from traceability.lots.states import LotState


@pytest.fixture
def lot(session):
    """A lot of a grower who is licensed for March."""
    with transaction():
        made = make_lot(at=MIDDLE)
        make_licence(made.grower_id, valid_from=FIRST, valid_until=LAST, at=MIDDLE)
    return made


def verdict_at(client, clock, code, moment):
    clock.to(moment)
    return client.get(f"/api/v1/codes/{code}").json


@around_its_end
def test_a_code_that_has_not_left_is_in_order_while_the_licence_runs(client, clock, lot, moment, valid):
    with transaction():
        code = make_codes(lot=lot, count=1, at=MIDDLE).codes[0].code
    answer = verdict_at(client, clock, code, moment)
    assert answer["verdict"] == ("active" if valid else "licence_not_valid")
    assert answer["licence"]["state"] == ("valid" if valid else "expired")
    page = client.get(f"/C/{code}").get_data(as_text=True)
    assert ("verdict--ok" in page) == valid


@pytest.mark.parametrize(
    ("left_at", "verdict"),
    [
        pytest.param(BEGINS - A_MOMENT, Verdict.LICENCE_NOT_VALID, id="left the day before its first"),
        pytest.param(BEGINS, Verdict.SHIPPED, id="left on its first day"),
        pytest.param(OVER - A_MOMENT, Verdict.SHIPPED, id="left on its last day"),
        pytest.param(OVER, Verdict.LICENCE_NOT_VALID, id="left the day after its last"),
    ],
)
@pytest.mark.parametrize("received", [False, True])
def test_goods_that_left_on_its_days_stay_in_order_when_it_has_run_out(
    client, clock, lot, session, left_at, verdict, received
):
    from traceability.codes.models import step_sealing as steps
    from traceability.codes.models.tables import Code

    with transaction():
        issued = make_codes(lot=lot, count=1, at=MIDDLE)
        ship(issued, at=MIDDLE)
        if received:
            accept_codes("C-2026-AAAAAAA", at=MIDDLE)
    with transaction() as current:
        current.get_one(Code, 1).dispatched_at = left_at
        steps.seal_codes("left", Code.id == 1, {"dispatched_at": left_at})
    answer = verdict_at(client, clock, issued.codes[0].code, OVER + timedelta(days=40))
    expected = Verdict.ACCEPTED if received and verdict is Verdict.SHIPPED else verdict
    assert answer["verdict"] == expected


@pytest.mark.parametrize(
    ("day", "running"),
    [
        (FIRST - timedelta(days=1), False),
        (FIRST, True),
        (FIRST + timedelta(days=1), True),
        (LAST - timedelta(days=1), True),
        (LAST, True),
        (LAST + timedelta(days=1), False),
    ],
)
def test_a_licence_ran_from_its_first_to_its_last_day(day, running):
    licence = LicenceFact("expired", FIRST, LAST, ())
    sent = CodeFact(
        Level.UNIT, CodeState.SHIPPED, LotState.OPEN, "dangui", doubts=frozenset(), dispatched_on=day
    )
    assert licence.was_running_on(day) == running
    assert verdict_of(sent, licence) is (Verdict.SHIPPED if running else Verdict.LICENCE_NOT_VALID)


@pytest.mark.parametrize(
    ("valid_from", "valid_until"),
    [(None, LAST), (FIRST, None), (None, None)],
)
def test_a_licence_without_its_days_never_ran(valid_from, valid_until):
    assert not LicenceFact("expired", valid_from, valid_until, ()).was_running_on(FIRST)


@pytest.mark.parametrize("standing", ["suspended", "withdrawn", "not_started", "applied"])
def test_only_running_out_is_forgiven(standing):
    sent = CodeFact(
        Level.UNIT, CodeState.SHIPPED, LotState.OPEN, "dangui", doubts=frozenset(), dispatched_on=FIRST
    )
    assert verdict_of(sent, LicenceFact(standing, FIRST, LAST, ())) is Verdict.LICENCE_NOT_VALID


def test_an_expired_licence_that_left_the_cultivar_out_covers_nothing_that_left():
    sent = CodeFact(
        Level.UNIT, CodeState.SHIPPED, LotState.OPEN, "dangui", doubts=frozenset(), dispatched_on=FIRST
    )
    assert verdict_of(sent, LicenceFact("expired", FIRST, LAST, ("jingui",))) is Verdict.LICENCE_NOT_VALID


@around_its_end
def test_codes_are_issued_activated_and_sent_while_the_licence_runs(lot, moment, valid):
    printed = make_codes(lot=lot, count=1, active=False, at=MIDDLE)
    packed = make_codes(lot=lot, count=1, at=MIDDLE)
    steps = {
        "issue": lambda: issue_codes(lot.id, "unit", 1, 1, at=moment, by=None),
        "activate": lambda: activate_batch(printed.batch.number, grower_id=lot.grower_id, at=moment, by=None),
        "send": lambda: ship(packed, at=moment),
    }
    if valid:
        for step in steps.values():
            step()
        return
    for step in steps.values():
        with pytest.raises(LicenceNotValid):
            step()


@around_its_end
def test_the_passport_says_whether_the_mark_stands_behind_the_lot(client, clock, lot, moment, valid):
    clock.to(moment)
    document = client.get(f"/lots/{lot.number}.jsonld").get_data(as_text=True)
    assert ("CertificationActive" in document) == valid
    assert ("CertificationInactive" in document) != valid
