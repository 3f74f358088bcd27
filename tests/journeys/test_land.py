"""From a plot to quota over HTTP, by the people who may; a lot's family; a recall by the branch."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from branch.api import all_marks
from core.clock import local_day, local_year, now
from core.database import transaction
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.traceability import grant_quota, make_codes, make_lot, make_plot
from traceability.api import ensure_reference_data, get_lot, lots_of_grower
from traceability.quota.queries.ledger import balances_of_grower
from traceability.recalls.queries import requests_of_lot
from traceability.surveys.queries import surveys_of_plot

SURVEY = {
    "year": "2026",
    "surveyed_on": "2026-01-05",
    "area_mu": "3",
    "method": "tape",
    "group_1": "dangui",
    "stage_1": "specimen",
}


@pytest.fixture
def grower(session):
    with transaction():
        ensure_reference_data()
        found = make_grower()
        make_licence(found.id)
    return found


@pytest.fixture
def plot(grower):
    with transaction():
        return make_plot(grower=grower)


@pytest.fixture
def people(login) -> Callable[[str], object]:
    known: dict[str, object] = {}

    def of(role: str) -> object:
        if role not in known:
            known[role] = login(role=role)
        return known[role]

    return of


def this_year(client, plot) -> dict[str, str]:
    page = client.get(f"/branch/plots/{plot.number}/survey").text
    year = re.search(r'<option[^>]*value="(\d{4})"', page)
    assert year
    return SURVEY | {"year": year.group(1)}


def survey(people, plot, **values):
    technician = people("technician")
    return technician.submit(f"/branch/plots/{plot.number}/survey", this_year(technician, plot) | values)


def decide(people, role, place, plot, decision, **values):
    """The form's page holds no form for who may not decide; the survey's page gives everybody a token."""
    [found] = [one for one in surveys_of_plot(plot.id) if one.state != "returned"]
    return people(role).submit(
        f"/branch/plots/{plot.number}/{place}",
        {"survey": found.number, "decision": decision} | values,
        form_at=f"/branch/plots/{plot.number}/survey",
    )


@pytest.mark.both
def test_a_plot_becomes_quota_in_two_steps_by_three_people(people, login, grower, plot, session):
    seller = login(role="grower", grower_id=grower.id)
    assert "/seller/plots" in seller.get("/seller/quota").text
    assert survey(people, plot).status_code == 303
    session.rollback()
    assert decide(people, "secretary", "village", plot, "agree").status_code == 303
    session.rollback()
    assert decide(people, "committee", "town", plot, "approve").status_code == 303
    session.rollback()
    [found] = surveys_of_plot(plot.id)
    [line] = balances_of_grower(grower.id, year=found.year)
    assert line.free == 314
    assert "314" in seller.get("/seller/quota").text
    assert "314" in seller.get(f"/seller/plots/{plot.number}").text
    assert "314" in people("secretary").get(f"/branch/quota/growers/{grower.slug}").text
    assert grower.name in people("secretary").get("/branch/quota").text


def test_nobody_takes_a_step_that_is_anothers(people, login, grower, plot, session):
    seller = login(role="grower", grower_id=grower.id)
    assert seller.get(f"/branch/plots/{plot.number}").status_code == 403
    assert seller.get(f"/branch/plots/{plot.number}/survey").status_code == 403
    assert survey(people, plot).status_code == 303
    session.rollback()
    for role in ("technician", "committee"):
        assert decide(people, role, "village", plot, "agree").status_code == 403
    assert decide(people, "secretary", "village", plot, "agree").status_code == 303
    session.rollback()
    for role in ("technician", "secretary"):
        assert decide(people, role, "town", plot, "approve").status_code == 403
    session.rollback()
    assert balances_of_grower(grower.id, year=surveys_of_plot(plot.id)[0].year) == []


@pytest.mark.both
def test_who_measured_does_not_agree(people, plot, session):
    secretary = people("secretary")
    answer = secretary.submit(f"/branch/plots/{plot.number}/survey", this_year(secretary, plot))
    assert answer.status_code == 303
    session.rollback()
    assert decide(people, "secretary", "village", plot, "agree").status_code == 422
    session.rollback()
    assert surveys_of_plot(plot.id)[0].state == "surveyed"


@pytest.mark.parametrize(
    "wrong",
    [{"area_1": "4"}, {"area_mu": ""}, {"outline": "here and there"}, {"surveyed_on": "2199-01-01"}],
)
@pytest.mark.both
def test_a_survey_that_fails_keeps_what_was_typed(people, plot, session, wrong):
    answer = survey(people, plot, note="by the brook", **wrong)
    assert answer.status_code == 422
    assert "by the brook" in answer.text
    session.rollback()
    assert surveys_of_plot(plot.id) == []


def test_a_survey_is_returned_with_a_reason(people, plot, session):
    survey(people, plot)
    session.rollback()
    assert decide(people, "secretary", "village", plot, "return").status_code == 422
    assert decide(people, "secretary", "village", plot, "return", reason="邻家的地").status_code == 303
    assert "邻家的地" in people("technician").get(f"/branch/plots/{plot.number}").text


@pytest.mark.both
def test_another_village_is_not_seen(login, plot):
    elsewhere = login(role="technician", unit="guihua-spring")
    assert elsewhere.get(f"/branch/plots/{plot.number}").status_code == 403
    assert plot.number not in elsewhere.get("/branch/plots").text


@pytest.mark.both
def test_a_grower_splits_a_lot_and_sees_its_family(login, grower, plot, session):
    with transaction():
        lot = make_lot(plot=plot, quantity=500)
    seller = login(role="grower", grower_id=grower.id)
    page = f"/seller/lots/{lot.number}/transform"
    said = {"kind": "split", "plants_in": "300", "parts": "200 90", "plot": str(plot.id)}
    assert seller.submit(page, said | {"parts": "200 200"}).status_code == 422
    answer = seller.submit(page, said)
    assert answer.status_code == 303
    session.rollback()
    assert sorted(one.quantity_on_hand for one in lots_of_grower(grower.id)) == [90, 200, 200]
    family = seller.get(answer.location).text
    assert lot.number in family
    assert "<svg" in family
    stranger = login(role="grower")
    assert stranger.get(f"/seller/lots/{lot.number}/family").status_code == 403


@pytest.mark.both
def test_the_branch_asks_for_a_recall_and_the_committee_confirms_it(
    people, login, grower, plot, session, run_jobs
):
    with transaction():
        lot = make_lot(plot=plot, quantity=50, at=now())
        make_codes(lot=lot, count=3, at=now())
    page = f"/branch/lots/{lot.number}/recall"
    assert people("technician").get(page).status_code == 403
    secretary = people("secretary")
    assert secretary.get(page).status_code == 200
    assert get_lot(id=lot.id).state == "open"
    assert secretary.submit(page, {"reason": ""}).status_code == 422
    assert secretary.submit(page, {"reason": "枝枯病"}).status_code == 303
    session.rollback()
    session.expire_all()
    assert get_lot(id=lot.id).state == "closed"
    asked = requests_of_lot(lot.id)[0]
    decision = {"decision": "confirm"}
    assert "确认召回" not in secretary.get(page).text
    alone = secretary.submit(f"/branch/recalls/{asked.number}", decision, form_at="/branch/codes")
    assert alone.status_code == 409
    committee = people("committee")
    assert "确认召回" in committee.get(page).text
    unsaid = {"decision": "refuse", "reason": ""}
    assert committee.submit(f"/branch/recalls/{asked.number}", unsaid, form_at=page).status_code == 422
    assert committee.submit(f"/branch/recalls/{asked.number}", decision, form_at=page).status_code == 303
    session.rollback()
    session.expire_all()
    assert get_lot(id=lot.id).state == "recalled"
    assert "枝枯病" in secretary.get(f"/branch/lots/{lot.number}").text
    shown = secretary.get("/branch/recalls").text
    assert all(word in shown for word in (asked.asked_by, requests_of_lot(lot.id)[0].decided_by, "枝枯病"))


@pytest.mark.both
def test_growth_is_written_down_in_one_step_from_the_list(people, grower, plot, session):
    with transaction():
        grant_quota(
            make_lot(plot=plot, quota_plants=0, ground_diameter_mm_min=2, ground_diameter_mm_max=3), 100
        )
    secretary = people("secretary")
    assert people("technician").get("/branch/quota/growth").status_code == 403
    listed = secretary.get("/branch/quota/growth").text
    assert grower.name in listed
    page = f"/branch/quota/growers/{grower.slug}/growth/{plot.unit_id}/dangui/first_year"
    assert page in listed
    assert page in secretary.get(f"/branch/quota/growers/{grower.slug}").text
    shown = secretary.get(page).text
    assert re.search(r'name="plants"[^>]*value="100"', shown)
    today = local_day(now())
    said = {"plants": "60", "loss": "61", "counted_on": today.isoformat(), "reason": "逐行清点"}
    refused = secretary.submit(page, said)
    assert refused.status_code == 422
    assert 'id="loss-error"' in refused.text
    assert "逐行清点" in refused.text
    ahead = secretary.submit(
        page, said | {"counted_on": (today + timedelta(days=1)).isoformat()} | {"loss": "1"}
    )
    assert ahead.status_code == 422
    assert 'id="counted_on-error"' in ahead.text
    assert 'id="plants-error"' in secretary.submit(page, said | {"plants": "101", "loss": "0"}).text
    assert 'id="reason-error"' in secretary.submit(page, said | {"reason": " ", "loss": "0"}).text
    assert secretary.submit(page, said | {"loss": "10"}).status_code == 303
    session.rollback()
    year = local_year(now())
    free = {one.key.size_class: (one.free, one.lost) for one in balances_of_grower(grower.id, year=year)}
    assert free == {"first_year": (40, 10), "second_third": (50, 0)}
    told = secretary.get(f"/branch/quota/growers/{grower.slug}").text
    assert f"{today.isoformat()} 清点 · 逐行清点" in told
    assert secretary.get(page.replace("first_year", "second_third")).status_code == 404


@pytest.mark.both
def test_the_branch_passes_quota_on_and_writes_figures(people, grower, plot, session):
    with transaction():
        receiver = make_grower()
        make_licence(receiver.id)
        grant_quota(make_lot(plot=plot, quota_plants=0), 100)
    secretary = people("secretary")
    page = f"/branch/quota/growers/{grower.slug}"
    said = {"transfer-line": "0", "transfer-receiver": str(receiver.id), "transfer-plants": "40"}
    answer = secretary.submit(f"{page}/transfer", said | {"transfer-reason": "随苗转让"}, form_at=page)
    assert answer.status_code == 303, answer.text
    session.rollback()
    year = int(this_year(secretary, plot)["year"])
    assert [one.free for one in balances_of_grower(receiver.id, year=year)] == [40]
    too_many = secretary.submit(
        f"{page}/transfer", said | {"transfer-plants": "61", "transfer-reason": "x"}, form_at=page
    )
    assert too_many.status_code == 422
    figures = {"stage": "specimen", "plants_per_mu": "110", "survival": "97.5", "reason": "试验"}
    assert 'name="plants_per_mu"' not in secretary.get("/branch/quota/figures").text
    answer = secretary.submit("/branch/quota/figures", figures, form_at=page)
    assert answer.status_code == 403, "the general table holds for every town"
    [mark] = {one.facts.code for one in all_marks()}
    page = f"/branch/quota/figures?mark={mark}"
    own = figures | {"plants_per_mu": "93"}
    too_dense = secretary.submit(page, own | {"plants_per_mu": "999999"})
    assert too_dense.status_code == 422
    assert "每亩 1 至 666 株" in too_dense.text
    assert secretary.submit(page, own).status_code == 303
    assert ">93<" in secretary.get(page).text
    assert ">93<" not in secretary.get("/branch/quota/figures").text
    assert secretary.get("/branch/quota/figures?mark=NONE").status_code == 404
    assert people("technician").get("/branch/quota/figures").status_code == 403


def test_who_decides_about_one_plot_decides_about_no_survey_of_another(people, login, plot, session):
    assert survey(people, plot).status_code == 303
    session.rollback()
    number = surveys_of_plot(plot.id)[0].number
    session.rollback()
    with transaction():
        other = make_plot(grower=make_grower(unit="guihua-hill"))
    neighbour = login(role="secretary", unit="guihua-tea")
    here = f"/branch/plots/{other.number}"
    for decision in ("agree", "return"):
        form = {"decision": decision, "survey": number, "reason": "邻家的地"}
        assert neighbour.submit(f"{here}/village", form, form_at=here).status_code == 404
    assert surveys_of_plot(plot.id)[0].state == "surveyed"
