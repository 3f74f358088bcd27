"""What is missing when land does not reach: no survey, one that waits, another size, or all of it used."""

from types import SimpleNamespace

import pytest

from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_plot
from traceability.plots.models.tables import Plot
from traceability.plots.states import Decision
from traceability.quota.queries.ledger import key_of_lot
from traceability.quota.service import accounting as service
from traceability.quota.service import moves
from traceability.quota.service.accounting import QuotaExceeded
from traceability.surveys.service import NewSurvey, Stand, decide, record_survey

SMALL = Stand("dangui", "second_third", 1_000)


@pytest.fixture
def people(session, at):
    return [make_account(at=at).id for _ in range(3)]


@pytest.fixture
def survey(people, at):
    """`survey(plot_id, ...)` measures a plot and takes it so many steps on."""

    def measure(plot_id, *, stand=SMALL, year=2026, steps=0):
        found = NewSurvey(year=year, area_m2=2_000, stands=(stand,))
        number = record_survey(plot_id, found, surveyed_at=at, at=at, by=people[0])
        for step, by in list(zip((Decision.AGREE, Decision.APPROVE), people[1:], strict=True))[:steps]:
            decide(plot_id, number, step, at=at, by=by)

    return measure


def lack(lot, at, plants=1):
    """Why, and the sentence."""
    with pytest.raises(QuotaExceeded) as refused:
        service.debit(lot.id, plants, reference="B-1", at=at, by=None)
    return refused.value.details["why"], str(refused.value)


def number_of(session, lot):
    return session.get_one(Plot, lot.plot_id).number


def test_land_that_nobody_measured_has_no_quota(lots, at):
    assert lack(lots[0], at)[0] == "no_survey"


@pytest.mark.parametrize(
    "whose", ["of a neighbour", "of another year", "of closed land", "in another village"]
)
def test_a_survey_of_other_land_does_not_count(lots, session, survey, at, whose):
    lot = lots[0]
    if whose == "of a neighbour":
        survey(lots[1].plot_id)
    elif whose == "of another year":
        survey(lot.plot_id, year=2027)
    elif whose == "of closed land":
        survey(lot.plot_id)
        session.get_one(Plot, lot.plot_id).state = "closed"
    else:
        elsewhere = make_grower(at=at, unit="guihua-spring").unit_id
        grower = SimpleNamespace(id=lot.grower_id, unit_id=elsewhere)
        survey(make_plot(grower=grower, at=at).id)
    assert lack(lot, at)[0] == "no_survey"


@pytest.mark.parametrize(("steps", "who"), [(0, "village"), (1, "town")])
def test_a_survey_waits_for_the_village_and_then_for_the_town(lots, session, survey, at, steps, who):
    survey(lots[0].plot_id, steps=steps)
    why, sentence = lack(lots[0], at)
    assert why == "survey_waits"
    assert number_of(session, lots[0]) in sentence
    assert ("村" in sentence or "village" in sentence) == (who == "village")


@pytest.mark.parametrize("steps", [0, 1, 2])
@pytest.mark.parametrize(
    "stand", [Stand("dangui", "specimen", 1_000), Stand("jingui", "second_third", 1_000)]
)
def test_surveyed_land_may_carry_another_size_or_group(lots, survey, at, steps, stand):
    survey(lots[0].plot_id, stand=stand, steps=steps)
    assert lack(lots[0], at)[0] == "other_size"


def test_what_was_approved_may_be_used_up(lots, survey, at):
    survey(lots[0].plot_id, steps=2)
    free = service.balance_of_lot(lots[0].id, at=at)
    assert free > 0
    why, sentence = lack(lots[0], at, plants=free + 1)
    assert why == "used_up"
    assert f"{free:,}" in sentence
    assert f"{free + 1:,}" in sentence
    service.debit(lots[0].id, free, reference="B-1", at=at, by=None)
    assert lack(lots[0], at)[0] == "used_up"
    assert lack(lots[1], at)[0] == "no_survey"


def test_the_last_free_plant_expires_too(lots, at):
    key = key_of_lot(lots[0].id, at=at)
    service.approve(key, 1, reference="survey/1", at=at, by=None)
    assert moves.expire(at=at.replace(year=2027)) == 1
    assert service.balance_of_lot(lots[0].id, at=at) == 0
