"""Land becomes quota in two steps by three people."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core.errors import Conflict, Forbidden, Invalid
from tests.factories.accounts import make_account
from tests.factories.traceability import approve_plot, make_plot
from traceability.api import ensure_reference_data, get_plot
from traceability.plots.models.tables import PlotSurvey
from traceability.plots.states import Decision, SurveyState
from traceability.quota.queries.ledger import balance, balances_of_grower
from traceability.quota.rules import Key
from traceability.surveys.queries import surveys_of_plot
from traceability.surveys.service import NewSurvey, Stand, decide, record_survey


@pytest.fixture
def plot(session, at):
    ensure_reference_data()
    return make_plot(at=at)


@pytest.fixture
def people(session, at):
    return tuple(make_account(at=at).id for _ in range(3))


def found(plot, **values):
    stands = values.pop("stands", (Stand("dangui", "specimen", plot.area_m2),))
    return NewSurvey(**({"year": 2026, "area_m2": plot.area_m2, "stands": stands} | values))


def surveyed(plot, by, at, **values):
    return record_survey(plot.id, found(plot, **values), surveyed_at=at, at=at, by=by)


def test_an_approved_survey_becomes_quota_of_its_year(plot, people, at):
    number = approve_plot(plot, people=people, at=at)
    survey = surveys_of_plot(plot.id)[0]
    # 2,000 m2 are 3 mu; 3 x 107 x 0.98 = 314.58
    assert (survey.number, survey.state, survey.plants) == (number, SurveyState.APPROVED, 314)
    key = Key(plot.grower_id, plot.unit_id, "dangui", "specimen", 2026)
    assert balance(key).free == 314
    assert [one.key for one in balances_of_grower(plot.grower_id, year=2027)] == []


def test_every_part_of_a_plot_has_its_own_quota(plot, people, at):
    stands = (Stand("jingui", "first_year", 1_000), Stand("dangui", "second_third", 500))
    approve_plot(plot, *stands, people=people, at=at)
    free = {
        (one.key.cultivar_group, one.key.size_class): one.free
        for one in balances_of_grower(plot.grower_id, year=2026)
    }
    assert free == {("jingui", "first_year"): 9_990, ("dangui", "second_third"): 1_902}


def test_nothing_is_credited_before_the_town_approves(plot, people, at):
    number = surveyed(plot, people[0], at)
    decide(plot.id, number, Decision.AGREE, at=at, by=people[1])
    assert balances_of_grower(plot.grower_id, year=2026) == []


def test_the_measured_area_becomes_the_plots(plot, people, at):
    number = surveyed(plot, people[0], at, area_m2=1_500, stands=(Stand("dangui", "specimen", 1_500),))
    decide(plot.id, number, Decision.AGREE, at=at, by=people[1])
    decide(plot.id, number, Decision.APPROVE, at=at, by=people[2])
    assert get_plot(grower_id=plot.grower_id, number=plot.number).area_m2 == 1_500


@pytest.mark.parametrize(
    ("agreed_by", "approved_by"),
    [(0, 2), (1, 0), (1, 1)],
    ids=["who measured does not agree", "who measured does not approve", "who agreed does not approve"],
)
def test_three_different_people_are_needed(plot, people, at, agreed_by, approved_by):
    number = surveyed(plot, people[0], at)
    with pytest.raises(Forbidden) as refused:
        decide(plot.id, number, Decision.AGREE, at=at, by=people[agreed_by])
        decide(plot.id, number, Decision.APPROVE, at=at, by=people[approved_by])
    assert refused.value.code == "same_person"


@pytest.mark.parametrize("returned_by", [0, 1], ids=["who measured", "who agreed"])
def test_those_who_measured_and_agreed_may_return_it(plot, people, at, returned_by):
    number = surveyed(plot, people[0], at)
    decide(plot.id, number, Decision.AGREE, at=at, by=people[1])
    answer = decide(plot.id, number, Decision.RETURN, at=at, by=people[returned_by], reason="measured anew")
    assert answer is SurveyState.RETURNED


def test_the_database_itself_refuses_one_person_in_two_steps(session, plot, people, at):
    surveyed(plot, people[0], at)
    with pytest.raises(IntegrityError):
        session.execute(sa.update(PlotSurvey).values(agreed_by_account_id=people[0]))


def test_the_village_comes_before_the_town(plot, people, at):
    number = surveyed(plot, people[0], at)
    with pytest.raises(Conflict) as refused:
        decide(plot.id, number, Decision.APPROVE, at=at, by=people[2])
    assert refused.value.code == "survey_state"


def test_an_approved_survey_is_not_credited_twice(plot, people, at):
    number = approve_plot(plot, people=people, at=at)
    with pytest.raises(Conflict):
        decide(plot.id, number, Decision.APPROVE, at=at, by=people[2])
    assert balances_of_grower(plot.grower_id, year=2026)[0].approved == 314


def test_a_plot_has_one_standing_survey_a_year(plot, people, at):
    approve_plot(plot, people=people, at=at)
    with pytest.raises(Conflict) as refused:
        surveyed(plot, people[0], at)
    assert refused.value.code == "survey_stands"
    assert surveyed(plot, people[0], at, year=2027)


def test_a_returned_survey_makes_room_for_a_new_one(plot, people, at):
    number = surveyed(plot, people[0], at)
    with pytest.raises(Invalid):
        decide(plot.id, number, Decision.RETURN, at=at, by=people[1])
    decide(plot.id, number, Decision.RETURN, at=at, by=people[1], reason="the outline is the neighbour's")
    assert surveyed(plot, people[0], at) != number


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"stands": ()}, "stands"),
        ({"stands": (Stand("dangui", "specimen", 2_001),)}, "stands"),
        ({"stands": (Stand("dangui", "specimen", 0),)}, "stands"),
        ({"stands": (Stand("dangui", "specimen", 9),) * 2}, "stands"),
        ({"stands": (Stand("dangui", "giant", 9),)}, "stands"),
        ({"stands": (Stand("roses", "specimen", 9),)}, "stands"),
        ({"year": 2025}, "year"),
        ({"method": "guess"}, "method"),
        ({"area_m2": 0}, "area"),
    ],
)
def test_a_survey_that_cannot_be_is_refused_by_field(plot, people, at, values, field):
    with pytest.raises(Invalid) as refused:
        surveyed(plot, people[0], at, **values)
    assert field in refused.value.details["fields"]


def test_a_survey_does_not_lie_in_the_future(plot, people, at):
    with pytest.raises(Invalid) as refused:
        record_survey(plot.id, found(plot), surveyed_at=at + timedelta(hours=1), at=at, by=people[0])
    assert "surveyed_on" in refused.value.details["fields"]
